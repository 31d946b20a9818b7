"""FigureStore, over both backends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from lachan.domain.case import CaseState
from lachan.domain.measure import Measure
from lachan.store import SqlDatabase
from tests.store.samples import DAY, NOW, appeal, new_case, notice, opened, post, referral

SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)
LAST_OF_SUNDAY = NOW.replace(hour=16, minute=59, second=59)
FIRST_OF_MONDAY = NOW.replace(hour=17, minute=0, second=0, microsecond=0)


def test_facts_lie_on_their_day_in_vietnam(database: SqlDatabase) -> None:
    one, two, three = opened(
        database,
        new_case(1, post=post(1, published_at=LAST_OF_SUNDAY, captured_at=FIRST_OF_MONDAY)),
        new_case(2, post=post(2, published_at=FIRST_OF_MONDAY, captured_at=FIRST_OF_MONDAY)),
        new_case(3, post=post(3, published_at=None, captured_at=FIRST_OF_MONDAY + DAY)),
    )
    closed = replace(
        one,
        state=CaseState.CLOSED,
        measure=Measure.OWNER_WARNING,
        overturned=True,
        decided_at=NOW,
        closed_at=NOW + DAY,
    )
    with database.write() as unit:
        unit.cases.save(closed)
        unit.cases.drop_texts([one.id])
    with database.read() as unit:
        (fact,) = unit.figures.facts(SUNDAY, SUNDAY)
        assert (fact.case, fact.day, fact.captured_day) == (one.id, SUNDAY, MONDAY)
        assert (fact.state, fact.measure, fact.overturned) == (closed.state, closed.measure, True)
        assert (fact.decided_at, fact.closed_at) == (NOW, NOW + DAY)
        assert (fact.source, fact.post_count, fact.opened_at) == ("truong", 1, FIRST_OF_MONDAY)
        assert (fact.categories, fact.age, fact.urgent) == (one.categories, one.age, False)
        assert [fact.case for fact in unit.figures.facts(MONDAY, MONDAY + DAY)] == [two.id, three.id]
        assert unit.figures.facts(MONDAY, SUNDAY) == []


def test_letters_help_and_appeals_lie_on_theirs(database: SqlDatabase) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        first = unit.notices.add(notice(case.id, drafted_at=LAST_OF_SUNDAY))
        second = unit.notices.add(notice(case.id, drafted_at=FIRST_OF_MONDAY, code="khac"))
        help_ = unit.referrals.add(referral(case.id, opened_at=LAST_OF_SUNDAY))
        words = unit.appeals.add(appeal(case.id, first.id, received_at=FIRST_OF_MONDAY))
        figures = unit.figures
        assert figures.notices(SUNDAY, SUNDAY) == [first]
        assert figures.notices(SUNDAY, MONDAY) == [first, second]
        assert (figures.referrals(SUNDAY, SUNDAY), figures.referrals(MONDAY, MONDAY)) == ([help_], [])
        assert (figures.appeals(SUNDAY, SUNDAY), figures.appeals(MONDAY, MONDAY)) == ([], [words])
