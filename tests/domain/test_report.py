"""Reports: every one can be read, none can skip it, a withdrawn one stays withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.errors import InputError, TransitionError
from lachan.domain.report import (
    MAX_TEXT,
    OPEN,
    READ_WITHIN,
    RECHECK_AFTER,
    REPORT_TABLE,
    LedgerRow,
    ReportAct,
    ReportDesk,
    Reporter,
    ReportOutcome,
    ReportState,
    Told,
    check_told,
    desk_for,
    ledger_totals,
    next_look,
    outcomes,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://dien-dan.example/bai/1"


@given(st.lists(st.sampled_from(ReportAct), max_size=12), st.booleans())
def test_nothing_is_answered_or_closed_unread(acts: list[ReportAct], quarantined: bool) -> None:
    state = ReportState.QUARANTINED if quarantined else REPORT_TABLE.initial
    read = False
    for act in acts:
        try:
            state = REPORT_TABLE.step(state, act)
        except TransitionError:
            continue
        read = act is ReportAct.READ or (read and act is not ReportAct.ADD)
        if state in (ReportState.CLASSIFIED, ReportState.ANSWERED, ReportState.CLOSED):
            assert read, "classified, answered and closed is only what a person read to its end"


def test_whoever_has_the_code_can_withdraw_at_any_time_and_for_good() -> None:
    for state in ReportState:
        if state in (ReportState.CLOSED, ReportState.WITHDRAWN):
            assert REPORT_TABLE.final(state)
        else:
            assert REPORT_TABLE.step(state, ReportAct.WITHDRAW) is ReportState.WITHDRAWN
    assert {state for state in ReportState if not REPORT_TABLE.final(state)} == {*OPEN, ReportState.ANSWERED}


def test_what_is_told_is_checked() -> None:
    told = check_told(Told(Reporter.CHILD, " chuyện của em ", f" {URL}", " gọi cô "))
    assert (told.text, told.url, told.contact) == ("chuyện của em", URL, "gọi cô")
    for bad in (
        Told(Reporter.CHILD, "  "),
        Told(Reporter.CHILD, "a" * (MAX_TEXT + 1)),
        Told(Reporter.CHILD, "a", "h" * 2001),
        Told(Reporter.CHILD, "a", contact="0" * 501),
        Told(Reporter.TEACHER, "a", URL, wants_removal=True),
        Told(Reporter.CHILD, "a", wants_removal=True),
    ):
        with pytest.raises(InputError):
            check_told(bad)


def test_whatever_may_be_a_childs_need_goes_to_the_protection_desk() -> None:
    plain = Told(Reporter.TEACHER, "xem bài này", URL)
    assert desk_for(plain, urgent=False) is ReportDesk.REVIEW
    for other in (
        replace(plain, reporter=Reporter.CHILD),
        replace(plain, url=""),
        replace(plain, contact="gọi sau 17 giờ"),
        replace(plain, reporter=Reporter.PARENT, wants_removal=True),
    ):
        assert desk_for(other, urgent=False) is ReportDesk.PROTECT
    assert desk_for(plain, urgent=True) is ReportDesk.PROTECT


def test_a_page_is_looked_at_after_1_7_and_30_days() -> None:
    assert [after.days for after in RECHECK_AFTER] == [1, 7, 30]
    assert next_look(NOW, NOW) == NOW + DAY
    assert next_look(NOW, NOW + DAY) == NOW + 7 * DAY
    assert next_look(NOW, NOW + 8 * DAY) == NOW + 30 * DAY, "what was missed is not made up for"
    assert next_look(NOW, NOW + 30 * DAY) is None


def row(state: ReportState, **times: datetime | ReportOutcome | None) -> LedgerRow:
    made = LedgerRow(1, state, NOW, NOW, None, None, None, None, None)
    return replace(made, **times)  # type: ignore[arg-type]


def test_the_ledger_adds_up() -> None:
    later = NOW + DAY
    rows = [
        row(ReportState.RECEIVED),
        row(ReportState.QUARANTINED),
        row(ReportState.WITHDRAWN),
        row(ReportState.READ, read_at=later),
        row(
            ReportState.ANSWERED,
            read_at=later,
            classified_at=later,
            answered_at=later,
            outcome=ReportOutcome.ADVISED,
        ),
        row(ReportState.CLOSED, read_at=NOW + READ_WITHIN + DAY, classified_at=later, answered_at=later),
    ]
    totals = ledger_totals(rows, later)
    assert (totals.received, totals.withdrawn, totals.read, totals.classified) == (6, 1, 3, 2)
    assert (totals.answered, totals.waiting, totals.overdue) == (2, 3, 1)
    assert totals.received - totals.withdrawn == totals.answered + totals.waiting
    assert totals.share(totals.answered) == 2 / 5
    assert ledger_totals(rows, NOW + READ_WITHIN + DAY).overdue == 3
    assert ledger_totals([], NOW).share(0) is None
    assert outcomes(rows)[ReportOutcome.ADVISED] == 1
    assert sum(outcomes(rows).values()) == 1


def test_what_was_added_and_left_unread_is_overdue_too() -> None:
    added = row(ReportState.RECEIVED, read_at=NOW + DAY, told_at=NOW + 2 * DAY)
    assert not added.overdue(NOW + 9 * DAY)
    assert added.overdue(NOW + 9 * DAY + timedelta(minutes=1))
