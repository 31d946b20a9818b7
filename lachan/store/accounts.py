"""Accounts, what proves them, and their sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select, update

from lachan.domain.account import Account, Role
from lachan.domain.errors import ConflictError, NotFound
from lachan.pipeline.ports import Credentials, SessionRow
from lachan.store.scope import Scope
from lachan.store.tables import accounts, recovery_codes, sessions
from lachan.store.tables import credentials as proofs

_HANDLE: Final = 12  # hexadecimal digits of a token's hash that name the session on a page


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

    def add(self, account: Account, credentials: Credentials | None) -> None:
        values = {
            "name": account.name,
            "role": account.role.value,
            "active": account.active,
            "created_by": account.created_by,
            "away_until": account.away_until,
        }
        if not self._scope.insert_new(accounts, values):
            raise ConflictError(f"an account named {account.name} exists already")
        if credentials is not None:
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
            .values(
                role=account.role.value,
                active=account.active,
                created_by=account.created_by,
                away_until=account.away_until,
            )
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
        values = {
            "token_hash": token_hash,
            "account": account,
            "created_at": now,
            "until": until,
            "seen_at": now,
        }
        self._scope.run(sessions.insert().values(values))

    def session(self, token_hash: str, now: datetime) -> SessionRow | None:
        query = select(sessions).where(sessions.c.token_hash == token_hash, sessions.c.until > now)
        row = self._scope.run(query).one_or_none()
        return None if row is None else _session(row)

    def see_session(self, token_hash: str, now: datetime) -> None:
        self._scope.run(update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=now))

    def sessions_of(self, account: str, now: datetime) -> list[SessionRow]:
        query = select(sessions).where(sessions.c.account == account, sessions.c.until > now)
        return [_session(row) for row in self._scope.run(query.order_by(sessions.c.created_at.desc()))]

    def end_session(self, token_hash: str) -> None:
        self._scope.run(delete(sessions).where(sessions.c.token_hash == token_hash))

    def end_sessions_of(self, account: str, *, only: str | None = None, but: str | None = None) -> None:
        ending = delete(sessions).where(sessions.c.account == account)
        handle = func.substr(sessions.c.token_hash, 1, _HANDLE)
        if only is not None:
            ending = ending.where(handle == only)
        if but is not None:
            ending = ending.where(handle != but)
        self._scope.run(ending)

    def on_duty(self, since: datetime, now: datetime) -> set[str]:
        query = (
            select(sessions.c.account).distinct().where(sessions.c.seen_at >= since, sessions.c.until > now)
        )
        return set(self._scope.run(query).scalars())

    def set_recovery_codes(self, account: str, hashes: Sequence[str]) -> None:
        self._scope.run(delete(recovery_codes).where(recovery_codes.c.account == account))
        rows = [{"account": account, "code_hash": code_hash} for code_hash in hashes]
        self._scope.insert_many(recovery_codes, rows)

    def use_recovery_code(self, account: str, code_hash: str) -> bool:
        given = (recovery_codes.c.account == account) & (recovery_codes.c.code_hash == code_hash)
        return self._scope.run(delete(recovery_codes).where(given)).rowcount == 1

    def recovery_codes(self, account: str) -> int:
        query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.account == account)
        return int(self._scope.run(query).scalar_one())


def _session(row: Any) -> SessionRow:
    return SessionRow(row.token_hash[:_HANDLE], row.account, row.created_at, row.seen_at, row.until)


def _account(row: Any) -> Account:
    return Account(row.name, Role(row.role), row.active, row.created_by, row.away_until)
