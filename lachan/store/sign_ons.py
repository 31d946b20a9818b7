"""Tickets of log-ins under way, and which identity opens which account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from lachan.domain.errors import ConflictError
from lachan.pipeline.ports import IdentityLink
from lachan.store.desk_tables import identities, tickets
from lachan.store.scope import Scope


class SqlSignOnStore:
    """SignOnStore on SQL. What a ticket holds is sealed."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def keep_ticket(self, name_hash: str, text: str, now: datetime, until: datetime) -> None:
        self._scope.run(delete(tickets).where(tickets.c.until <= now))
        sealed = self._scope.keys.seal_lasting(text)
        self._scope.run(tickets.insert().values(name_hash=name_hash, text_sealed=sealed, until=until))

    def take_ticket(self, name_hash: str, now: datetime) -> str | None:
        row = self._scope.run(
            delete(tickets)
            .where(tickets.c.name_hash == name_hash, tickets.c.until > now)
            .returning(tickets.c.text_sealed)
        ).one_or_none()
        return None if row is None else self._scope.keys.open(row.text_sealed)

    def link(self, link: IdentityLink) -> None:
        held = self.account_of(link.issuer, link.subject)
        if held not in (None, link.account):
            raise ConflictError("this code is linked to another account already")
        self.unlink(link.account)
        self._scope.run(
            identities.insert().values(
                account=link.account,
                issuer=link.issuer,
                subject=link.subject,
                linked_by=link.linked_by,
                linked_at=link.linked_at,
            )
        )

    def unlink(self, account: str) -> None:
        self._scope.run(delete(identities).where(identities.c.account == account))

    def account_of(self, issuer: str, subject: str) -> str | None:
        query = select(identities.c.account).where(
            identities.c.issuer == issuer, identities.c.subject == subject
        )
        return self._scope.run(query).scalar_one_or_none()

    def links(self) -> list[IdentityLink]:
        rows = self._scope.run(select(identities).order_by(identities.c.account))
        return [
            IdentityLink(row.account, row.issuer, row.subject, row.linked_by, row.linked_at) for row in rows
        ]
