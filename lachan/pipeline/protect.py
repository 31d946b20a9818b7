"""Protect: a child who asks for help is brought to help. Never a takedown, never exposed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from lachan.domain.account import Actor, Permission
from lachan.domain.audit import AuditEvent
from lachan.domain.case import CASE_TABLE, Case, CaseAct, CaseState, keep_until
from lachan.domain.errors import ConflictError, InputError, RefusedError
from lachan.domain.measure import Measure, check_measure
from lachan.domain.referral import (
    ACCEPT_WITHIN,
    FOLLOW_UP_AFTER,
    REFERRAL_TABLE,
    HarmSource,
    RecipientKind,
    Referral,
    ReferralAct,
    ReferralState,
    recipients_for,
)
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import Clock, Database, Unit

HOTLINE: Final = "111"  # Tổng đài điện thoại quốc gia bảo vệ trẻ em, free of charge, day and night


@dataclass(frozen=True)
class Alarm:
    """A referral whose clock rings: `what` is `not_accepted` or `follow_up_due`, `since` when it became so."""

    referral: Referral
    what: str
    since: datetime


class Protect:
    """The protection queue's decisions. Claims are those of `Review`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def refer(
        self, actor: Actor, case_id: int, *, recipient: RecipientKind, harm_source: HarmSource, need: str
    ) -> Referral:
        """Send a claimed protection case to help. Raises RefusedError for an implicated recipient."""
        if recipient not in recipients_for(harm_source):
            raise RefusedError(f"the harm comes from there: {recipient.value} may not receive this referral")
        now = self._clock()
        with self._database.write() as unit:
            case = self._settle(unit, actor, case_id, Measure.REFERRAL, need)
            referral = unit.referrals.add(
                Referral(
                    id=0,
                    case=case.id,
                    state=REFERRAL_TABLE.initial,
                    recipient=recipient,
                    harm_source=harm_source,
                    need=need.strip(),
                    opened_by=actor.name,
                    opened_at=now,
                )
            )
            sent = REFERRAL_TABLE.step(referral.state, ReferralAct.SEND)
            self._log(unit, actor.name, "referral:send", referral.id, recipient=recipient.value)
            return unit.referrals.save(replace(referral, state=sent, sent_at=now))

    def dismiss(self, actor: Actor, case_id: int, reason: str) -> Case:
        """Nobody needs help here; the reason is kept."""
        with self._database.write() as unit:
            return self._settle(unit, actor, case_id, Measure.DISMISS, reason)

    def act(
        self, actor: Actor, referral_id: int, act: ReferralAct, recipient: RecipientKind | None = None
    ) -> Referral:
        """Record what became of a referral. `send_next` and `hand_on` name the new recipient."""
        actor.require(Permission.DECIDE_PROTECT, interactive=True)
        now = self._clock()
        with self._database.write() as unit:
            referral = unit.referrals.get(referral_id)
            after = replace(referral, state=REFERRAL_TABLE.step(referral.state, act))
            if act in (ReferralAct.SEND_NEXT, ReferralAct.HAND_ON):
                if recipient is None or recipient not in recipients_for(referral.harm_source):
                    raise InputError("choose a recipient who is not where the harm comes from")
                after = replace(after, recipient=recipient)
            match act:
                case ReferralAct.SEND_NEXT:
                    after = replace(after, sent_at=now)
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
            self._log(unit, actor.name, f"referral:{act.value}", referral.id)
            return unit.referrals.save(after)

    def alarms(self) -> list[Alarm]:
        """Whose clock rings now: not accepted in 2 hours; a follow-up due."""
        now = self._clock()
        ringing = []
        with self._database.read() as unit:
            pending = unit.referrals.pending()
        for referral in pending:
            if referral.state is ReferralState.SENT and referral.sent_at is not None:
                since, what = referral.sent_at + ACCEPT_WITHIN, "not_accepted"
            elif referral.accepted_at is not None and referral.follow_ups < len(FOLLOW_UP_AFTER):
                since, what = referral.accepted_at + FOLLOW_UP_AFTER[referral.follow_ups], "follow_up_due"
            else:
                continue
            if since <= now:
                ringing.append(Alarm(referral, what, since))
        return ringing

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

    def _log(self, unit: Unit, actor: str, action: str, referral: int, **details: str) -> None:
        unit.audit.append(AuditEvent(self._clock(), actor, action, f"referral:{referral}", details))
