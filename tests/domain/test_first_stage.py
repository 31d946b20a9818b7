from __future__ import annotations

import random

import pytest

from lachan.domain.first_stage import FirstStage


def test_recall_and_its_interval_follow_from_the_counts() -> None:
    """Ten of a thousand drawn would have been flagged: a hundred of the ten thousand let go, beside 900 passed."""
    found = FirstStage(let_go=10_000, drawn=1_000, drawn_flagged=10, passed_flagged=900).recall()
    assert found is not None
    value, low, high = found
    assert value == pytest.approx(900 / 1000)
    assert low == pytest.approx(900 / (900 + 10_000 * 0.018315), abs=1e-3)
    assert high == pytest.approx(900 / (900 + 10_000 * 0.004805), abs=1e-3)


def test_without_a_miss_the_interval_still_says_what_is_not_known() -> None:
    found = FirstStage(10_000, 200, 0, 50).recall()
    assert found is not None
    assert found[0] == found[2] == 1
    assert found[1] < 0.3
    wider = FirstStage(10_000, 2_000, 0, 50).recall()
    assert wider is not None
    assert wider[1] > found[1]


def test_nothing_drawn_or_nothing_flagged_says_nothing() -> None:
    assert FirstStage().recall() is None
    assert FirstStage(let_go=100, drawn=0, passed_flagged=5).recall() is None
    assert FirstStage(let_go=100, drawn=50).recall() is None


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    draw = random.Random(7)
    missed_share, share, held = 0.004, 0.05, 0
    for _ in range(200):
        let_go = 4000
        missed = sum(draw.random() < missed_share for _ in range(let_go))
        drawn_flagged = sum(draw.random() < share for _ in range(missed))
        drawn = drawn_flagged + sum(draw.random() < share for _ in range(let_go - missed))
        found = FirstStage(let_go, drawn, drawn_flagged, passed_flagged=200).recall()
        assert found is not None
        held += found[1] <= 200 / (200 + missed) <= found[2]
    assert held >= 186
