"""A clause's end: the last confirmed word counts, a proposal only shortens or gives back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain import citation
from lachan.domain.clause_end import LONGEST_WHY, SHORTEST_WHY, ClauseEnd, EndState, check_end, ended
from lachan.domain.errors import FieldError

WHY = "Nghị định mới bãi bỏ điều khoản này, đăng Công báo số 15."
ROW = citation.get("LTE-6-9")  # from 1 June 2017, without an end
OLD = citation.get("L24-29")  # ended with the release: 1 July 2026
DAY = date(2026, 11, 1)


def row(ends: date | None, state: EndState = EndState.CONFIRMED, clause: str = ROW.id) -> ClauseEnd:
    return ClauseEnd(1, clause, ends, WHY, "admin", datetime(2026, 11, 22, tzinfo=UTC), state)


def test_the_last_confirmed_word_counts() -> None:
    later = DAY + timedelta(days=9)
    assert ended([]) == {}
    assert ended([row(DAY)]) == {ROW.id: DAY}
    assert ended([row(later), row(DAY)]) == {ROW.id: DAY}
    assert ended([row(DAY), row(None)]) == {}
    assert ended([row(DAY), row(None), row(later), row(DAY, clause="x")]) == {ROW.id: later, "x": DAY}
    for state in (EndState.WAITING, EndState.REFUSED):
        assert ended([row(DAY, state)]) == {}
        assert ended([row(DAY), row(None, state)]) == {ROW.id: DAY}


@given(st.sampled_from(citation.allowlist()), st.dates(), st.dates())
def test_an_end_never_lengthens(clause: citation.Citation, ends: date, on: date) -> None:
    shown = replace(clause, effective_to=citation.until(clause, {clause.id: ends}))
    assert not shown.in_force(on) or (clause.in_force(on) and on < ends)
    assert citation.until(clause, {"another": ends}) == clause.effective_to


@pytest.mark.parametrize(
    ("clause", "ends", "known", "field"),
    [
        (ROW, DAY, {ROW.id: DAY}, "ends"),
        (ROW, DAY + timedelta(days=1), {ROW.id: DAY}, "ends"),
        (ROW, ROW.effective_from - timedelta(days=1), {}, "ends"),
        (OLD, date(2026, 7, 1), {}, "ends"),
        (OLD, date(2030, 1, 1), {OLD.id: date(2026, 1, 1)}, "ends"),
        (ROW, None, {}, "why"),
        (ROW, None, {OLD.id: DAY}, "why"),
    ],
)
def test_a_proposal_that_would_end_nothing_is_refused(
    clause: citation.Citation, ends: date | None, known: dict[str, date], field: str
) -> None:
    with pytest.raises(FieldError) as refused:
        check_end(clause, ends, WHY, known)
    assert refused.value.field == field


def test_what_shortens_or_gives_back_is_taken_past_days_too() -> None:
    for ends in (DAY, ROW.effective_from, date(2030, 1, 1)):
        assert check_end(ROW, ends, WHY, {}) == WHY
    assert check_end(ROW, DAY - timedelta(days=1), WHY, {ROW.id: DAY}) == WHY
    assert check_end(OLD, date(2026, 6, 30), WHY, {}) == WHY
    assert check_end(ROW, None, WHY, {ROW.id: DAY}) == WHY


def test_the_reason_is_in_words_and_bounded() -> None:
    assert check_end(ROW, DAY, f"  {WHY[:20]}  \n {WHY[20:]} ", {}).startswith("Nghị định mới")
    for why in ("", "x" * (SHORTEST_WHY - 1), "x" + " " * SHORTEST_WHY + "y", "x" * (LONGEST_WHY + 1)):
        with pytest.raises(FieldError) as refused:
            check_end(ROW, DAY, why, {})
        assert refused.value.field == "why"
