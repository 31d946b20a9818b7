"""Inbox -> judge -> dropped at once, or a case."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from lachan.domain.assessment import Assessment, Stage
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.case import KEEP_UNDECIDED, CaseState
from lachan.domain.errors import ConflictError
from lachan.domain.post import Post
from lachan.domain.privacy import jaccard, near_copy_shingles
from lachan.domain.taxonomy import Category, Route
from lachan.pipeline.flood import Floods, open_cases, release
from lachan.pipeline.near_copy import minhash_bands
from lachan.pipeline.ports import (
    Clock,
    CopyCandidate,
    Counter,
    Database,
    InboxRow,
    Judge,
    JudgeInput,
    KeyRing,
    NewCase,
    Unit,
)
from lachan.pipeline.sources import check_running, halt_if_flooded

BATCH: Final = 500  # rows claimed, judged and settled together
#: How many rows are judged together, by how often they were claimed before: whoever claimed them died, so one
#: of them may be what kills. The third time each is alone, and a power cut sets no other one aside.
BATCH_AFTER: Final = ((0, BATCH), (1, 20), (None, 1))
LEASE: Final = timedelta(minutes=5)
SETTLE_TRIES: Final = 3
MAX_TRIES: Final = 3  # claims of one row; more means that it kills the judge
SAME_TEXT: Final = 0.8  # Jaccard of character 5-grams
MIN_COPY_LENGTH: Final = 40  # code points


@dataclass(frozen=True)
class AssessSummary:
    """What a run did; `opened + joined = stored`."""

    judged: int = 0
    dropped: int = 0
    stored: int = 0
    opened: int = 0
    joined: int = 0
    failed: int = 0
    halted: tuple[str, ...] = ()
    held_back: int = 0  # of those opened

    def plus(self, other: AssessSummary) -> AssessSummary:
        return AssessSummary(
            self.judged + other.judged,
            self.dropped + other.dropped,
            self.stored + other.stored,
            self.opened + other.opened,
            self.joined + other.joined,
            self.failed + other.failed,
            self.halted + other.halted,
            self.held_back + other.held_back,
        )


@dataclass(frozen=True)
class _Group:
    """A flagged post that will open a case, and its near-copies in the same batch."""

    first: NewCase
    shingles: frozenset[str]
    copies: list[tuple[Post, Assessment]]


class Assess:
    """Empties the inbox. Several may run at once; a kill at any point loses and doubles nothing: rows leave
    the inbox in the same unit in which their case opens or their count rises."""

    def __init__(self, database: Database, judge: Judge, keys: KeyRing, clock: Clock, worker: str) -> None:
        self._database = database
        self._judge = judge
        self._keys = keys
        self._clock = clock
        self._worker = worker
        self._floods = Floods(database, clock)

    def drain(self) -> AssessSummary:
        """Assess until nothing more can be claimed. Raises Stopped while the switch is on.

        First what earlier floods left waiting: it was here before today's posts.
        """
        self._floods.renew()
        total = AssessSummary()
        while (step := self.batch()) is not None:
            total = total.plus(step)
        self._database.forget_freed()
        return total

    def batch(self, limit: int = BATCH) -> AssessSummary | None:
        """Assess one batch; None when the inbox has nothing to claim."""
        now = self._clock()
        rows: list[InboxRow] = []
        with self._database.write() as unit:
            check_running(unit)
            for claimed, size in BATCH_AFTER:
                rows = unit.inbox.claim(self._worker, now, now + LEASE, min(limit, size), claimed)
                if rows:
                    break
        if not rows:
            return None
        healthy = [row for row in rows if row.tries <= MAX_TRIES]
        judged, broken = self._judge_all(healthy)
        broken += [row for row in rows if row.tries > MAX_TRIES]
        for _ in range(SETTLE_TRIES):  # a busy database is tried again; rows that are gone stay gone
            with suppress(ConflictError), self._database.write() as unit:
                return self._settle(unit, judged, broken)
        return AssessSummary()  # our lease ran out and another worker settled them: nothing is ours

    def _judge_all(
        self, rows: Sequence[InboxRow]
    ) -> tuple[list[tuple[InboxRow, Assessment]], list[InboxRow]]:
        """Judge in one go; where that raises, one by one, twice, so that a single bad row harms no other."""
        inputs = [
            JudgeInput(row.post.text, row.post.audience, row.post.imported, row.post.url) for row in rows
        ]
        try:
            return list(zip(rows, self._judge.assess(inputs), strict=True)), []
        except Exception:
            judged, broken = [], []
            for row, item in zip(rows, inputs, strict=True):
                try:
                    judged.append((row, self._judge.assess([item])[0]))
                except Exception:
                    broken.append(row)
            return judged, broken

    def _settle(
        self, unit: Unit, judged: Sequence[tuple[InboxRow, Assessment]], broken: Sequence[InboxRow]
    ) -> AssessSummary:
        now = self._clock()
        unit.inbox.remove([row.id for row, _ in judged])
        flagged = [(row.post, verdict) for row, verdict in judged if verdict.route is not Route.NONE]
        opened, joined, held = self._file(unit, flagged)
        if broken:
            unit.inbox.quarantine([row.id for row in broken], now, "the judge failed on it")
        self._count(unit, judged, broken)
        by_source: dict[str, list[bool]] = {}
        for row, verdict in judged:
            by_source.setdefault(row.post.source, []).append(verdict.route is not Route.NONE)
        halted = []
        for source, outcomes in by_source.items():
            unit.sources.note_judged(source, outcomes)
            if halt_if_flooded(unit, source, self._clock):
                halted.append(source)
        summary = AssessSummary(
            judged=len(judged),
            dropped=len(judged) - len(flagged),
            stored=len(flagged),
            opened=opened,
            joined=joined,
            failed=len(broken),
            halted=tuple(halted),
            held_back=held,
        )
        unit.audit.append(
            AuditEvent(
                now,
                SYSTEM,
                "inbox:assess",
                "inbox",
                {
                    "judged": summary.judged,
                    "dropped": summary.dropped,
                    "opened": opened,
                    "joined": joined,
                    "held_back": held,
                    "failed": summary.failed,
                    "model": self._judge.name,
                },
            )
        )
        return summary

    def _count(
        self, unit: Unit, judged: Sequence[tuple[InboxRow, Assessment]], broken: Sequence[InboxRow]
    ) -> None:
        tallies: dict[str, Tally[Counter]] = {}
        for row, verdict in judged:
            which = Counter.DROPPED if verdict.route is Route.NONE else Counter.STORED
            tally = tallies.setdefault(row.post.source, Tally())
            tally[which] += 1
            tally.update(_of_first_stage(verdict))
        for row in broken:
            tallies.setdefault(row.post.source, Tally())[Counter.FAILED] += 1
        day = self._clock().date()
        for source, amounts in tallies.items():
            unit.sources.count(source, day, amounts)

    def _file(self, unit: Unit, flagged: Sequence[tuple[Post, Assessment]]) -> tuple[int, int, int]:
        """Join near-copies to their case, open the others; returns (opened, joined, held back of those opened)."""
        now = self._clock()
        secret = self._keys.secret("near_copy")
        groups: list[_Group] = []
        by_band: dict[str, list[_Group]] = {}
        joined = 0
        all_bands = [
            minhash_bands(post.text, secret)
            if verdict.route is Route.REVIEW and len(post.text) >= MIN_COPY_LENGTH
            else ()
            for post, verdict in flagged
        ]
        older = unit.cases.candidates_of(all_bands)
        for (post, verdict), bands, candidates in zip(flagged, all_bands, older, strict=True):
            shingles: frozenset[str] = frozenset()
            linked: int | None = None
            if bands:
                shingles = near_copy_shingles(post.text)
                sibling = _sibling(by_band, bands, shingles, verdict)
                if sibling is not None:
                    sibling.copies.append((post, verdict))
                    joined += 1
                    continue
                case, closed = _older(candidates, shingles, verdict)
                if case is not None and not closed:
                    self._join(unit, case, post, verdict)
                    joined += 1
                    continue
                linked = case
            new = NewCase(post, verdict, now + KEEP_UNDECIDED, bands, linked)
            group = _Group(new, shingles, [])
            groups.append(group)
            for band in bands:
                by_band.setdefault(band, []).append(group)
        opened, held = open_cases(unit, [group.first for group in groups], now)
        for case_, group in zip(opened, groups, strict=True):
            for post, verdict in group.copies:
                self._join(unit, case_.id, post, verdict)
        return len(groups), joined, held

    def _join(self, unit: Unit, case_id: int, post: Post, verdict: Assessment) -> None:
        unit.cases.join(case_id, post, verdict)
        case = unit.cases.get(case_id)
        if verdict.urgent and not case.urgent:
            unit.cases.save(replace(case, urgent=True))
            if case.state is CaseState.HELD_BACK:  # what is urgent waits for no brake
                release(unit, [case_id])


def _older(
    candidates: Sequence[CopyCandidate], shingles: frozenset[str], verdict: Assessment
) -> tuple[int | None, bool]:
    """The newest case that this text copies, and whether it is closed already."""
    for candidate in candidates:
        if (
            candidate.route is verdict.route
            and candidate.first_text is not None
            and _share(candidate.categories, verdict)
            and jaccard(near_copy_shingles(candidate.first_text), shingles) >= SAME_TEXT
        ):
            return candidate.case, candidate.state in (CaseState.CLOSED, CaseState.APPEALED)
    return None, False


def _of_first_stage(verdict: Assessment) -> list[Counter]:
    """What this verdict says of the first of two stages; nothing for a judge of one."""
    flagged = verdict.route is not Route.NONE
    if verdict.stage is Stage.SECOND:
        return [Counter.FIRST_PASSED_FLAGGED] if flagged else []
    if verdict.stage is Stage.LOT:
        drawn = [Counter.FIRST_LET_GO, Counter.FIRST_DRAWN]
        return [*drawn, Counter.FIRST_DRAWN_FLAGGED] if flagged else drawn
    return [Counter.FIRST_LET_GO] if verdict.stage is Stage.FIRST else []


def _share(categories: Sequence[Category], verdict: Assessment) -> bool:
    return not set(categories).isdisjoint(verdict.categories)


def _sibling(
    by_band: dict[str, list[_Group]], bands: Sequence[str], shingles: frozenset[str], verdict: Assessment
) -> _Group | None:
    """A post of this very batch that the text copies."""
    for band in bands:
        for group in by_band.get(band, ()):
            same = jaccard(group.shingles, shingles) >= SAME_TEXT
            if same and _share(group.first.assessment.categories, verdict):
                return group
    return None


def expire(unit: Unit, clock: Clock) -> int:
    """Rows a day old leave the inbox: counted, their text forgotten, their page to be read again."""
    now = clock()
    rows = unit.inbox.expired(now)
    if not rows:
        return 0
    unit.inbox.forget([row.id for row in rows])
    for row in rows:
        if not row.quarantined:
            unit.sources.count(row.source, now.date(), {Counter.EXPIRED: 1})
    for source in {row.source for row in rows}:
        unit.frontier.forget(source)
    unit.audit.append(AuditEvent(now, SYSTEM, "inbox:expire", "inbox", {"rows": len(rows)}))
    return len(rows)
