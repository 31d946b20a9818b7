"""Alerts: no words to look for, never longer than thirty days, everything told once and no small count."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.gazetteer import gazetteer
from lachan.domain.alert import (
    DIGEST_AT,
    LASTS,
    VIETNAM,
    WEEKS_BACK,
    Alert,
    AlertAct,
    AlertPace,
    AlertState,
    AlertSubject,
    Line,
    Quiet,
    Watch,
    after,
    due,
    first_week,
    looked,
    monday,
    new_alert,
    running,
)
from lachan.domain.errors import InputError, TransitionError
from lachan.domain.post import SourceKind
from lachan.domain.small_cells import SMALLEST
from lachan.domain.taxonomy import Category

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Vietnam
MONDAY = date(2026, 11, 23)
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
WHY = "Theo dõi chiến dịch trước cổng trường trong tháng"
DRUGS = Watch(category=Category.DRUGS_TO_MINORS)
COMMUNE = "Xã Bãi Mây, Bến Sông"
PLACE = Watch(place=COMMUNE)
RISING = Watch(AlertSubject.RISING)


def alert(watch: Watch = DRUGS, *, quiet: Quiet | None = None, pace: AlertPace = AlertPace.AT_ONCE) -> Alert:
    return replace(new_alert("mai", watch, WHY, pace, frozenset(), quiet, NOW), id=3)


def test_nothing_can_hold_words_to_look_for() -> None:
    assert {field.name for field in fields(Watch)} == {"subject", "category", "kind", "place"}
    for words in (
        "bán pod",
        "Pod",
        "pod*",
        '"pod"',
        "Xã*",
        'Xã "pod"',
        "Xã pod~",
        "Xã " + "a" * 80,
        "Xã a:b",
        "Xã ",
    ):
        with pytest.raises(InputError, match="list"):
            Watch(place=words)
    with pytest.raises(InputError, match="choose a category"):
        Watch()
    for narrowed in ({"category": Category.SELFHARM}, {"kind": SourceKind.FORUM}, {"place": COMMUNE}):
        with pytest.raises(InputError, match="rising"):
            Watch(AlertSubject.RISING, **narrowed)  # type: ignore[arg-type]


def test_every_place_of_the_gazetteer_may_be_chosen() -> None:
    assert all(Watch(place=key).by_week for key in gazetteer().places)


@pytest.mark.parametrize("why", ["", "vì tò mò", " " * 40, "a" * 501])
def test_a_reason_is_due(why: str) -> None:
    with pytest.raises(InputError, match="20 to 500"):
        new_alert("mai", DRUGS, why, AlertPace.DAILY, frozenset(), None, NOW)


@given(st.lists(st.tuples(st.sampled_from([*AlertAct]), st.integers(0, 20)), max_size=30))
@settings(deadline=None)
def test_it_never_runs_longer_than_thirty_days_unless_renewed(steps: list[tuple[AlertAct, int]]) -> None:
    held, now, renewed, over = alert(), NOW, NOW, False
    for act, days in steps:
        now += timedelta(days=days)
        assert not (over and running(held, now)), "what is over stays over"
        over = over or not running(held, now)
        if over and act is not AlertAct.LAPSE:
            with pytest.raises(TransitionError):
                after(held, act, now)
            continue
        try:
            held = after(held, act, now)
        except TransitionError:
            assert held.state is not AlertState.RUNNING
            continue
        renewed = now if act is AlertAct.RENEW else renewed
        over = over or act is not AlertAct.RENEW
        assert held.ends_at <= renewed + LASTS
        assert running(held, now) == (act is AlertAct.RENEW)
        assert not due(held, renewed + LASTS)


def test_the_first_look_only_notes_what_there_is() -> None:
    lines, noted = looked(alert(), {MONDAY: 40, MONDAY - WEEK: 7}, NOW)
    assert lines == () and noted.told == {MONDAY: 40, MONDAY - WEEK: 7}
    assert looked(noted, {MONDAY: 44, MONDAY - WEEK: 7}, NOW) == ((), noted), "four more are not told"
    lines, told = looked(noted, {MONDAY: 44, MONDAY - WEEK: 8}, NOW)
    assert lines == (Line(3, 5, MONDAY - WEEK, date(2026, 11, 25)),)
    assert looked(told, {MONDAY: 44, MONDAY - WEEK: 8}, NOW)[0] == ()


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.dictionaries(st.integers(-8, 8), st.integers(-3, 9), max_size=4)),
        max_size=25,
    )
)
@settings(deadline=None)
def test_what_is_told_adds_up_and_is_never_small(rounds: list[tuple[int, dict[int, int]]]) -> None:
    """Counts may shrink (a decision is overturned, a text deleted); nothing is told twice for it."""
    _, held = looked(alert(), {}, NOW)
    now, counts, peak, told = NOW, dict[date, int](), dict[date, int](), 0
    for days, changes in rounds:
        now += timedelta(days=days)
        for weeks, change in changes.items():
            week = monday(now.astimezone(VIETNAM).date()) + weeks * WEEK
            counts[week] = max(0, counts.get(week, 0) + change)
        seen = {week: count for week, count in counts.items() if week >= first_week(now)}
        peak |= {week: max(count, peak.get(week, 0)) for week, count in seen.items()}
        lines, held = looked(held, counts, now)
        assert all(line.count >= SMALLEST and line.first <= line.last for line in lines)
        told += sum(line.count for line in lines)
        assert looked(held, counts, now)[0] == (), "told once"
        assert told <= sum(peak.values())
        assert len(held.told or {}) <= WEEKS_BACK + 9


@pytest.mark.parametrize("watch", [PLACE, RISING], ids=["place", "rising"])
def test_places_and_rising_words_are_told_of_whole_weeks_once(watch: Watch) -> None:
    counts = {MONDAY - WEEK: 9, MONDAY: 6}
    assert looked(alert(watch), counts, NOW)[0] == (), "weeks before it was made, and the one that runs"
    after_sunday = NOW + 5 * DAY
    lines, told = looked(alert(watch), counts, after_sunday)
    assert lines == (Line(3, 5 if watch is PLACE else 6, MONDAY, MONDAY + 6 * DAY),)
    assert looked(told, {MONDAY: 30}, after_sunday + DAY)[0] == (), "a week is told of once"
    few = {MONDAY: SMALLEST - 1}
    assert (looked(alert(watch), few, after_sunday)[0] == ()) == (watch is PLACE)


@pytest.mark.parametrize(
    ("quiet", "hours"),
    [(Quiet(22, 6), {22, 23, 0, 1, 2, 3, 4, 5}), (Quiet(12, 14), {12, 13}), (Quiet(23, 0), {23})],
)
def test_quiet_hours_are_those_of_vietnam(quiet: Quiet, hours: set[int]) -> None:
    midnight = datetime(2026, 11, 25, tzinfo=VIETNAM)
    at = [midnight + timedelta(hours=hour, minutes=30) for hour in range(24)]
    assert {moment.hour for moment in at if quiet.covers(moment.astimezone(UTC))} == hours
    _, noted = looked(alert(quiet=quiet), {}, NOW)
    assert {moment.hour for moment in at if not due(noted, moment)} == hours


@pytest.mark.parametrize(("start", "end"), [(6, 6), (-1, 3), (5, 24)])
def test_quiet_hours_are_hours(start: int, end: int) -> None:
    with pytest.raises(InputError, match="quiet hours"):
        Quiet(start, end)


@given(st.lists(st.integers(1, 2000), max_size=60), st.sampled_from([None, Quiet(7, 9), Quiet(20, 7)]))
@settings(deadline=None)
def test_a_daily_one_is_looked_at_once_a_day(minutes: list[int], quiet: Quiet | None) -> None:
    _, held = looked(alert(quiet=quiet, pace=AlertPace.DAILY), {}, NOW)
    now, days = NOW, list[date]()
    for wait in minutes:
        now += timedelta(minutes=wait)
        if not running(held, now):
            break
        if due(held, now):
            here = now.astimezone(VIETNAM)
            assert not (quiet and quiet.covers(now))
            days.append((here - timedelta(hours=DIGEST_AT.hour)).date())
            held = looked(held, {}, now)[1]
    assert len(days) == len(set(days))


def test_rising_words_are_looked_for_once_a_day_whatever_the_pace() -> None:
    held = alert(RISING)
    assert due(held, NOW)
    held = looked(held, {}, NOW)[1]
    assert not due(held, NOW + timedelta(hours=1)) and due(held, NOW + DAY)
