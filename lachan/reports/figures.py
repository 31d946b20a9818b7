"""The figures of a report: pure counting over fact rows, letters, referrals and appeals.

Counts by category are of cases that a person confirmed; what nobody looked at yet is one total. The two
routes are never added up, so that the protection queue cannot be had by subtraction. No figure names or ranks
an officer, and none counts authors.
"""

from __future__ import annotations

import math
from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from statistics import median
from typing import Final, TypeVar

from lachan.domain.appeal import Appeal, AppealState
from lachan.domain.case import AWAITS_ANOTHER, CaseState, Third
from lachan.domain.first_stage import FirstStage
from lachan.domain.measure import Measure
from lachan.domain.notice import Notice, NoticeState
from lachan.domain.post import SourceKind
from lachan.domain.referral import ACCEPT_WITHIN, LAW_CEILING, Referral, refer_by
from lachan.domain.report import LedgerRow, LedgerTotals, ledger_totals
from lachan.domain.taxonomy import SEVERITY, Category, Route
from lachan.pipeline.ports import FactRow
from lachan.reports.cells import Shown, Veil, shown, veiled
from lachan.reports.period import MEAN_WEEKS, is_week, series_of, week_name, weeks_before

Member = TypeVar("Member", bound=StrEnum)

_NEVER: Final = datetime.min.replace(tzinfo=UTC)  # before which nothing is overdue
RISE_FROM: Final = 3  # cases in the week; fewer are never called a rise
RISE_DEVIATIONS: Final = 2.0  # square roots of the mean: counts of rare events spread about so (Poisson)


class Outcome(StrEnum):
    """What became of a flagged case of the review queue; every case has exactly one."""

    WAITING = "waiting"
    AWAITING_APPROVAL = "awaiting_approval"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    OVERTURNED = "overturned"


class ProtectOutcome(StrEnum):
    WAITING = "waiting"
    REFERRED = "referred"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class Rate:
    """`part` out of `whole`; never shown without its denominator."""

    part: int
    whole: int


@dataclass(frozen=True)
class Standing:
    """How things stand when the report is made, whatever its range of days."""

    waiting: int = 0
    awaiting_approval: int = 0
    notices_overdue: int = 0
    appeals_overdue: int = 0
    referral_alarm: bool = False


@dataclass(frozen=True)
class Reading:
    """What the crawl did in the days of the report (UTC days of reading, not of publication). `stored` counts both
    queues."""

    pages: int = 0
    judged: int = 0
    stored: Shown = 0


@dataclass(frozen=True)
class Material:
    """What is counted. `facts` reach back over the whole series; the lists are those of the range alone.

    `answered`: when a recipient complied or refused, by notice.
    """

    facts: Sequence[FactRow] = ()
    notices: Sequence[Notice] = ()
    referrals: Sequence[Referral] = ()
    appeals: Sequence[Appeal] = ()
    told: Sequence[LedgerRow] = ()
    answered: Mapping[int, datetime] = field(default_factory=dict)
    source_kinds: Mapping[str, SourceKind] = field(default_factory=dict)
    reading: Reading = Reading()
    first_stage: FirstStage = field(default_factory=FirstStage)
    standing: Standing = Standing()
    made_at: datetime = _NEVER


@dataclass(frozen=True)
class Week:
    """One week of the series. `by_category` sums to `confirmed`."""

    name: str
    first: date
    last: date
    confirmed: int
    by_category: Mapping[Category, int]
    protect: Shown


@dataclass(frozen=True)
class Protection:
    """The protection queue, veiled. Parts are empty where they are not published."""

    total: Shown
    outcomes: Mapping[ProtectOutcome, Shown]
    categories: Mapping[Category, Shown]
    urgent: Shown
    referrals: Shown
    clocks: tuple[Mapping[str, Shown], ...]


@dataclass(frozen=True)
class Figures:
    """Everything that a report says. `protection` and the comparisons are for whole weeks only: ranges of free
    choice could be subtracted from each other."""

    first: date
    last: date
    outcomes: Mapping[Outcome, int]
    urgent: int
    categories: Mapping[Category, int]
    categories_any: Mapping[Category, int]
    measures: Mapping[Measure, int]
    sources: Mapping[str, int]
    sources_confirmed: Mapping[str, int]
    source_kinds: Mapping[SourceKind, int]
    notice_states: Mapping[NoticeState, int]
    answered: Rate
    answered_in_time: Rate
    answer_hours: int | None
    appeals_decided: Rate
    appeals_reversed: Rate
    told: LedgerTotals
    judge: Rate
    thirds: Mapping[Third, int]
    series: tuple[Week, ...]
    previous: Mapping[Category, int] | None
    last_four: Mapping[Category, int] | None
    protection: Protection | None
    reading: Reading
    first_stage: FirstStage
    standing: Standing

    @property
    def flagged(self) -> int:
        return sum(self.outcomes.values())

    @property
    def first_stage_recall(self) -> tuple[int, int, int] | None:
        """What the judge's first stage passes on of all that the whole judge would flag: per cent, with its 95 %
        interval (low, high) rounded outwards; None for a judge of one stage, or with nothing to tell from."""
        found = self.first_stage.recall()
        if found is None:
            return None
        value, low, high = (100 * each for each in found)
        return round(value), math.floor(low), math.ceil(high)

    @property
    def confirmed(self) -> int:
        return self.outcomes[Outcome.CONFIRMED]

    def rose(self) -> list[Category]:
        """Categories above what the four weeks before would let one expect; none without a comparison."""
        if self.last_four is None:
            return []
        return [
            category
            for category, now in self.categories.items()
            if now >= RISE_FROM and _rises(now, self.last_four.get(category, 0) / MEAN_WEEKS)
        ]


def _rises(now: int, mean: float) -> bool:
    return now > mean + RISE_DEVIATIONS * math.sqrt(max(mean, 1.0))


def outcome(fact: FactRow) -> Outcome:
    """Of a review case."""
    if fact.state is CaseState.DECIDED or fact.state in AWAITS_ANOTHER:
        return Outcome.AWAITING_APPROVAL
    if fact.state not in (CaseState.CLOSED, CaseState.APPEALED) or fact.measure is None:
        return Outcome.WAITING
    if fact.measure is Measure.DISMISS:
        return Outcome.DISMISSED
    return Outcome.OVERTURNED if fact.overturned else Outcome.CONFIRMED


def protect_outcome(fact: FactRow) -> ProtectOutcome:
    if fact.state is not CaseState.CLOSED or fact.measure is None:
        return ProtectOutcome.WAITING
    return ProtectOutcome.DISMISSED if fact.measure is Measure.DISMISS else ProtectOutcome.REFERRED


def main_category(categories: Sequence[Category]) -> Category:
    """The gravest, so that a case with several is counted once."""
    order = list(Category)
    return max(categories, key=lambda category: (SEVERITY[category], -order.index(category)))


def figures(first: date, last: date, material: Material) -> Figures:
    """Count what lies in the inclusive range of days."""
    here = [fact for fact in material.facts if first <= fact.day <= last]
    review = [fact for fact in here if fact.route is Route.REVIEW]
    confirmed = _confirmed(review)
    outcomes = Tally(outcome(fact) for fact in review)
    decided = sum(outcomes[each] for each in (Outcome.CONFIRMED, Outcome.DISMISSED, Outcome.OVERTURNED))
    received = [notice for notice in material.notices if notice.delivered_at is not None]
    answers = [
        (notice, material.answered[notice.id]) for notice in received if notice.id in material.answered
    ]
    hours = [(at - n.delivered_at).total_seconds() / 3600 for n, at in answers if n.delivered_at is not None]
    settled = [appeal for appeal in material.appeals if appeal.decided_at is not None]
    reversed_ = _reversed(settled, material)
    whole_week = is_week(first, last)
    before = weeks_before(first, MEAN_WEEKS) if whole_week else []
    by_source = Tally(fact.source for fact in review)
    confirmed_by_source = Tally(fact.source for fact in confirmed)
    return Figures(
        first=first,
        last=last,
        outcomes={each: outcomes[each] for each in Outcome},
        urgent=sum(fact.urgent for fact in review),
        categories=_by_category(confirmed),
        categories_any=_ordered(Tally(category for fact in confirmed for category in set(fact.categories))),
        measures={
            each: count
            for each, count in _tally(Measure, (fact.measure for fact in confirmed)).items()
            if count
        },
        sources=dict(sorted(by_source.items())),
        sources_confirmed={source: confirmed_by_source[source] for source in sorted(by_source)},
        source_kinds={
            kind: count
            for kind, count in _tally(
                SourceKind, (material.source_kinds.get(fact.source) for fact in review)
            ).items()
            if count
        },
        notice_states=_tally(NoticeState, (notice.state for notice in material.notices)),
        answered=Rate(len(answers), len(received)),
        answered_in_time=Rate(
            sum(n.due_at is not None and at <= n.due_at for n, at in answers), len(received)
        ),
        answer_hours=math.ceil(median(hours)) if hours else None,
        appeals_decided=Rate(len(settled), len(material.appeals)),
        appeals_reversed=Rate(reversed_, len(settled)),
        told=ledger_totals(material.told, material.made_at),
        judge=Rate(outcomes[Outcome.CONFIRMED], decided),
        thirds=_tally(Third, (fact.third for fact in review)),
        series=tuple(_week(material.facts, *week) for week in series_of(first, last)),
        previous=_by_category(_confirmed(_between(material.facts, *before[-1]))) if before else None,
        last_four=_by_category(_confirmed(_between(material.facts, before[0][0], before[-1][1])))
        if before
        else None,
        protection=_protection(here, material) if whole_week else None,
        reading=_reading(first, last, material),
        first_stage=material.first_stage,
        standing=material.standing,
    )


def _between(facts: Iterable[FactRow], first: date, last: date) -> list[FactRow]:
    return [fact for fact in facts if first <= fact.day <= last]


def _confirmed(facts: Iterable[FactRow]) -> list[FactRow]:
    return [
        fact
        for fact in facts
        if fact.route is Route.REVIEW and outcome(fact) is Outcome.CONFIRMED and fact.categories
    ]


def _reversed(settled: Sequence[Appeal], material: Material) -> int:
    """A closed appeal no longer says how it ended; its case does."""
    overturned = {fact.case for fact in material.facts if fact.overturned}
    return sum(a.state is AppealState.OVERTURNED or a.case in overturned for a in settled)


def _tally(kind: type[Member], members: Iterable[Member | None]) -> dict[Member, int]:
    counts = Tally(members)
    return {each: counts[each] for each in kind}


def _ordered(counts: Tally[Category]) -> dict[Category, int]:
    """Most first; no zeros."""
    order = list(Category)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], order.index(item[0]))))


def _by_category(facts: Sequence[FactRow]) -> dict[Category, int]:
    return _ordered(Tally(main_category(fact.categories) for fact in facts))


def _week(facts: Sequence[FactRow], first: date, last: date) -> Week:
    here = _between(facts, first, last)
    confirmed = _confirmed(here)
    return Week(
        name=week_name(first),
        first=first,
        last=last,
        confirmed=len(confirmed),
        by_category=_by_category(confirmed),
        protect=shown(sum(fact.route is Route.PROTECT for fact in here)),
    )


def _reading(first: date, last: date, material: Material) -> Reading:
    """`stored` less what the review queue flagged tells the protection queue: shown only where that is told anyway, in
    a whole week without a small cell."""
    children = [fact for fact in material.facts if fact.route is Route.PROTECT]
    counts = (
        sum(first <= fact.day <= last for fact in children),
        sum(first <= fact.captured_day <= last for fact in children),
    )
    if is_week(first, last) and not any(isinstance(shown(count), Veil) for count in counts):
        return material.reading
    return replace(material.reading, stored=Veil.HIDDEN)


def _protection(here: Sequence[FactRow], material: Material) -> Protection:
    cases = [fact for fact in here if fact.route is Route.PROTECT]
    outcomes = veiled(_tally(ProtectOutcome, (protect_outcome(fact) for fact in cases)))
    referred = [fact for fact in cases if protect_outcome(fact) is ProtectOutcome.REFERRED]
    by_category = Tally(main_category(fact.categories) for fact in referred if fact.categories)
    # Categories sum to the referred ones: published only where that part is, or it would tell the veiled rest.
    exact = not any(isinstance(part, Veil) for part in outcomes.values())
    urgent = sum(fact.urgent for fact in cases)
    return Protection(
        total=shown(len(cases)),
        outcomes=outcomes,
        categories=veiled(_ordered(by_category)) if exact else {},
        urgent=veiled({"urgent": urgent, "other": len(cases) - urgent})["urgent"],
        referrals=shown(len(material.referrals)),
        clocks=_clocks(material),
    )


def _clocks(material: Material) -> tuple[Mapping[str, Shown], ...]:
    """Pairs (kept, missed), each the parts of its own total. From capture; unknown where the fact is gone."""
    facts = {fact.case: fact for fact in material.facts}
    known = [(each, facts[each.case]) for each in material.referrals if each.case in facts]
    in_time = sum(r.opened_at <= refer_by(f.opened_at, urgent=f.urgent) for r, f in known)
    lawful = sum(r.opened_at <= f.opened_at + LAW_CEILING for r, f in known)
    sent = [each for each in material.referrals if each.sent_at is not None]
    accepted = sum(
        each.accepted_at is not None
        and each.sent_at is not None
        and each.accepted_at <= each.sent_at + ACCEPT_WITHIN
        for each in sent
    )
    return (
        veiled({"referred_in_time": in_time, "referred_late": len(known) - in_time}),
        veiled({"within_law": lawful, "beyond_law": len(known) - lawful}),
        veiled({"accepted_in_time": accepted, "accepted_late": len(sent) - accepted}),
    )
