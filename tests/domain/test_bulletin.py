"""A bulletin leaves once, twice at the very most, whatever dies on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.domain.alert import AlertWay
from lachan.domain.bulletin import (
    GIVE_UP_AFTER,
    RETRY_AT_MOST,
    UNDERWAY_FOR,
    Sending,
    SendingState,
    arrived,
    begun,
    failed,
    ready,
)
from lachan.domain.errors import TransitionError

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
NEW = Sending(1, AlertWay.WEBHOOK, NOW, NOW)
#: What may become of a try: it arrived and that was noted, or not noted; it never left and that was noted, or not.
FATES = ["noted", "killed after", "failed", "killed before"]


@given(st.lists(st.tuples(st.sampled_from(FATES), st.integers(0, 400)), max_size=40))
@settings(deadline=None)
def test_nothing_arrives_more_than_twice(fates: list[tuple[str, int]]) -> None:
    held, now, came = NEW, NOW, 0
    for fate, minutes in fates:
        now += timedelta(minutes=minutes)
        if not ready(held, now):
            continue
        held = begun(held, now)
        if held.state is SendingState.GIVEN_UP:
            break
        came += fate in ("noted", "killed after")
        if fate == "noted":
            held = arrived(held)
        elif fate == "failed":
            held = failed(held, now)
    assert came <= 2
    if held.state is SendingState.SENT:
        assert not ready(held, now + GIVE_UP_AFTER)
        with pytest.raises(TransitionError):
            begun(held, now)


def test_a_crash_is_waited_for_and_sent_once_more() -> None:
    first = begun(NEW, NOW)
    assert not ready(first, NOW + UNDERWAY_FOR / 2)
    second = begun(first, NOW + UNDERWAY_FOR)
    assert (second.state, second.tries, second.doubtful) == (SendingState.UNDERWAY, 2, 1)
    assert begun(second, NOW + 2 * UNDERWAY_FOR).state is SendingState.GIVEN_UP


def test_what_certainly_failed_is_tried_for_a_day_ever_more_slowly() -> None:
    held, now, tries = NEW, NOW, 0
    while held.state is SendingState.WAITING:
        assert held.next_at - now <= RETRY_AT_MOST
        now = max(now, held.next_at)
        held, tries = failed(begun(held, now), now), tries + 1
    assert held.state is SendingState.GIVEN_UP and held.doubtful == 0
    assert 10 < tries < 30 and now - NOW >= GIVE_UP_AFTER
