"""Clusters: open review cases whose text is nearly that of a case in hand, dismissed together by one person.

A dismissal alone: nothing leaves the house by it, and it is taken back whole within ten minutes. What asks something
of somebody is decided one by one. Urgent cases stand apart, and the protection queue has no clusters at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from lachan.domain.account import Actor, Permission
from lachan.domain.audit import AuditEvent
from lachan.domain.case import CASE_TABLE, UNDO_FOR, Case, CaseAct, CaseState, keep_until
from lachan.domain.errors import ConflictError, InputError, NotFound, RefusedError
from lachan.domain.measure import Measure, check_measure
from lachan.domain.privacy import jaccard, near_copy_shingles
from lachan.domain.taxonomy import Route
from lachan.pipeline.claims import Claims
from lachan.pipeline.ports import Unit
from lachan.pipeline.review import DECIDED, undecided, undoable

ALIKE: Final = (
    0.5  # Jaccard of character 5-grams; from 0.8 on, with a category in common, it is one case anyway
)
MAX_CLUSTER: Final = 50  # a person must have read each


@dataclass(frozen=True)
class Member:
    """A case of the cluster and its text, to be read before it is ticked."""

    case: Case
    text: str
    alike: float


@dataclass(frozen=True)
class Outcome:
    """What a dismissal did, or (dry) would do. `left` were taken, decided or became urgent meanwhile."""

    dismissed: tuple[int, ...]
    left: tuple[int, ...]
    cluster: str = ""  # by which it is taken back; "" for a dry run


class Clusters(Claims):
    """One dismissal over many."""

    def of(self, actor: Actor, case_id: int) -> list[Member]:
        """The open cases near a case that this actor holds, nearest first; at most MAX_CLUSTER."""
        with self._database.read() as unit:
            seed = self._seed(unit, actor, case_id)
            texts = unit.cases.texts([seed.id])
            if seed.id not in texts:
                return []
            shingles = near_copy_shingles(texts[seed.id])
            near = [
                (jaccard(near_copy_shingles(found.first_text), shingles), found.case)
                for found in unit.cases.sharing(seed.id)
                if found.first_text is not None
            ]
            wanted = {case: alike for alike, case in near if alike >= ALIKE}
            cases = [case for number in wanted if _joins(case := unit.cases.get(number))]
            cases = sorted(cases, key=lambda case: -wanted[case.id])[:MAX_CLUSTER]
            read = unit.cases.texts([case.id for case in cases])
            return [Member(case, read[case.id], wanted[case.id]) for case in cases if case.id in read]

    def dismiss(
        self, actor: Actor, case_id: int, ticked: Sequence[int], reason: str, *, dry: bool
    ) -> Outcome:
        """Dismiss the ticked cases of the cluster and the case in hand, for one reason; `dry` only says what would
        happen. Raises InputError for nothing ticked or no reason, RefusedError for a case outside the cluster."""
        cluster = {member.case.id for member in self.of(actor, case_id)}
        if not ticked:
            raise InputError("tick the cases that you have read")
        with self._database.read() as unit:
            ready = {number for number in ticked if _open(unit, number)}
        if not ready <= cluster:
            raise RefusedError("a case outside the cluster is decided by itself")
        name = secrets.token_hex(4)
        dismissed, left = [], [number for number in ticked if number not in ready]
        for number in [case_id, *sorted(ready)]:
            if dry:
                dismissed.append(number)
                continue
            try:
                self._dismiss(actor, number, case_id, reason, name)
            except (ConflictError, NotFound, RefusedError):
                if number == case_id:
                    raise
                left.append(number)
            else:
                dismissed.append(number)
        if dry:
            with self._database.read() as unit:
                self._check(self._seed(unit, actor, case_id), reason)
            return Outcome(tuple(dismissed), tuple(left))
        with self._database.write() as unit:
            details = {"cases": ",".join(map(str, dismissed))}
            unit.audit.append(
                AuditEvent(self._clock(), actor.name, "cluster:dismiss", f"cluster:{name}", details)
            )
        return Outcome(tuple(dismissed), tuple(left), name)

    def undo(self, actor: Actor, cluster: str) -> Outcome:
        """Take the dismissal back, within ten minutes: every case of it that nobody went on with is open again."""
        actor.require(Permission.DECIDE_REVIEW, interactive=True)
        now = self._clock()
        with self._database.write() as unit:
            made = next(iter(unit.audit.of_subject(f"cluster:{cluster}", 1)), None)
            if made is None:
                raise NotFound(f"no cluster {cluster}")
            if (
                made.event.action != "cluster:dismiss"
                or made.event.actor != actor.name
                or now - made.event.at > UNDO_FOR
            ):
                raise RefusedError(
                    "there is nothing to take back: it is too late, or somebody went on with it"
                )
            back, left = [], []
            for number in map(int, str(made.event.details["cases"]).split(",")):
                if self._reopen(unit, actor, number, cluster):
                    back.append(number)
                else:
                    left.append(number)
            details = {"cases": ",".join(map(str, back))}
            unit.audit.append(AuditEvent(now, actor.name, "cluster:undo", f"cluster:{cluster}", details))
            return Outcome(tuple(back), tuple(left), cluster)

    def _seed(self, unit: Unit, actor: Actor, case_id: int) -> Case:
        actor.require(Permission.DECIDE_REVIEW, interactive=True)
        case = self._held(unit, actor, case_id)
        if case.route is not Route.REVIEW or case.urgent:
            raise RefusedError("urgent cases and cries for help are decided one by one")
        return case

    def _dismiss(self, actor: Actor, number: int, seed: int, reason: str, cluster: str) -> None:
        now = self._clock()
        with self._database.write() as unit:
            case = unit.cases.get(number)
            if number == seed:
                case = self._seed(unit, actor, number)
            elif not _joins(case):
                raise ConflictError(f"{case.number} is with somebody else")
            else:
                case = self._step(unit, actor, case, CaseAct.CLAIM)
            self._check(case, reason)
            case = self._step(
                unit, actor, case, CaseAct.DECIDE, measure=Measure.DISMISS.value, cluster=cluster
            )
            unit.cases.save(
                replace(
                    case,
                    state=CASE_TABLE.step(case.state, CaseAct.CLOSE),
                    claimed_by=None,
                    claimed_until=None,
                    decided_by=actor.name,
                    decided_at=now,
                    closed_at=now,
                    measure=Measure.DISMISS,
                    reason=reason.strip(),
                    delete_text_at=keep_until(now, Measure.DISMISS),
                )
            )

    def _reopen(self, unit: Unit, actor: Actor, number: int, cluster: str) -> bool:
        try:
            case = unit.cases.get(number)
        except NotFound:
            return False
        now = self._clock()
        last = undoable(unit.audit.of_subject(f"case:{number}"), actor.name, now)
        if last is None or last.event.action != DECIDED or last.event.details.get("cluster") != cluster:
            return False
        self._log(unit, actor.name, "case:undo", case, what=DECIDED)
        state = CASE_TABLE.step(CASE_TABLE.step(case.state, CaseAct.UNDO), CaseAct.RELEASE)
        unit.cases.save(undecided(replace(case, state=state), now))
        return True

    def _check(self, case: Case, reason: str) -> None:
        check_measure(
            Measure.DISMISS, route=case.route, categories=case.categories, reason=reason, citations=()
        )


def _joins(case: Case) -> bool:
    """Whether a case may be dismissed with others: open, of the review queue, not urgent."""
    return case.route is Route.REVIEW and case.state is CaseState.OPEN and not case.urgent


def _open(unit: Unit, number: int) -> bool:
    try:
        return _joins(unit.cases.get(number))
    except NotFound:
        return False
