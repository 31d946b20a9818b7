"""The clauses that letters may cite, and how two admins end one while the system runs.

    propose (one admin) -> confirm | refuse (another)
    bring_back (one admin), of what was ended -> confirm | refuse (another)

Both sign in with a one-time code. What is confirmed is asked for at each decision and approval, so that every process
keeps to it at once. Letters that went out keep what they cite.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final

from lachan.domain import citation
from lachan.domain.account import PERMISSIONS, Actor, Permission
from lachan.domain.audit import AuditEvent, AuditLink
from lachan.domain.citation import Citation, Ended
from lachan.domain.clause_end import ClauseEnd, EndState, check_end, ended
from lachan.domain.errors import ConflictError, NotFound, SecondPersonNeeded
from lachan.domain.notice import Notice
from lachan.pipeline.import_rows import HANOI
from lachan.pipeline.ports import Clock, Database, Unit

READERS: Final = frozenset({Permission.MANAGE_CLAUSES, Permission.APPROVE, Permission.READ_AUDIT})
_HISTORY: Final = 50  # events


@dataclass(frozen=True)
class Clause:
    """A clause of the release and what people here say of its end. `until`: the first day on which it no longer
    holds; `ending`: the confirmed proposal that counts; `waiting`: one that nobody settled yet."""

    row: Citation
    until: date | None
    ending: ClauseEnd | None
    waiting: ClauseEnd | None

    def holds(self, on: date) -> bool:
        return self.row.effective_from <= on and (self.until is None or on < self.until)


@dataclass(frozen=True)
class Citing:
    """Numbers of letters that cite a clause: `waiting` for approval, `issued` from the day on that is (to be) its
    last; newest first."""

    waiting: list[int]
    issued: list[int]


class Clauses:
    """What may be cited, and what no longer."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @property
    def today(self) -> date:
        """In Vietnam."""
        return self._clock().astimezone(HANOI).date()

    # --- Reading -------------------------------------------------------------------------------------------
    def all(self, actor: Actor) -> list[Clause]:
        """Every clause of the release, in its order."""
        _may_read(actor)
        return self._all()

    def clause(self, actor: Actor, clause: str) -> tuple[Clause, Citing, list[AuditLink]]:
        """One of them, the letters that rest on it, and what was done to it. Raises NotFound."""
        _may_read(actor)
        row = _row(clause)
        with self._database.read() as unit:
            found = _clause(row, unit.clause_ends.all())
            ends = found.waiting.ends if found.waiting and found.waiting.ends else found.until
            start = None if ends is None else datetime.combine(ends, time(), HANOI)
            citing = Citing(
                unit.notices.citing(clause), [] if start is None else unit.notices.citing(clause, start)
            )
            return found, citing, unit.audit.of_subject(_subject(clause), _HISTORY)

    def waiting(self) -> int:
        """How many proposals nobody settled, about clauses that the release still has."""
        return sum(clause.waiting is not None for clause in self._all())

    # --- Writing -------------------------------------------------------------------------------------------
    def propose(self, actor: Actor, clause: str, ends: date, why: str) -> ClauseEnd:
        """Say from which day a clause no longer holds; also a day that is past: a law may have been repealed before
        somebody here knew. Nothing changes until another admin confirms. Raises FieldError, ConflictError where a
        proposal waits, NotFound."""
        return self._propose(actor, clause, ends, why)

    def bring_back(self, actor: Actor, clause: str, why: str) -> ClauseEnd:
        """Ask that an ended clause has the days of the release again. Raises as `propose` does."""
        return self._propose(actor, clause, None, why)

    def confirm(self, actor: Actor, proposal: int) -> ClauseEnd:
        """The second admin's yes: it counts from now on. Raises SecondPersonNeeded for who proposed it,
        ConflictError for one that is settled, FieldError where its clause ends no later by now."""
        return self._settle(actor, proposal, EndState.CONFIRMED)

    def refuse(self, actor: Actor, proposal: int) -> ClauseEnd:
        """The second admin's no. Raises as `confirm` does."""
        return self._settle(actor, proposal, EndState.REFUSED)

    # --- Within --------------------------------------------------------------------------------------------
    def _all(self) -> list[Clause]:
        with self._database.read() as unit:
            known = unit.clause_ends.all()
        return [_clause(row, known) for row in citation.allowlist()]

    def _propose(self, actor: Actor, clause: str, ends: date | None, why: str) -> ClauseEnd:
        actor.require(Permission.MANAGE_CLAUSES, interactive=True)
        row, now = _row(clause), self._clock()
        with self._database.write() as unit:
            words = check_end(row, ends, why, ended(unit.clause_ends.all()))
            new = unit.clause_ends.add(ClauseEnd(0, clause, ends, words, actor.name, now))
            action = "clause:propose_return" if ends is None else "clause:propose_end"
            self._log(unit, actor, action, new, why=words)
            return new

    def _settle(self, actor: Actor, proposal: int, state: EndState) -> ClauseEnd:
        actor.require(Permission.MANAGE_CLAUSES, interactive=True)
        with self._database.write() as unit:
            found = unit.clause_ends.get(proposal)
            if found.state is not EndState.WAITING:
                raise ConflictError("somebody settled this proposal already")
            if found.proposed_by == actor.name:
                raise SecondPersonNeeded("another admin must settle the proposal that you made")
            if state is EndState.CONFIRMED:  # again: another one may have been confirmed since it was written
                check_end(_row(found.clause), found.ends, found.why, ended(unit.clause_ends.all()))
            settled = replace(found, state=state, settled_by=actor.name, settled_at=self._clock())
            unit.clause_ends.settle(settled)
            confirmed = "clause:return" if found.ends is None else "clause:end"
            self._log(unit, actor, confirmed if state is EndState.CONFIRMED else "clause:refuse", settled)
            return settled

    def _log(self, unit: Unit, actor: Actor, action: str, proposal: ClauseEnd, **more: str) -> None:
        ends = None if proposal.ends is None else proposal.ends.isoformat()
        details: dict[str, str | int | None] = {"proposal": proposal.id, "ends": ends, **more}
        unit.audit.append(AuditEvent(self._clock(), actor.name, action, _subject(proposal.clause), details))


def ended_here(unit: Unit) -> Ended:
    """What counts as ended now, for `citation.check` and what offers clauses."""
    return ended(unit.clause_ends.all())


def cited(unit: Unit, letter: Notice) -> list[tuple[Citation, date | None]]:
    """What it cites, each with the first day on which that no longer holds. Raises InputError for what is not in the
    release."""
    here = ended_here(unit)
    return [(row, citation.until(row, here)) for row in map(citation.get, letter.citations)]


def _clause(row: Citation, known: list[ClauseEnd]) -> Clause:
    mine = [each for each in known if each.clause == row.id]
    last = next((each for each in reversed(mine) if each.state is EndState.CONFIRMED), None)
    waits = next((each for each in mine if each.state is EndState.WAITING), None)
    ending = last if last is not None and last.ends is not None else None
    return Clause(row, citation.until(row, ended(mine)), ending, waits)


def _row(clause: str) -> Citation:
    """Raises NotFound."""
    for row in citation.allowlist():
        if row.id == clause:
            return row
    raise NotFound("this clause is not in the release")


def _may_read(actor: Actor) -> None:
    """Raises PermissionDenied."""
    actor.require(min(READERS & PERMISSIONS[actor.account.role], default=Permission.MANAGE_CLAUSES))


def _subject(clause: str) -> str:
    return f"clause:{clause}"
