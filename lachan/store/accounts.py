"""Accounts, what proves them, and their sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from lachan.domain.account import Account, Role
from lachan.domain.errors import ConflictError, NotFound
from lachan.pipeline.ports import Credentials
from lachan.store.scope import Scope
from lachan.store.tables import accounts, sessions
from lachan.store.tables import credentials as proofs


class SqlAccountStore:
    """AccountStore on SQL. The one-time password secret is sealed without a date."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def _proof(self, given: Credentials) -> dict[str, Any]:
        totp = given.totp_secret
        return {
            "account": given.account,
            "password_hash": given.password_hash,
            "totp_sealed": None if totp is None else self._scope.keys.seal_lasting(totp),
            "failures": given.failures,
            "locked_until": given.locked_until,
            "last_totp_step": given.last_totp_step,
        }

    def add(self, account: Account, credentials: Credentials) -> None:
        values = {
            "name": account.name,
            "role": account.role.value,
            "active": account.active,
            "created_by": account.created_by,
        }
        if not self._scope.insert_new(accounts, values):
            raise ConflictError(f"an account named {account.name} exists already")
        self._scope.run(proofs.insert().values(self._proof(credentials)))

    def get(self, name: str) -> Account:
        row = self._scope.run(select(accounts).where(accounts.c.name == name)).one_or_none()
        if row is None:
            raise NotFound(f"no account named {name}")
        return _account(row)

    def save(self, account: Account) -> None:
        statement = (
            update(accounts)
            .where(accounts.c.name == account.name)
            .values(role=account.role.value, active=account.active, created_by=account.created_by)
        )
        if self._scope.run(statement).rowcount != 1:
            raise NotFound(f"no account named {account.name}")

    def all(self) -> list[Account]:
        return [_account(row) for row in self._scope.run(select(accounts).order_by(accounts.c.name))]

    def credentials(self, name: str) -> Credentials:
        query = self._scope.locking(select(proofs).where(proofs.c.account == name))
        row = self._scope.run(query).one_or_none()
        if row is None:
            raise NotFound(f"no account named {name}")
        return Credentials(
            account=row.account,
            password_hash=row.password_hash,
            totp_secret=None if row.totp_sealed is None else self._scope.keys.open(row.totp_sealed),
            failures=row.failures,
            locked_until=row.locked_until,
            last_totp_step=row.last_totp_step,
        )

    def save_credentials(self, credentials: Credentials) -> None:
        statement = update(proofs).where(proofs.c.account == credentials.account)
        if self._scope.run(statement.values(self._proof(credentials))).rowcount != 1:
            raise NotFound(f"no account named {credentials.account}")

    def add_session(self, token_hash: str, account: str, now: datetime, until: datetime) -> None:
        self._scope.run(delete(sessions).where(sessions.c.until <= now))
        values = {"token_hash": token_hash, "account": account, "created_at": now, "until": until}
        self._scope.run(sessions.insert().values(values))

    def session(self, token_hash: str, now: datetime) -> str | None:
        query = select(sessions.c.account).where(sessions.c.token_hash == token_hash, sessions.c.until > now)
        return self._scope.run(query).scalar_one_or_none()

    def end_session(self, token_hash: str) -> None:
        self._scope.run(delete(sessions).where(sessions.c.token_hash == token_hash))

    def end_sessions_of(self, account: str) -> None:
        self._scope.run(delete(sessions).where(sessions.c.account == account))


def _account(row: Any) -> Account:
    return Account(row.name, Role(row.role), row.active, row.created_by)
