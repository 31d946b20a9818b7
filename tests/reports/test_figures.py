"""The figures agree with each other and say no more than people confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.appeal import Appeal, AppealState
from lachan.domain.case import CaseState, Third
from lachan.domain.measure import Measure
from lachan.domain.notice import NoticeState
from lachan.domain.post import SourceKind
from lachan.domain.referral import HarmSource, RecipientKind, Referral, ReferralState
from lachan.domain.taxonomy import Category, Route
from lachan.pipeline.ports import FactRow
from lachan.reports.cells import Veil
from lachan.reports.figures import (
    Material,
    Outcome,
    ProtectOutcome,
    Rate,
    figures,
    main_category,
    outcome,
)
from lachan.reports.tidy import rows
from tests.reports.samples import HOUR, MONDAY, NOW, SUNDAY, fact, notice, protect_fact

DAY = timedelta(days=1)
FACTS = st.lists(
    st.builds(
        fact,
        st.integers(1, 10**6),
        day=st.integers(-100, 6).map(lambda back: MONDAY + back * DAY),
        route=st.sampled_from([Route.REVIEW, Route.PROTECT]),
        state=st.sampled_from(CaseState),
        categories=st.lists(st.sampled_from(Category), min_size=1, max_size=3, unique=True).map(tuple),
        urgent=st.booleans(),
        source=st.sampled_from(["dien-dan", "truong"]),
        measure=st.none() | st.sampled_from(Measure),
        overturned=st.booleans(),
    ),
    max_size=60,
)


@given(FACTS)
def test_sums_agree(facts: list[FactRow]) -> None:
    found = figures(MONDAY, SUNDAY, Material(facts=facts))
    review = [f for f in facts if f.route is Route.REVIEW and MONDAY <= f.day <= SUNDAY]
    assert found.flagged == len(review) == sum(found.sources.values())
    assert sum(found.categories.values()) == found.confirmed == sum(found.measures.values())
    assert found.confirmed == sum(found.sources_confirmed.values()) == found.judge.part
    assert found.series[-1].confirmed == found.confirmed
    assert sum(found.categories_any.values()) >= found.confirmed
    assert max(found.categories_any.values(), default=0) <= found.confirmed
    assert found.judge.part <= found.judge.whole <= found.flagged
    assert all(sum(week.by_category.values()) == week.confirmed for week in found.series)
    assert found.previous is not None and found.last_four is not None
    assert sum(found.previous.values()) == found.series[-2].confirmed
    assert sum(found.last_four.values()) == sum(week.confirmed for week in found.series[-5:-1])
    assert set(found.rose()) <= set(found.categories)


@given(FACTS)
def test_nothing_of_the_protection_queue_from_1_to_4_is_in_it(facts: list[FactRow]) -> None:
    found = figures(MONDAY, SUNDAY, Material(facts=facts)).protection
    assert found is not None
    values = [
        found.total,
        found.urgent,
        found.referrals,
        *found.outcomes.values(),
        *found.categories.values(),
        *(part for clock in found.clocks for part in clock.values()),
    ]
    assert not {1, 2, 3, 4} & {value for value in values if not isinstance(value, Veil)}


@pytest.mark.parametrize(
    ("state", "measure", "overturned", "expected"),
    [
        (CaseState.OPEN, None, False, Outcome.WAITING),
        (CaseState.RETURNED, Measure.REMOVAL_REQUEST, False, Outcome.WAITING),
        (CaseState.AWAITING_APPROVAL, Measure.REMOVAL_REQUEST, False, Outcome.AWAITING_APPROVAL),
        (CaseState.CLOSED, Measure.DISMISS, False, Outcome.DISMISSED),
        (CaseState.CLOSED, Measure.OWNER_WARNING, False, Outcome.CONFIRMED),
        (CaseState.APPEALED, Measure.OWNER_WARNING, False, Outcome.CONFIRMED),
        (CaseState.CLOSED, Measure.OWNER_WARNING, True, Outcome.OVERTURNED),
    ],
)
def test_what_became_of_a_case(
    state: CaseState, measure: Measure | None, overturned: bool, expected: Outcome
) -> None:
    assert outcome(fact(state=state, measure=measure, overturned=overturned)) is expected


def test_cases_nobody_looked_at_are_one_total_without_category() -> None:
    facts = [fact(n, state=CaseState.OPEN, measure=None) for n in range(7)]
    found = figures(MONDAY, SUNDAY, Material(facts=facts))
    assert found.outcomes[Outcome.WAITING] == 7
    assert (found.categories, found.categories_any, found.judge) == ({}, {}, Rate(0, 0))


def test_a_case_counts_once_under_its_gravest_category() -> None:
    both = (Category.AGE_UNSUITABLE, Category.CHILD_VIOLENCE)
    assert main_category(both) is Category.CHILD_VIOLENCE
    found = figures(MONDAY, SUNDAY, Material(facts=[fact(categories=both)]))
    assert found.categories == {Category.CHILD_VIOLENCE: 1}
    assert found.categories_any == dict.fromkeys(reversed(both), 1)


def test_a_rise_needs_more_than_the_usual_spread() -> None:
    before = [fact(n, day=MONDAY - (1 + n % 28) * DAY) for n in range(16)]  # four a week
    assert figures(MONDAY, SUNDAY, Material(facts=[*before, *map(fact, range(100, 108))])).rose() == []
    risen = figures(MONDAY, SUNDAY, Material(facts=[*before, *map(fact, range(100, 109))]))
    assert risen.rose() == [Category.DRUGS_TO_MINORS]
    assert figures(MONDAY, SUNDAY, Material(facts=[fact(1), fact(2)])).rose() == []


def test_a_range_of_free_choice_has_neither_protection_figures_nor_comparison() -> None:
    found = figures(MONDAY, SUNDAY - DAY, Material(facts=[protect_fact(n) for n in range(9)]))
    assert (found.protection, found.previous, found.last_four) == (None, None, None)
    assert found.series[-1].protect == 9


def test_answers_count_against_letters_that_were_received() -> None:
    got: dict[str, Any] = {"delivered_at": NOW, "due_at": NOW + 24 * HOUR}
    letters = [
        notice(id=1, state=NoticeState.COMPLIED, **got),
        notice(id=2, state=NoticeState.REFUSED, **got),
        notice(id=3, state=NoticeState.OVERDUE, **got),
        notice(id=4, state=NoticeState.ISSUED),
    ]
    answered = {1: NOW + 2 * HOUR, 2: NOW + 30 * HOUR}
    found = figures(MONDAY, SUNDAY, Material(notices=letters, answered=answered))
    assert (found.answered, found.answered_in_time) == (Rate(2, 3), Rate(1, 3))
    assert found.answer_hours == 16
    assert sum(found.notice_states.values()) == 4


def test_a_closed_appeal_counts_as_reversed_by_what_became_of_its_case() -> None:
    def appeal(number: int, state: AppealState, decided: bool) -> Appeal:
        return Appeal(number, 1, number, state, "", NOW, decided_at=NOW if decided else None)

    appeals = [
        appeal(1, AppealState.CLOSED, True),
        appeal(2, AppealState.CLOSED, True),
        appeal(3, AppealState.RECEIVED, False),
    ]
    facts = [fact(1, overturned=True), fact(2)]
    found = figures(MONDAY, SUNDAY, Material(facts=facts, appeals=appeals))
    assert (found.appeals_decided, found.appeals_reversed) == (Rate(2, 3), Rate(1, 2))


def test_clocks_run_from_capture_and_from_sending() -> None:
    def referral(case: int, after: int) -> Referral:
        opened = NOW + after * HOUR
        accepted = opened + HOUR if case % 2 else None
        return Referral(
            case,
            case,
            ReferralState.SENT,
            RecipientKind.HOTLINE_111,
            HarmSource.UNKNOWN,
            "",
            "",
            opened,
            opened,
            accepted,
        )

    facts = [protect_fact(n) for n in range(20)]
    referrals = [referral(n, 3 if n < 10 else 13) for n in range(20)]
    found = figures(MONDAY, SUNDAY, Material(facts=facts, referrals=referrals)).protection
    assert found is not None
    assert found.clocks == (
        {"referred_in_time": 10, "referred_late": 10},
        {"within_law": 10, "beyond_law": 10},
        {"accepted_in_time": 10, "accepted_late": 10},
    )
    assert found.outcomes[ProtectOutcome.REFERRED] == 20
    assert found.categories == {Category.CHILD_VIOLENCE: 20}


def test_categories_of_referred_children_stay_back_where_the_outcomes_are_veiled() -> None:
    facts = [*(protect_fact(n) for n in range(12)), protect_fact(99, state=CaseState.OPEN, measure=None)]
    found = figures(MONDAY, SUNDAY, Material(facts=facts)).protection
    assert found is not None
    assert found.outcomes[ProtectOutcome.WAITING] is Veil.SMALL
    assert found.outcomes[ProtectOutcome.REFERRED] is Veil.LARGE
    assert found.categories == {}


def test_sources_are_summed_by_kind() -> None:
    kinds = {"dien-dan": SourceKind.FORUM, "truong": SourceKind.SCHOOL_PAGE}
    facts = [fact(1), fact(2), fact(3, source="truong")]
    found = figures(MONDAY, SUNDAY, Material(facts=facts, source_kinds=kinds))
    assert found.source_kinds == {SourceKind.FORUM: 2, SourceKind.SCHOOL_PAGE: 1}


def test_what_a_third_person_settled_is_counted() -> None:
    facts = [
        fact(1, third=Third.APPROVED),
        fact(2, third=Third.REFUSED),
        fact(3, state=CaseState.DISPUTED, third=Third.AWAITED),
        fact(4),
    ]
    counted = figures(MONDAY, MONDAY + timedelta(days=6), Material(facts=facts))
    assert counted.thirds == {Third.AWAITED: 1, Third.APPROVED: 1, Third.REFUSED: 1}
    assert counted.outcomes[Outcome.AWAITING_APPROVAL] == 1
    shown = {(row.section, row.name): (row.value, row.denominator) for row in rows(counted)}
    assert shown["third", "refused"] == (1, 3)
