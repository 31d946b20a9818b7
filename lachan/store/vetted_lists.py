"""Vetted lists and their issuers: the signed bytes are sealed without a date, for they are not read by people."""

from __future__ import annotations

import base64
import json
from typing import Any

from sqlalchemy import delete, select, update

from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.vetted_list import Issuer, ListState, VettedList
from lachan.store.scope import Scope
from lachan.store.tables import list_issuers, vetted_lists


class SqlListStore:
    """ListStore on SQL. In a writing unit `get` and `issuer` lock the row until the unit ends."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add_issuer(self, issuer: Issuer) -> None:
        if not self._scope.insert_new(list_issuers, _issuer_values(issuer)):
            raise ConflictError(f"an issuer named {issuer.name} is registered already")

    def issuer(self, name: str) -> Issuer:
        query = self._scope.locking(select(list_issuers).where(list_issuers.c.name == name))
        row = self._scope.run(query).one_or_none()
        if row is None:
            raise NotFound(f"no issuer named {name}")
        return _issuer(row)

    def save_issuer(self, issuer: Issuer) -> None:
        statement = update(list_issuers).where(list_issuers.c.name == issuer.name)
        if self._scope.run(statement.values(_issuer_values(issuer))).rowcount != 1:
            raise NotFound(f"no issuer named {issuer.name}")

    def remove_issuer(self, name: str) -> None:
        self._scope.run(delete(list_issuers).where(list_issuers.c.name == name))

    def issuers(self) -> list[Issuer]:
        return [_issuer(row) for row in self._scope.run(select(list_issuers).order_by(list_issuers.c.name))]

    def add(self, new: VettedList) -> None:
        if not self._scope.insert_new(vetted_lists, self._values(new)):
            raise ConflictError(f"a list named {new.name} is there already")

    def get(self, name: str) -> VettedList:
        query = self._scope.locking(select(vetted_lists).where(vetted_lists.c.name == name))
        row = self._scope.run(query).one_or_none()
        if row is None:
            raise NotFound(f"no list named {name}")
        return self._list(row)

    def save(self, changed: VettedList) -> None:
        statement = update(vetted_lists).where(vetted_lists.c.name == changed.name)
        if self._scope.run(statement.values(self._values(changed))).rowcount != 1:
            raise NotFound(f"no list named {changed.name}")

    def remove(self, name: str) -> None:
        self._scope.run(delete(vetted_lists).where(vetted_lists.c.name == name))

    def all(self) -> list[VettedList]:
        return [
            self._list(row) for row in self._scope.run(select(vetted_lists).order_by(vetted_lists.c.name))
        ]

    def _values(self, each: VettedList) -> dict[str, Any]:
        signed = [base64.b64encode(part).decode() for part in (each.document, each.signature)]
        return {
            "name": each.name,
            "issuer": each.issuer,
            "expires_on": each.expires_on,
            "content_sealed": self._scope.keys.seal_lasting(json.dumps(signed)),
            "proposed_by": each.proposed_by,
            "state": each.state.value,
            "confirmed_by": each.confirmed_by,
        }

    def _list(self, row: Any) -> VettedList:
        document, signature = json.loads(self._scope.keys.open(row.content_sealed))
        return VettedList(
            name=row.name,
            issuer=row.issuer,
            expires_on=row.expires_on,
            document=base64.b64decode(document),
            signature=base64.b64decode(signature),
            proposed_by=row.proposed_by,
            state=ListState(row.state),
            confirmed_by=row.confirmed_by,
        )


def _issuer_values(issuer: Issuer) -> dict[str, Any]:
    return {
        "name": issuer.name,
        "public_key": issuer.public_key,
        "expires_on": issuer.expires_on,
        "proposed_by": issuer.proposed_by,
        "state": issuer.state.value,
        "confirmed_by": issuer.confirmed_by,
    }


def _issuer(row: Any) -> Issuer:
    return Issuer(
        name=row.name,
        public_key=row.public_key,
        expires_on=row.expires_on,
        proposed_by=row.proposed_by,
        state=ListState(row.state),
        confirmed_by=row.confirmed_by,
    )
