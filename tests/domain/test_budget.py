"""Budgets: what holds a source back, until when, and which change is a wider one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.domain.budget import HANOI, HOURS, Budget, Spent
from lachan.domain.errors import InputError

NOW = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # 23:30 in Vietnam
BOUND = st.none() | st.integers(1, 50)
HOUR = st.integers(0, 23)
HOURS_PAIR = st.none() | st.tuples(HOUR, HOUR).filter(lambda pair: pair[0] != pair[1])
BUDGETS = st.builds(
    lambda a, b, c, d, hours: Budget(a, b, c, d, *(hours or (None, None))),
    BOUND, BOUND, BOUND, BOUND, HOURS_PAIR,
)  # fmt: skip
SPENT = st.builds(Spent, *[st.integers(0, 60)] * 4)
MOMENTS = st.integers(0, 8760 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("budget", "spent", "word"),
    [
        (Budget(), Spent(10**9, 10**12, 10**9, 10**12), None),
        (Budget(pages_run=5), Spent(pages_run=4), None),
        (Budget(pages_run=5), Spent(pages_run=5), "budget_pages_run"),
        (Budget(bytes_run=5), Spent(bytes_run=6), "budget_bytes_run"),
        (Budget(pages_day=5), Spent(pages_day=5), "budget_pages_day"),
        (Budget(bytes_day=5), Spent(bytes_day=9), "budget_bytes_day"),
        (Budget(from_hour=22, to_hour=5), Spent(), None),
        (Budget(from_hour=6, to_hour=22), Spent(), "outside_hours"),
        (Budget(from_hour=23, to_hour=0), Spent(), None),
    ],
)
def test_what_holds_back(budget: Budget, spent: Spent, word: str | None) -> None:
    assert budget.holds_back(spent, NOW) == word


@pytest.mark.parametrize(
    "wrong",
    [{"pages_run": 0}, {"bytes_day": -1}, {"pages_day": 10**13}, {"from_hour": 22}, {"to_hour": 5},
     {"from_hour": 5, "to_hour": 5}, {"from_hour": 24, "to_hour": 5}],
)  # fmt: skip
def test_what_is_no_budget_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError):
        Budget(**wrong)


@given(BUDGETS, SPENT, MOMENTS)
@settings(deadline=None)
def test_it_is_free_again_when_it_says(budget: Budget, spent: Spent, now: datetime) -> None:
    word = budget.holds_back(spent, now)
    if word is None:
        return
    later = budget.free_again(word, now)
    assert now <= later <= now + timedelta(days=1)
    rested = Spent() if later > now else Spent(pages_day=spent.pages_day, bytes_day=spent.bytes_day)
    if word == HOURS:
        assert later.astimezone(HANOI).hour in budget.open_hours()
    assert budget.holds_back(rested, later) in (None, HOURS)


@given(BUDGETS, BUDGETS, SPENT, MOMENTS)
@settings(deadline=None)
def test_a_narrower_budget_lets_nothing_through_that_the_wider_holds(
    one: Budget, other: Budget, spent: Spent, now: datetime
) -> None:
    assert one.within(one) and one.within(Budget())
    if one.within(other) and one.holds_back(spent, now) is None:
        assert other.holds_back(spent, now) is None
    assert Budget(**one.as_numbers()) == one
