"""How an alarm climbs, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.oncall import CLIMB_AFTER, EVERYBODY, Alarm, Duty, due_again, step_due, told_at_step

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALARM = Alarm(7, NOW - HOUR, NOW)
DUTIES = [
    Duty(1, "mai", 1, NOW - HOUR, NOW + HOUR),
    Duty(2, "an", 2, NOW - HOUR, NOW + HOUR),
    Duty(3, "binh", 1, NOW + HOUR, NOW + 2 * HOUR),
]
DESK = {"mai", "an", "binh", "chi"}


@pytest.mark.parametrize(("minutes", "step"), [(0, 1), (4.9, 1), (5, 2), (10, 3), (15, 4), (600, 4)])
def test_it_climbs_every_five_minutes_to_everybody(minutes: float, step: int) -> None:
    assert step_due(ALARM, NOW + timedelta(minutes=minutes)) == step


@given(st.lists(st.integers(0, 240), min_size=1, max_size=60))
def test_an_unanswered_alarm_is_never_silent_for_longer_than_a_run_after_five_minutes(
    waits: list[int],
) -> None:
    """Runs at any seconds apart: whenever one comes five minutes after the last telling, it tells."""
    alarm, now = ALARM, NOW
    for wait in waits:
        now += timedelta(seconds=wait)
        if due_again(alarm, now):
            alarm = replace(alarm, step=step_due(alarm, now), told_at=now)
        assert alarm.told_at is not None and now - alarm.told_at < CLIMB_AFTER
        assert alarm.step == step_due(alarm, now)


def test_an_answer_ends_it() -> None:
    assert not due_again(replace(ALARM, answered_by="mai", answered_at=NOW), NOW + 10 * HOUR)


@pytest.mark.parametrize(
    ("step", "told"), [(1, ["mai"]), (2, ["an", "mai"]), (3, ["an", "mai"]), (EVERYBODY, sorted(DESK))]
)
def test_who_is_on_call_now_up_to_the_step_is_told(step: int, told: list[str]) -> None:
    assert told_at_step(DUTIES, DESK, step, NOW) == told


def test_an_empty_roster_is_not_silence() -> None:
    assert told_at_step([], DESK, 1, NOW) == sorted(DESK)
    assert told_at_step(DUTIES, DESK, 1, NOW + 3 * HOUR) == sorted(DESK)
