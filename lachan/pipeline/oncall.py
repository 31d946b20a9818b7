"""On call: every urgent case of the protection queue raises an alarm, which climbs the roster until it is answered;
so does every referral that nobody accepts within two hours, until somebody does or the next recipient is asked.

run (every half minute) -> new alarms -> who is due -> push, one by one -> the step and the time are kept
claiming the case, or the button on the desk, answers it; both times stand in the table, for `times`.
A referral's alarm has no such button: only help that is accepted, or asked for elsewhere, ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Final, Protocol

from lachan.domain.account import PERMISSIONS, Actor, Permission
from lachan.domain.address import one_address
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.case import CaseState
from lachan.domain.errors import InputError, PermissionDenied
from lachan.domain.oncall import LAST_STEP, MAX_DUTY, Alarm, Duty, due_again, step_due, told_at_step
from lachan.domain.referral import URGENT_SEEN_WITHIN, Referral
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import CaseFilter, Clock, Database, Unit

_WAITING: Final = (CaseState.OPEN, CaseState.RETURNED, CaseState.ESCALATED)
_MANY: Final = 1000  # alarms of one run


@dataclass(frozen=True)
class Message:
    """All that leaves the house: which page to open, and how urgent it is."""

    case: int  # becomes the link
    step: int
    raised_at: datetime
    referral: int | None = None  # one that nobody accepted; then the link leads to it


class Push(Protocol):
    """A way to reach people. Raises OSError when it cannot; never waits longer than seconds."""

    @property
    def name(self) -> str:
        """`webhook`, `email`: for the log."""
        ...

    def send(self, message: Message, names: Sequence[str], emails: Sequence[str]) -> None: ...


@dataclass(frozen=True)
class Times:
    """How fast alarms were answered; seconds from capture or report to the answer."""

    alarms: int
    answered: int
    in_time: int  # within 15 minutes
    median_seconds: float | None


class OnCall:
    """The roster, and the alarms."""

    def __init__(self, database: Database, clock: Clock, ways: Sequence[Push] = ()) -> None:
        self._database = database
        self._clock = clock
        self._ways = ways

    def run(self) -> int:
        """Raise what is new and tell who is due; returns how many alarms were told of. What cannot be sent now is
        tried again by the next run. Two at once tell twice at worst."""
        now = self._clock()
        told = 0
        for alarm in self._raise(now):
            if due_again(alarm, now):
                told += self._tell(alarm, now)
        for referral in self._unaccepted(now):
            since = referral.accept_by or now
            alarm = Alarm(referral.case, since, since, referral.rung_step, referral.rung_at)
            if due_again(alarm, now):
                told += self._tell(alarm, now, referral.id)
        return told

    def _tell(self, alarm: Alarm, now: datetime, referral: int | None = None) -> bool:
        """Whether any way took it."""
        step = step_due(alarm, now)
        with self._database.read() as unit:
            names = told_at_step(unit.oncall.duties(now), _desk(unit, now), step, now)
            emails = [email for name in names if (email := unit.oncall.email(name))]
        message = Message(alarm.case, step, alarm.raised_at, referral)
        done = [way.name for way in self._ways if self._send(way, message, names, emails)]
        if not done:
            return False
        with self._database.write() as unit:
            if referral is None:
                unit.oncall.save(replace(unit.oncall.alarm(alarm.case) or alarm, step=step, told_at=now))
            else:
                found = unit.referrals.get(referral)
                if found.accept_by == alarm.since:  # else it moved on while people were told
                    unit.referrals.save(replace(found, rung_step=step, rung_at=now))
            details: dict[str, str | int] = {"step": step, "people": len(names), "ways": ",".join(done)}
            subject = f"case:{alarm.case}" if referral is None else f"referral:{referral}"
            unit.audit.append(AuditEvent(now, SYSTEM, "oncall:tell", subject, details))
        return True

    def _unaccepted(self, now: datetime) -> list[Referral]:
        with self._database.read() as unit:
            pending = unit.referrals.pending()
        return [each for each in pending if each.accept_by is not None and each.accept_by <= now]

    def _raise(self, now: datetime) -> list[Alarm]:
        """New alarms into the table; all that wait for an answer come back. One whose case was settled is over."""
        where = CaseFilter(route=Route.PROTECT, states=_WAITING, urgent=True)
        with self._database.write() as unit:
            waiting = {case.id: case for case in unit.cases.find(where, limit=_MANY)}
            open_alarms = {alarm.case: alarm for alarm in unit.oncall.unanswered()}
            for number, case in waiting.items():
                if unit.oncall.alarm(number) is None:
                    open_alarms[number] = Alarm(number, case.opened_at, now)
                    unit.oncall.save(open_alarms[number])
            return [alarm for number, alarm in open_alarms.items() if number in waiting]

    def _send(self, way: Push, message: Message, names: Sequence[str], emails: Sequence[str]) -> bool:
        try:
            way.send(message, names, emails)
        except OSError:
            return False
        return True

    # --- At the desk ---------------------------------------------------------------------------------------
    def unanswered(self, actor: Actor) -> list[Alarm]:
        """The alarms that ring, oldest first."""
        actor.require(Permission.READ_PROTECT_QUEUE)
        with self._database.read() as unit:
            return unit.oncall.unanswered()

    def answer(self, actor: Actor, case_id: int) -> None:
        """ "I see to it": the alarm stops climbing. Claiming the case does the same."""
        actor.require(Permission.DECIDE_PROTECT, interactive=True)
        with self._database.write() as unit:
            if unit.oncall.answer(case_id, actor.name, self._clock()):
                unit.audit.append(AuditEvent(self._clock(), actor.name, "oncall:answer", f"case:{case_id}"))

    def times(self, since: datetime) -> Times:
        """For alarms raised since then. Of the desk as a whole: nobody is ranked."""
        with self._database.read() as unit:
            alarms = unit.oncall.raised_since(since)
        waits = [(alarm.answered_at - alarm.since).total_seconds() for alarm in alarms if alarm.answered_at]
        in_time = sum(wait <= URGENT_SEEN_WITHIN.total_seconds() for wait in waits)
        return Times(len(alarms), len(waits), in_time, median(waits) if waits else None)

    # --- Roster --------------------------------------------------------------------------------------------
    def roster(self, actor: Actor) -> list[Duty]:
        """Duties of now and later."""
        if PERMISSIONS[actor.account.role].isdisjoint(
            {Permission.READ_PROTECT_QUEUE, Permission.MANAGE_ACCOUNTS}
        ):
            raise PermissionDenied(
                f"{actor.account.role.value} may not {Permission.READ_PROTECT_QUEUE.value}"
            )
        with self._database.read() as unit:
            return unit.oncall.duties(self._clock())

    def add_duty(self, actor: Actor, name: str, step: int, starts_at: datetime, ends_at: datetime) -> None:
        actor.require(Permission.MANAGE_ACCOUNTS)
        if not 1 <= step <= LAST_STEP:
            raise InputError(f"choose a step from 1 to {LAST_STEP}")
        if not starts_at < ends_at <= starts_at + MAX_DUTY or ends_at <= self._clock():
            raise InputError(f"a duty ends after it begins, in the future, within {MAX_DUTY.days} days")
        with self._database.write() as unit:
            if name not in _desk(unit, self._clock()):
                raise InputError("choose somebody of the protection desk who is not on leave")
            unit.oncall.add_duty(Duty(0, name, step, starts_at, ends_at))
            unit.audit.append(AuditEvent(self._clock(), actor.name, "oncall:add_duty", f"account:{name}"))

    def remove_duty(self, actor: Actor, duty: int) -> None:
        actor.require(Permission.MANAGE_ACCOUNTS)
        with self._database.write() as unit:
            unit.oncall.remove_duty(duty)
            unit.audit.append(AuditEvent(self._clock(), actor.name, "oncall:remove_duty", f"duty:{duty}"))

    def set_email(self, actor: Actor, email: str) -> None:
        """Where this account is told; "" forgets it. Sealed at rest."""
        actor.require(Permission.DECIDE_PROTECT, interactive=True)
        given = one_address(email)
        with self._database.write() as unit:
            unit.oncall.set_email(actor.name, given or None)

    def email(self, actor: Actor) -> str:
        with self._database.read() as unit:
            return unit.oncall.email(actor.name) or ""


def _desk(unit: Unit, now: datetime) -> set[str]:
    """The accounts of the protection desk who are not on leave."""
    return {
        account.name
        for account in unit.accounts.all()
        if account.active and not account.away(now) and Permission.DECIDE_PROTECT in PERMISSIONS[account.role]
    }
