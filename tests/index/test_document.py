from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from index.document import day_end, day_start, newest

LAST_CASE = 2**30 - 1
cases = st.integers(1, LAST_CASE)


def _key(moment: datetime, case: int) -> int:
    return newest(int(moment.timestamp()), case)


def test_a_day_is_that_of_hanoi() -> None:
    day = date(2026, 11, 30)
    first = datetime(2026, 11, 29, 17, tzinfo=UTC)
    assert day_start(day) <= _key(first, 1)
    assert _key(first - timedelta(seconds=1), LAST_CASE) < day_start(day)
    last = first + timedelta(days=1, seconds=-1)
    assert _key(last, LAST_CASE) <= day_end(day) < _key(last + timedelta(seconds=1), 1)


@given(st.integers(-(2**40), 2**40), st.integers(-(2**40), 2**40), cases, cases)
def test_later_is_larger_then_the_later_case(one: int, other: int, case: int, another: int) -> None:
    if case < another:
        assert newest(one, case) < newest(one, another)
    if one < other:
        assert newest(one, 0) <= newest(other, 0)


@given(st.integers(-(2**70), 2**70), cases)
def test_keys_fit_the_engine(seconds: int, case: int) -> None:
    assert -(2**63) <= newest(seconds, case) < 2**63


@given(st.dates())
def test_every_day_can_be_asked_for(day: date) -> None:
    assert -(2**63) <= day_start(day) <= day_end(day) < 2**63
