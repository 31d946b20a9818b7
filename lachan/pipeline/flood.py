"""The flood brake at work: held back as cases open, let in day by day or by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from lachan.domain.account import Actor, Permission
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.case import CASE_TABLE, Case, CaseAct, CaseState
from lachan.domain.errors import InputError
from lachan.domain.flood import THREAD_BOUND, Gate, Waiting, share_out
from lachan.pipeline.import_rows import HANOI
from lachan.pipeline.ports import Clock, Database, NewCase, Unit

_ALL: Final = 100_000  # more than one source can hold back before texts go


class Floods:
    """What is held back, and how it comes into the queue."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def waiting(self, actor: Actor) -> list[Waiting]:
        """A line for each source that has cases held back."""
        actor.require(Permission.READ_REVIEW_QUEUE)
        with self._database.read() as unit:
            return unit.floods.waiting()

    def let_in(self, actor: Actor, source: str, amount: int | None = THREAD_BOUND) -> int:
        """Let the next `amount` of a source (None: all) into the queue, graver and older ones first; returns how
        many. Raises InputError where none waits."""
        actor.require(Permission.DECIDE_REVIEW, interactive=True)
        with self._database.write() as unit:
            chosen = unit.floods.next_of(source, _ALL if amount is None else amount)
            if not chosen:
                raise InputError("no case of this source is held back")
            release(unit, chosen)
            _log(unit, self._clock(), actor.name, "flood:let_in", source, len(chosen))
        return len(chosen)

    def renew(self) -> int:
        """Let in what today has room for; returns how many. Cheap where nothing waits."""
        with self._database.read() as unit:
            sources = [line.source for line in unit.floods.waiting()]
        return sum(self._renew(source) for source in sources)

    def _renew(self, source: str) -> int:
        now = self._clock()
        with self._database.write() as unit:
            gate = unit.floods.gate(source, day_of(now))
            chosen = share_out(gate, unit.floods.next_by_thread(source, THREAD_BOUND))
            if chosen:
                unit.floods.note(source, day_of(now), gate.opened)
                release(unit, chosen)
                _log(unit, now, SYSTEM, "flood:let_in", source, len(chosen))
        return len(chosen)


def open_cases(unit: Unit, new: Sequence[NewCase], now: datetime) -> tuple[list[Case], int]:
    """Open cases, those for which today has no room held back; returns them and how many those are.

    Sources are locked in one order, so that two workers wait for each other and not for ever.
    """
    gates: dict[str, Gate] = {}
    for source in sorted({item.post.source for item in new}):
        gates[source] = unit.floods.gate(source, day_of(now))
    drafts = []
    for item in new:
        verdict = item.assessment
        through = gates[item.post.source].admit(item.post.thread, verdict.route, urgent=verdict.urgent)
        drafts.append(item if through else replace(item, held_back=True))
    for source, gate in gates.items():
        if gate.opened:
            unit.floods.note(source, day_of(now), gate.opened)
    opened = unit.cases.open_many(drafts)
    held: dict[str, list[tuple[int, str]]] = {}
    for case, item in zip(opened, drafts, strict=True):
        if item.held_back:
            held.setdefault(case.source, []).append((case.id, item.post.thread))
    for source, rows in held.items():
        unit.floods.hold(source, rows)
        _log(unit, now, SYSTEM, "flood:hold", source, len(rows))
    return opened, sum(map(len, held.values()))


def release(unit: Unit, held: Sequence[int]) -> None:
    """Into the queue: each case takes its step, none is skipped."""
    unit.floods.let_go(held)
    after = CASE_TABLE.step(CaseState.HELD_BACK, CaseAct.LET_IN)
    unit.cases.move(held, CaseState.HELD_BACK, after)


def day_of(moment: datetime) -> date:
    """The day by which the gate counts."""
    return moment.astimezone(HANOI).date()


def _log(unit: Unit, now: datetime, actor: str, action: str, source: str, amount: int) -> None:
    unit.audit.append(AuditEvent(now, actor, action, f"source:{source}", {"cases": amount}))
