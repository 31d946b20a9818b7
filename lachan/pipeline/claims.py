"""Claims: who works on which case. One person at a time, for a while; nothing stays with somebody who is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from lachan.domain.account import PERMISSIONS, Account, Actor, Permission
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.case import CASE_TABLE, CLAIM_FOR, Case, CaseAct, CaseState
from lachan.domain.errors import ConflictError, InputError, SecondPersonNeeded
from lachan.domain.taxonomy import Category, Route
from lachan.pipeline.ports import CaseFilter, Clock, Database, Unit

#: Who may claim and decide, by the route of the case.
DECIDE: Final = {Route.REVIEW: Permission.DECIDE_REVIEW, Route.PROTECT: Permission.DECIDE_PROTECT}
#: Who may read, and give an opinion when asked.
READ: Final = {Route.REVIEW: Permission.READ_REVIEW_QUEUE, Route.PROTECT: Permission.READ_PROTECT_QUEUE}
WITH_SOMEBODY: Final = (CaseState.CLAIMED, CaseState.HELD, CaseState.ESCALATED)
ANSWERED: Final = f"case:{CaseAct.ANSWER.value}"
_ALL: Final = 10_000  # more cases than one person can have taken


class Claims:
    """The claims of both queues."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def claim(self, actor: Actor, case_id: int) -> Case:
        """Take a case, for 20 minutes after the last heartbeat. Raises ConflictError when somebody has it (and
        did not let it run out)."""
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            actor.require(DECIDE[case.route])
            if case.claimed_by == actor.name and case.state is CaseState.CLAIMED:
                return self._extend(unit, case)
            if case.state is CaseState.CLAIMED:
                if case.claimed_until is None or case.claimed_until > self._clock():
                    raise ConflictError(f"{case.number} is with somebody else")
                case = _free(unit, self._clock, case)
            return self._take(unit, actor, case)

    def claim_next(self, actor: Actor, route: Route, without: tuple[Category, ...] = ()) -> Case | None:
        """Take the first open case of the queue that has none of the categories `without` (somebody rests from
        them) and that nobody else is taking just now; None when there is none."""
        actor.require(DECIDE[route])
        with self._database.read() as unit:
            left = unit.cases.claim_expired(self._clock()) or self._unanswered(unit)
        if left:
            self.expire_claims()
        where = CaseFilter(route=route, states=(CaseState.OPEN, CaseState.RETURNED), without=without)
        for wait in (False, True):  # the last ones are waited for: whoever is at them may leave them
            with self._database.write() as unit:
                case = unit.cases.first_free(where, wait=wait)
                if case is not None:
                    return self._take(unit, actor, case)
        return None

    def heartbeat(self, actor: Actor, case_id: int) -> Case:
        """Keep the claim. Raises ConflictError when it is lost."""
        with self._database.write() as unit:
            return self._extend(unit, self._held(unit, actor, case_id))

    def release(self, actor: Actor, case_id: int) -> Case:
        """Give the case back to the queue."""
        with self._database.write() as unit:
            case = self._step(unit, actor, self._held(unit, actor, case_id), CaseAct.RELEASE)
            return unit.cases.save(replace(case, claimed_by=None, claimed_until=None))

    def hold(self, actor: Actor, case_id: int) -> Case:
        """Set aside: it stays with the officer and does not run out."""
        with self._database.write() as unit:
            return self._step(unit, actor, self._held(unit, actor, case_id), CaseAct.HOLD)

    def escalate(self, actor: Actor, case_id: int) -> Case:
        """Ask for a second opinion: the case stays with the officer and does not run out."""
        with self._database.write() as unit:
            return self._step(unit, actor, self._held(unit, actor, case_id), CaseAct.ESCALATE)

    def answer(self, actor: Actor, case_id: int, opinion: str) -> Case:
        """An opinion to who escalated, from anybody else who reads the queue; the case lies on hold with who asked.
        An approver who gave one is not the second person (`Approval`). Raises InputError for no words."""
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            actor.require(READ[case.route], interactive=True)
            if case.claimed_by == actor.name:
                raise SecondPersonNeeded("you asked for this opinion: somebody else gives it")
            if not opinion.strip():
                raise InputError("write your opinion")
            case = self._step(unit, actor, case, CaseAct.ANSWER)
            words = "\n".join(note for note in (case.return_note, opinion.strip()) if note)
            return unit.cases.save(replace(case, return_note=words))

    def resume(self, actor: Actor, case_id: int) -> Case:
        """Go on with a held or escalated case: its holder. An escalated protection case anybody of the queue may
        take over: a child does not wait for one person."""
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            actor.require(DECIDE[case.route])
            shared = case.state is CaseState.ESCALATED and case.route is Route.PROTECT
            if case.state in WITH_SOMEBODY and case.claimed_by != actor.name and not shared:
                raise ConflictError(f"{case.number} is held by somebody else")
            case = self._step(unit, actor, case, CaseAct.RESUME)
            return self._extend(unit, replace(case, claimed_by=actor.name))

    # --- Handing over --------------------------------------------------------------------------------------
    def hand(self, actor: Actor, case_id: int, to: str) -> Case:
        """Give a case that this actor has to a colleague of the same queue, who finds it on hold (an escalated
        one still escalated)."""
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            actor.require(DECIDE[case.route])
            if case.claimed_by != actor.name or case.state not in WITH_SOMEBODY:
                raise ConflictError(f"{case.number} is not claimed by you (any more): claim it first")
            return self._hand(unit, actor, case, to)

    def hand_over(self, actor: Actor, to: str | None) -> int:
        """At the end of a shift: all that this actor has, to one colleague or (None) back to the
        queue; returns how many."""
        with self._database.write() as unit:
            cases = _with(unit, actor.name)
            for case in cases:
                if to is None:
                    _free(unit, self._clock, case, actor.name, "case:release")
                else:
                    self._hand(unit, actor, case, to)
            return len(cases)

    def colleagues(self, actor: Actor, route: Route) -> list[str]:
        """To whom this actor may hand a case of `route`."""
        with self._database.read() as unit:
            return [
                account.name
                for account in unit.accounts.all()
                if account.name != actor.name and _works(account, route, self._clock())
            ]

    def release_all(self, actor: Actor) -> int:
        """Whoever leaves gives back what they claimed (what they hold or escalated stays theirs); returns how many."""
        with self._database.write() as unit:
            cases = _with(unit, actor.name, CaseState.CLAIMED)
            for case in cases:
                _free(unit, self._clock, case, actor.name, "case:release")
            return len(cases)

    def expire_claims(self) -> int:
        """Claims without a heartbeat, all that closed accounts have, and what an approver was asked about a victim
        and did not answer in time return to the queue; says how many."""
        with self._database.write() as unit:
            gone = [account.name for account in unit.accounts.all() if not account.active]
            left = [case for name in gone for case in _with(unit, name)]
            cases = {case.id: case for case in [*unit.cases.claim_expired(self._clock()), *left]}
            for case in cases.values():
                _free(unit, self._clock, case)
            unanswered = self._unanswered(unit)
            for case in unanswered:
                self._log(unit, SYSTEM, "case:speaker_expired", case)
                state = CASE_TABLE.step(case.state, CaseAct.REFUSE_SPEAKER)
                unit.cases.save(replace(case, state=state, claimed_by=None, claimed_until=None, reason=None))
            return len(cases) + len(unanswered)

    # --- Within --------------------------------------------------------------------------------------------
    def _unanswered(self, unit: Unit) -> list[Case]:
        now = self._clock()
        asked = unit.cases.find(CaseFilter(states=(CaseState.SPEAKER_PROPOSED,)), limit=_ALL)
        return [case for case in asked if case.claimed_until is not None and case.claimed_until <= now]

    def _hand(self, unit: Unit, actor: Actor, case: Case, to: str) -> Case:
        there = {a.name for a in unit.accounts.all() if _works(a, case.route, self._clock())}
        if to not in there - {actor.name}:
            raise InputError("choose a colleague who works in this queue")
        case = self._step(unit, actor, case, CaseAct.HAND, to=to)
        return unit.cases.save(replace(case, claimed_by=to, claimed_until=None))

    def _take(self, unit: Unit, actor: Actor, case: Case) -> Case:
        self._log(unit, actor.name, f"case:{CaseAct.CLAIM.value}", case)
        unit.exposures.add(actor.name, case.categories, self._clock())
        unit.oncall.answer(case.id, actor.name, self._clock())
        state = CASE_TABLE.step(case.state, CaseAct.CLAIM)
        return self._extend(unit, replace(case, state=state, claimed_by=actor.name))

    def _held(self, unit: Unit, actor: Actor, case_id: int) -> Case:
        """The case, if this actor holds it now. Raises ConflictError."""
        case = unit.cases.get(case_id)
        actor.require(DECIDE[case.route])
        if case.state is not CaseState.CLAIMED or case.claimed_by != actor.name:
            raise ConflictError(f"{case.number} is not claimed by you (any more): claim it first")
        return case

    def _extend(self, unit: Unit, case: Case) -> Case:
        return unit.cases.save(replace(case, claimed_until=self._clock() + CLAIM_FOR))

    def _step(self, unit: Unit, actor: Actor, case: Case, act: CaseAct, **details: str | int) -> Case:
        """Take one step of the table, log it, save it."""
        self._log(unit, actor.name, f"case:{act.value}", case, **details)
        return unit.cases.save(replace(case, state=CASE_TABLE.step(case.state, act)))

    def _log(self, unit: Unit, actor: str, action: str, case: Case, **details: str | int) -> None:
        unit.audit.append(AuditEvent(self._clock(), actor, action, f"case:{case.id}", details))


def give_back(unit: Unit, clock: Clock, name: str, by: str) -> int:
    """All that `name` has returns to the queue now, for somebody took them off the desk; says how
    many."""
    cases = _with(unit, name)
    for case in cases:
        _free(unit, clock, case, by, "case:release")
    return len(cases)


def _with(unit: Unit, name: str, *states: CaseState) -> list[Case]:
    """What this account has."""
    return unit.cases.find(CaseFilter(states=states or WITH_SOMEBODY, claimed_by=name), limit=_ALL)


def _works(account: Account, route: Route, now: datetime) -> bool:
    """Whether this account is there and decides in this queue."""
    return account.active and not account.away(now) and DECIDE[route] in PERMISSIONS[account.role]


def _free(
    unit: Unit, clock: Clock, case: Case, actor: str = SYSTEM, action: str = "case:claim_expired"
) -> Case:
    """Back to the queue, from wherever it is with somebody."""
    state = case.state if case.state is CaseState.CLAIMED else CASE_TABLE.step(case.state, CaseAct.RESUME)
    freed = replace(case, state=CASE_TABLE.step(state, CaseAct.RELEASE))
    unit.audit.append(AuditEvent(clock(), actor, action, f"case:{case.id}"))
    return unit.cases.save(replace(freed, claimed_by=None, claimed_until=None))
