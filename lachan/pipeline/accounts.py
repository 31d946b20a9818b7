"""Accounts and sessions: who works here, and how they come in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from lachan.domain.account import TOTP_ROLES, Account, Actor, Permission, Role
from lachan.domain.audit import AuditEvent
from lachan.domain.errors import (
    InputError,
    LachanError,
    NotFound,
    PermissionDenied,
    RefusedError,
)
from lachan.pipeline.ports import Clock, Credentials, Database, Unit

SESSION_FOR: Final = timedelta(hours=10)  # one long shift
MIN_PASSWORD: Final = 12  # characters: length beats composition rules
MAX_FAILURES: Final = 5
LOCK_FOR: Final = timedelta(minutes=15)
TOTP_STEP: Final = 30  # seconds

_hasher = PasswordHasher()
#: Hashed once, so that an unknown name costs as much time as a known one.
_NOBODY: Final = _hasher.hash(secrets.token_urlsafe(16))


class SignInFailed(LachanError):
    """Name, password or one-time password do not fit; which one is not said."""


@dataclass(frozen=True)
class Enrolment:
    """A new account with what its owner needs once: the TOTP secret (base32), None where none is asked."""

    account: Account
    totp_secret: str | None


class Accounts:
    """Opens, closes and proves accounts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def first_admin(self, name: str, password: str) -> Enrolment:
        """The account `lachan init` makes. Raises RefusedError when there is an account already."""
        with self._database.write() as unit:
            if unit.accounts.all():
                raise RefusedError("there are accounts already: an admin creates the next one")
            return self._add(unit, name, Role.ADMIN, password, by=None)

    def create(self, actor: Actor, name: str, role: Role, password: str) -> Enrolment:
        """A further account. Approvers are created by an admin whom another admin created: no single
        person can set up both halves of a two-person decision."""
        actor.require(Permission.MANAGE_ACCOUNTS)
        if role is Role.APPROVER and actor.account.created_by is None:
            raise RefusedError("the first admin may not create approvers: create a second admin, who does")
        with self._database.write() as unit:
            return self._add(unit, name, role, password, by=actor.name)

    def close(self, actor: Actor, name: str) -> None:
        """Close an account: its sessions end and its claims return to the queue (`Review.expire_claims`)."""
        actor.require(Permission.MANAGE_ACCOUNTS)
        if name == actor.name:
            raise RefusedError("nobody closes their own account")
        with self._database.write() as unit:
            account = unit.accounts.get(name)
            unit.accounts.save(replace(account, active=False))
            unit.accounts.end_sessions_of(name)
            unit.audit.append(AuditEvent(self._clock(), actor.name, "account:close", f"account:{name}"))

    def sign_in(self, name: str, password: str, code: str | None) -> tuple[str, Actor]:
        """A session token (to be kept in a cookie) and the actor. Raises SignInFailed.

        Five failures lock the account for 15 minutes; a one-time password works once.
        """
        now = self._clock()
        with self._database.write() as unit:
            try:
                account, held = unit.accounts.get(name), unit.accounts.credentials(name)
            except NotFound:
                _verify(_NOBODY, password)
                account, held = None, None
            proven = (
                account is not None
                and held is not None
                and account.active
                and (held.locked_until is None or held.locked_until <= now)
            )
            step = None
            if account is not None and held is not None:
                proven = _verify(held.password_hash, password) and proven
                step = self._totp_step(account, held, code)
                proven = proven and step is not None
                if proven:
                    held = replace(held, failures=0, locked_until=None, last_totp_step=step or 0)
                else:
                    failures = held.failures + 1
                    locked = now + LOCK_FOR if failures >= MAX_FAILURES else held.locked_until
                    held = replace(held, failures=failures % MAX_FAILURES, locked_until=locked)
                unit.accounts.save_credentials(held)
                action = "account:sign_in" if proven else "account:sign_in_failed"
                unit.audit.append(AuditEvent(now, name, action, f"account:{name}"))
            token = secrets.token_urlsafe(32)
            if proven:
                unit.accounts.add_session(_hash(token), name, now, now + SESSION_FOR)
        if not proven or account is None:
            raise SignInFailed("name, password or code is wrong, or the account is locked for 15 minutes")
        return token, Actor(account, interactive=True)

    def actor(self, token: str) -> Actor | None:
        """Who holds this session; None when it has ended."""
        with self._database.read() as unit:
            name = unit.accounts.session(_hash(token), self._clock())
            account = unit.accounts.get(name) if name is not None else None
        return Actor(account, interactive=True) if account is not None and account.active else None

    def named(self, name: str) -> Actor:
        """An actor for the command line: named, but never interactive, so it cannot decide."""
        with self._database.read() as unit:
            account = unit.accounts.get(name)
        if not account.active:
            raise PermissionDenied(f"the account {name} is closed")
        return Actor(account)

    def sign_out(self, token: str) -> None:
        with self._database.write() as unit:
            name = unit.accounts.session(_hash(token), self._clock())
            unit.accounts.end_session(_hash(token))
            if name is not None:
                unit.audit.append(AuditEvent(self._clock(), name, "account:sign_out", f"account:{name}"))

    def _add(self, unit: Unit, name: str, role: Role, password: str, by: str | None) -> Enrolment:
        if not name.replace("-", "").replace(".", "").replace("_", "").isalnum() or not name.isascii():
            raise InputError("an account name has latin letters, digits, dots, dashes and underscores only")
        if len(password) < MIN_PASSWORD:
            raise InputError(f"choose a password of at least {MIN_PASSWORD} characters")
        account = Account(name, role, created_by=by)
        secret = pyotp.random_base32() if role in TOTP_ROLES else None
        unit.accounts.add(account, Credentials(name, _hasher.hash(password), secret))
        unit.audit.append(
            AuditEvent(self._clock(), by or name, "account:create", f"account:{name}", {"role": role.value})
        )
        return Enrolment(account, secret)

    def _totp_step(self, account: Account, held: Credentials, code: str | None) -> int | None:
        """The time step that `code` proves (0 where the role needs none); None when it proves nothing."""
        if account.role not in TOTP_ROLES:
            return 0
        if held.totp_secret is None or not code:
            return None
        given = code.strip().encode()
        totp = pyotp.TOTP(held.totp_secret)
        current = int(self._clock().timestamp()) // TOTP_STEP
        for step in (current, current - 1, current + 1):  # clocks drift by one step at most
            right = totp.generate_otp(step).encode()
            if step > held.last_totp_step and secrets.compare_digest(right, given):
                return step
        return None


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
