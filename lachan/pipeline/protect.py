"""Protect: a child who asks for help is brought to help. Never a takedown, never exposed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from lachan.domain.account import Actor, Permission
from lachan.domain.area import COUNTRY, Area
from lachan.domain.audit import AuditEvent
from lachan.domain.case import CASE_TABLE, Case, CaseAct, CaseState, keep_until
from lachan.domain.directory import HOTLINE as HOTLINE_ENTRY
from lachan.domain.directory import (
    HOTLINE_ID,
    SHORTEST_REASON,
    DirectoryEntry,
    Standing,
    next_after,
    offered,
)
from lachan.domain.errors import ConflictError, InputError, RefusedError
from lachan.domain.measure import Measure, check_measure
from lachan.domain.referral import (
    FOLLOW_UP_AFTER,
    REFERRAL_TABLE,
    HarmSource,
    RecipientKind,
    Referral,
    ReferralAct,
    UsedContact,
    recipients_for,
)
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import Clock, Database, Unit

HOTLINE: Final = "111"  # Tổng đài điện thoại quốc gia bảo vệ trẻ em, free of charge, day and night


@dataclass(frozen=True)
class Alarm:
    """A referral whose clock rings: `what` is `not_accepted` or `follow_up_due`, `since` when it became so; `next` is
    who is proposed instead where nobody accepted."""

    referral: Referral
    what: str
    since: datetime
    next: DirectoryEntry | None = None


class Protect:
    """The protection queue's decisions. Claims are those of `Review`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def refer(
        self,
        actor: Actor,
        case_id: int,
        *,
        entry: int = HOTLINE_ID,
        harm_source: HarmSource,
        need: str,
        area: Area = COUNTRY,
        reason: str = "",
    ) -> Referral:
        """Send a claimed protection case to an office of the directory. `reason` says why one is used that nobody
        verified for 90 days. Raises RefusedError for an implicated recipient."""
        now = self._clock()
        with self._database.write() as unit:
            used = self._use(unit, entry, harm_source, reason)
            case = self._settle(unit, actor, case_id, Measure.REFERRAL, need)
            referral = unit.referrals.add(
                Referral(
                    id=0,
                    case=case.id,
                    state=REFERRAL_TABLE.initial,
                    recipient=used.contact.kind,
                    harm_source=harm_source,
                    need=need.strip(),
                    opened_by=actor.name,
                    opened_at=now,
                    area=area,
                    contacts=(used,),
                )
            )
            sent = REFERRAL_TABLE.step(referral.state, ReferralAct.SEND)
            self._log_sent(unit, actor.name, ReferralAct.SEND, referral.id, used)
            return unit.referrals.save(replace(referral, state=sent, sent_at=now))

    def dismiss(self, actor: Actor, case_id: int, reason: str) -> Case:
        """Nobody needs help here; the reason is kept."""
        with self._database.write() as unit:
            return self._settle(unit, actor, case_id, Measure.DISMISS, reason)

    def act(
        self,
        actor: Actor,
        referral_id: int,
        act: ReferralAct,
        *,
        entry: int | None = None,
        recipient: RecipientKind | None = None,
        reason: str = "",
    ) -> Referral:
        """Record what became of a referral. `send_next` goes to an `entry` of the directory; `hand_on` is told by who
        accepted, and names an `entry` or, for an office outside the directory, its kind."""
        actor.require(Permission.DECIDE_PROTECT, interactive=True)
        now = self._clock()
        with self._database.write() as unit:
            referral = unit.referrals.get(referral_id)
            after = replace(referral, state=REFERRAL_TABLE.step(referral.state, act))
            used = None
            if entry is not None and act in (ReferralAct.SEND_NEXT, ReferralAct.HAND_ON):
                used = self._use(unit, entry, referral.harm_source, reason)
                after = replace(after, recipient=used.contact.kind, contacts=(*referral.contacts, used))
            elif act is ReferralAct.SEND_NEXT or (act is ReferralAct.HAND_ON and recipient is None):
                raise InputError("choose a recipient from the directory")
            elif act is ReferralAct.HAND_ON and recipient is not None:
                if recipient not in recipients_for(referral.harm_source):
                    raise RefusedError(
                        f"the harm comes from there: {recipient.value} may not receive this referral"
                    )
                after = replace(after, recipient=recipient)
            match act:
                case ReferralAct.SEND_NEXT:
                    after = replace(after, sent_at=now, rung_step=0, rung_at=None)
                case ReferralAct.ACCEPT:
                    after = replace(after, accepted_at=now)
                case ReferralAct.FOLLOW_UP:
                    after = replace(after, follow_ups=referral.follow_ups + 1)
                case ReferralAct.CLOSE:
                    if referral.follow_ups < len(FOLLOW_UP_AFTER):
                        raise RefusedError("follow up after 24 hours and after 7 days before closing")
                    after = replace(after, closed_at=now)
                case _:
                    pass
            self._log_sent(unit, actor.name, act, referral.id, used)
            return unit.referrals.save(after)

    def offered(
        self, actor: Actor, area: Area, harm_source: HarmSource | None = None
    ) -> list[DirectoryEntry]:
        """Who can be asked for help, 111 among them, nearest first; with no area named only offices of the whole
        country stand before the others."""
        actor.require(Permission.READ_PROTECT_QUEUE)
        with self._database.read() as unit:
            found = unit.directory.find(province=area.province or None)
        return offered(found, harm_source, area, self._clock())

    def alarms(self) -> list[Alarm]:
        """Whose clock rings now: not accepted in 2 hours; a follow-up due."""
        now = self._clock()
        ringing = []
        with self._database.read() as unit:
            pending = unit.referrals.pending()
            late = [each for each in pending if each.accept_by is not None and each.accept_by <= now]
            proposed = {each.id: self._next(unit, each, now) for each in late}
        for referral in pending:
            if referral.accept_by is not None:
                since, what = referral.accept_by, "not_accepted"
            elif referral.accepted_at is not None and referral.follow_ups < len(FOLLOW_UP_AFTER):
                since, what = referral.accepted_at + FOLLOW_UP_AFTER[referral.follow_ups], "follow_up_due"
            else:
                continue
            if since <= now:
                ringing.append(Alarm(referral, what, since, proposed.get(referral.id)))
        return ringing

    def _next(self, unit: Unit, referral: Referral, now: datetime) -> DirectoryEntry:
        area = referral.area
        found = unit.directory.find(province=area.province)  # "": of the whole country alone
        return next_after(found, referral.harm_source, area, referral.contacts, now)

    def _use(self, unit: Unit, number: int, harm_source: HarmSource, reason: str) -> UsedContact:
        """The contact as it stands now. Raises RefusedError for one that is barred, unverified or retired, InputError
        for a stale one without a reason."""
        entry = HOTLINE_ENTRY if number == HOTLINE_ID else unit.directory.get(number)
        kind, now = entry.contact.kind, self._clock()
        if kind not in recipients_for(harm_source):
            raise RefusedError(f"the harm comes from there: {kind.value} may not receive this referral")
        match entry.standing(now):
            case Standing.WAITING:
                raise RefusedError(
                    "nobody has verified this contact yet: choose another, or have it verified"
                )
            case Standing.RETIRED:
                raise RefusedError("this contact is used no more: choose another")
            case Standing.STALE:
                if len(reason.strip()) < SHORTEST_REASON:
                    raise InputError(
                        "nobody has verified this contact for 90 days: choose another, have it verified, or write in "
                        f"at least {SHORTEST_REASON} characters how you know that it holds"
                    )
                return entry.used(now, reason.strip())
            case _:
                return entry.used(now)

    def _settle(self, unit: Unit, actor: Actor, case_id: int, measure: Measure, reason: str) -> Case:
        case = unit.cases.get(case_id)
        actor.require(Permission.DECIDE_PROTECT, interactive=True)
        if case.route is not Route.PROTECT:
            raise RefusedError(f"{case.number} is not a protection case")
        if case.state is not CaseState.CLAIMED or case.claimed_by != actor.name:
            raise ConflictError(f"{case.number} is not claimed by you (any more): claim it first")
        check_measure(measure, route=case.route, categories=case.categories, reason=reason, citations=())
        now = self._clock()
        state = CASE_TABLE.step(CASE_TABLE.step(case.state, CaseAct.DECIDE), CaseAct.CLOSE)
        unit.audit.append(
            AuditEvent(now, actor.name, "case:decide", f"case:{case.id}", {"measure": measure.value})
        )
        return unit.cases.save(
            replace(
                case,
                state=state,
                claimed_by=None,
                claimed_until=None,
                decided_by=actor.name,
                decided_at=now,
                closed_at=now,
                measure=measure,
                reason=reason.strip(),
                delete_text_at=keep_until(now, measure),
            )
        )

    def _log_sent(
        self, unit: Unit, actor: str, act: ReferralAct, referral: int, used: UsedContact | None
    ) -> None:
        details: dict[str, str | int] = {}
        if used is not None:
            details = {
                "recipient": used.contact.kind.value,
                "contact": used.entry,
                "stale": bool(used.reason),
            }
        event = AuditEvent(self._clock(), actor, f"referral:{act.value}", f"referral:{referral}", details)
        unit.audit.append(event)
