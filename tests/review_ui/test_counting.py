"""Counts of queues: a short one exactly, a long one at most half a minute old."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lachan.domain.case import CaseState
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import CaseFilter
from review_ui import counting
from review_ui.counting import QueueCounts
from tests.review_ui.station import Station

WAITING = CaseFilter(route=Route.REVIEW, states=(CaseState.OPEN,))


def test_a_short_queue_is_counted_afresh(station: Station) -> None:
    counts = QueueCounts(station.clock)
    for expected in range(3):
        with station.database.read() as unit:
            assert counts.of(unit, WAITING) == expected
        station.case()


def test_a_long_queue_is_counted_twice_a_minute(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "FRESH", 3)
    counts, seen = QueueCounts(station.clock), []
    for _ in range(6):
        station.case()
        with station.database.read() as unit:
            seen.append(counts.of(unit, WAITING))
    assert seen == [1, 2, 3, 3, 3, 3]
    station.clock.forward(timedelta(seconds=30))
    with station.database.read() as unit:
        assert counts.of(unit, WAITING) == 6
