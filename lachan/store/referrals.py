"""Referrals: the written need, and the offices that it went to, are sealed until two years after opening."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from lachan.domain.area import COUNTRY, Area
from lachan.domain.case import KEEP_FACTS
from lachan.domain.errors import NotFound
from lachan.domain.referral import (
    Contact,
    HarmSource,
    RecipientKind,
    Referral,
    ReferralState,
    UsedContact,
)
from lachan.store.columns import local_day
from lachan.store.scope import Scope
from lachan.store.tables import referrals


def referral_of(scope: Scope, row: Any) -> Referral:
    """With the need "", and no offices, where the key is destroyed."""
    area, used = _opened(scope.opened(row.contacts_sealed))
    return Referral(
        id=row.id,
        case=row.case_id,
        state=ReferralState(row.state),
        recipient=RecipientKind(row.recipient),
        harm_source=HarmSource(row.harm_source),
        need=scope.opened(row.need_sealed) or "",
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        sent_at=row.sent_at,
        accepted_at=row.accepted_at,
        follow_ups=row.follow_ups,
        closed_at=row.closed_at,
        area=area,
        contacts=used,
        rung_step=row.rung_step,
        rung_at=row.rung_at,
    )


def _opened(clear: str | None) -> tuple[Area, tuple[UsedContact, ...]]:
    if clear is None:
        return COUNTRY, ()
    read = json.loads(clear)
    return Area(**read["area"]), tuple(
        UsedContact(
            entry=each["entry"],
            contact=Contact(**(each["contact"] | {"kind": RecipientKind(each["contact"]["kind"])})),
            at=datetime.fromisoformat(each["at"]),
            verified_at=each["verified_at"] and datetime.fromisoformat(each["verified_at"]),
            reason=each["reason"],
        )
        for each in read["used"]
    )


def _written(referral: Referral) -> str:
    used = [
        asdict(each)
        | {"at": each.at.isoformat(), "verified_at": each.verified_at and each.verified_at.isoformat()}
        for each in referral.contacts
    ]
    return json.dumps({"area": asdict(referral.area), "used": used}, ensure_ascii=False)


class SqlReferralStore:
    """ReferralStore on SQL. In a writing unit `get` locks the row until the unit ends."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def _values(self, referral: Referral) -> dict[str, Any]:
        until = referral.opened_at + KEEP_FACTS
        return {
            "case_id": referral.case,
            "state": referral.state.value,
            "recipient": referral.recipient.value,
            "harm_source": referral.harm_source.value,
            "need_sealed": self._scope.keys.seal(referral.need, until, purpose="text"),
            "opened_by": referral.opened_by,
            "opened_at": referral.opened_at,
            "opened_day": local_day(referral.opened_at),
            "sent_at": referral.sent_at,
            "accepted_at": referral.accepted_at,
            "follow_ups": referral.follow_ups,
            "closed_at": referral.closed_at,
            "contacts_sealed": self._scope.keys.seal(_written(referral), until, purpose="text"),
            "rung_step": referral.rung_step,
            "rung_at": referral.rung_at,
        }

    def add(self, referral: Referral) -> Referral:
        statement = referrals.insert().values(self._values(referral)).returning(referrals.c.id)
        return self.get(self._scope.run(statement).scalar_one())

    def get(self, referral: int) -> Referral:
        query = self._scope.locking(select(referrals).where(referrals.c.id == referral))
        row = self._scope.run(query).one_or_none()
        if row is None:
            raise NotFound(f"no referral {referral}")
        return referral_of(self._scope, row)

    def save(self, referral: Referral) -> Referral:
        statement = update(referrals).where(referrals.c.id == referral.id).values(self._values(referral))
        if self._scope.run(statement).rowcount != 1:
            raise NotFound(f"no referral {referral.id}")
        return referral

    def of_case(self, case: int) -> list[Referral]:
        query = select(referrals).where(referrals.c.case_id == case).order_by(referrals.c.id)
        return [referral_of(self._scope, row) for row in self._scope.run(query)]

    def pending(self) -> list[Referral]:
        query = (
            select(referrals)
            .where(referrals.c.state != ReferralState.CLOSED.value)
            .order_by(referrals.c.opened_at, referrals.c.id)
        )
        return [referral_of(self._scope, row) for row in self._scope.run(query)]
