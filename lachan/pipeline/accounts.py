"""Accounts and sessions: who works here, and how they come in."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
from lachan.pipeline.claims import give_back
from lachan.pipeline.passwords import check_password
from lachan.pipeline.ports import Clock, Credentials, Database, SessionRow, Unit

SESSION_FOR: Final = timedelta(hours=10)  # one long shift
MAX_FAILURES: Final = 5
LOCK_FOR: Final = timedelta(minutes=15)
TOTP_STEP: Final = 30  # seconds
ON_DUTY: Final = timedelta(minutes=30)  # whoever was seen at the desk so lately is there
MAX_LEAVE: Final = timedelta(days=366)
RECOVERY_CODES: Final = 8
_CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32
_CODE_LENGTH: Final = 12  # 60 bits: guessing is limited by the lock, and a plain digest is enough
_SEEN_EVERY: Final = timedelta(minutes=1)

_hasher = PasswordHasher()
#: An argon2id string of random salt and digest: no password has it, and an unknown name costs as much time to
#: refuse as a known one. Written, not computed: computing it would cost every command a tenth of a second.
_NOBODY: Final = "$argon2id$v=19$m={},t={},p={}${}${}".format(
    _hasher.memory_cost,
    _hasher.time_cost,
    _hasher.parallelism,
    *(
        b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (_hasher.salt_len, _hasher.hash_len)
    ),
)


class SignInFailed(LachanError):
    """Name, password or one-time password do not fit; which one is not said."""


@dataclass(frozen=True)
class Enrolment:
    """A new account with what its owner needs once: the TOTP secret (base32), None where none is asked."""

    account: Account
    totp_secret: str | None


class Accounts:
    """Opens, closes and proves accounts."""

    def __init__(
        self, database: Database, clock: Clock, check: Callable[[str, str], None] = check_password
    ) -> None:
        """`check` raises InputError for a password (of an account of that name) that will not do."""
        self._database = database
        self._clock = clock
        self._check = check

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
        """Close an account: its sessions end and its claims return to the queue at once."""
        actor.require(Permission.MANAGE_ACCOUNTS)
        if name == actor.name:
            raise RefusedError("nobody closes their own account")
        with self._database.write() as unit:
            account = unit.accounts.get(name)
            unit.accounts.save(replace(account, active=False))
            self._clear_desk(unit, actor, name, "account:close")

    def leave(self, actor: Actor, name: str, until: datetime) -> None:
        """On leave until then: the account does not sign in, its sessions end, its claims return to the queue at
        once."""
        actor.require(Permission.MANAGE_ACCOUNTS)
        if name == actor.name:
            raise RefusedError("nobody sends themselves on leave: ask another admin")
        now = self._clock()
        if not now < until <= now + MAX_LEAVE:
            raise InputError("choose a last day of leave from today on, within a year")
        with self._database.write() as unit:
            unit.accounts.save(replace(unit.accounts.get(name), away_until=until))
            self._clear_desk(unit, actor, name, "account:leave")

    def come_back(self, actor: Actor, name: str) -> None:
        """The leave ends now."""
        actor.require(Permission.MANAGE_ACCOUNTS)
        with self._database.write() as unit:
            unit.accounts.save(replace(unit.accounts.get(name), away_until=None))
            unit.audit.append(AuditEvent(self._clock(), actor.name, "account:come_back", f"account:{name}"))

    def _clear_desk(self, unit: Unit, actor: Actor, name: str, action: str) -> None:
        unit.accounts.end_sessions_of(name)
        given_back = give_back(unit, self._clock, name, actor.name)
        unit.audit.append(
            AuditEvent(self._clock(), actor.name, action, f"account:{name}", {"cases": given_back})
        )

    def on_duty(self) -> list[Account]:
        """Who is at the desk now, by the sessions of the last half hour."""
        now = self._clock()
        with self._database.read() as unit:
            seen = unit.accounts.on_duty(now - ON_DUTY, now)
            return [account for account in unit.accounts.all() if account.name in seen and account.active]

    # --- One's own account ---------------------------------------------------------------------------------
    def sessions(self, actor: Actor) -> list[SessionRow]:
        """Where this account is signed in."""
        with self._database.read() as unit:
            return unit.accounts.sessions_of(actor.name, self._clock())

    def end_session(self, actor: Actor, handle: str) -> None:
        """End one of this account's sessions, wherever it is."""
        with self._database.write() as unit:
            unit.accounts.end_sessions_of(actor.name, only=handle)
            unit.audit.append(
                AuditEvent(self._clock(), actor.name, "account:end_session", f"account:{actor.name}")
            )

    def change_password(self, actor: Actor, token: str, old: str, new: str) -> None:
        """A new password; every other session ends. Raises SignInFailed when the old one is wrong (five times
        lock the account), InputError for a new one that is too weak."""
        self._prove(actor, old)
        self._check(new, actor.name)
        if new == old:
            raise InputError("the new password is the old one: choose another")
        hashed = _hasher.hash(new)
        with self._database.write() as unit:
            held = unit.accounts.credentials(actor.name)
            unit.accounts.save_credentials(replace(held, password_hash=hashed))
            unit.accounts.end_sessions_of(actor.name, but=handle_of(token))
            unit.audit.append(
                AuditEvent(self._clock(), actor.name, "account:change_password", f"account:{actor.name}")
            )

    def recovery_codes(self, actor: Actor, password: str) -> list[str]:
        """Eight new codes, shown once; older ones no longer work. Each stands once for a one-time password, when
        the telephone is lost. Raises SignInFailed for a wrong password, RefusedError for who needs none."""
        if actor.account.role not in TOTP_ROLES:
            raise RefusedError("this role signs in without a one-time code: it needs no recovery codes")
        self._prove(actor, password)
        codes = [
            "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))
            for _ in range(RECOVERY_CODES)
        ]
        with self._database.write() as unit:
            unit.accounts.set_recovery_codes(actor.name, [token_hash(code) for code in codes])
            unit.audit.append(
                AuditEvent(self._clock(), actor.name, "account:recovery_codes", f"account:{actor.name}")
            )
        return ["-".join(code[at : at + 4] for at in range(0, _CODE_LENGTH, 4)) for code in codes]

    def _prove(self, actor: Actor, password: str) -> None:
        """Raises SignInFailed unless this is the actor's password; wrong ones count towards the lock."""
        now = self._clock()
        known_hash = self._password_hash(actor.name)
        right = _verify(known_hash or _NOBODY, password)
        with self._database.write() as unit:
            held = unit.accounts.credentials(actor.name)
            locked = held.locked_until is not None and held.locked_until > now
            if right and not locked and held.password_hash == known_hash:
                return
            unit.accounts.save_credentials(_failed(held, now))
        raise SignInFailed("the password is wrong, or the account is locked for 15 minutes")

    def sign_in(self, name: str, password: str, code: str | None) -> tuple[str, Actor]:
        """A session token (to be kept in a cookie) and the actor. Raises SignInFailed.

        Five failures lock the account for 15 minutes; a one-time password works once.
        """
        now = self._clock()
        known_hash = self._password_hash(name)
        # Argon2 takes its time by design: it runs before the write unit, which on SQLite everybody waits for.
        right = _verify(known_hash or _NOBODY, password)
        with self._database.write() as unit:
            account, held = None, None
            if known_hash is not None:
                account, held = unit.accounts.get(name), unit.accounts.credentials(name)
            proven = (
                right
                and account is not None
                and held is not None
                and held.password_hash == known_hash
                and account.active
                and not account.away(now)
                and (held.locked_until is None or held.locked_until <= now)
            )
            if account is not None and held is not None:
                proven = self._finish(unit, account, held, code, proven=proven)
            token = secrets.token_urlsafe(32)
            if proven:
                unit.accounts.add_session(token_hash(token), name, now, now + SESSION_FOR)
        if not proven or account is None:
            raise SignInFailed("name, password or code is wrong, or the account is locked for 15 minutes")
        return token, Actor(account, interactive=True)

    def enter(self, name: str, code: str | None, *, proven_twice: bool) -> tuple[str, Actor]:
        """A session for whom single sign-on vouches for; where that was no second factor, `code` is. Raises
        SignInFailed, NotFound. Wrong codes count towards the lock."""
        now = self._clock()
        with self._database.write() as unit:
            account, held = unit.accounts.get(name), unit.accounts.credentials(name)
            locked = held.locked_until is not None and held.locked_until > now
            proven = self._finish(
                unit,
                account,
                held,
                code,
                proven=account.active and not account.away(now) and not locked,
                proven_twice=proven_twice,
                action="account:sso",
            )
            token = secrets.token_urlsafe(32)
            if proven:
                unit.accounts.add_session(token_hash(token), name, now, now + SESSION_FOR)
        if not proven:
            raise SignInFailed("name, password or code is wrong, or the account is locked for 15 minutes")
        return token, Actor(account, interactive=True)

    def _finish(
        self,
        unit: Unit,
        account: Account,
        held: Credentials,
        code: str | None,
        *,
        proven: bool,
        proven_twice: bool = False,
        action: str = "account:sign_in",
    ) -> bool:
        """The second factor, the count of failures and the log; whether the person is in."""
        now, name = self._clock(), account.name
        step = held.last_totp_step if proven_twice else self._totp_step(account, held, code)
        if proven and step is None and self._recovers(unit, account, code):
            step = held.last_totp_step
            unit.audit.append(AuditEvent(now, name, "account:recover", f"account:{name}"))
        proven = proven and step is not None
        fresh = replace(held, failures=0, locked_until=None, last_totp_step=step or 0)
        unit.accounts.save_credentials(fresh if proven else _failed(held, now))
        done = action if proven else "account:sign_in_failed"
        unit.audit.append(AuditEvent(now, name, done, f"account:{name}"))
        return proven

    def _password_hash(self, name: str) -> str | None:
        with self._database.read() as unit:
            try:
                return unit.accounts.credentials(name).password_hash
            except NotFound:
                return None

    def actor(self, token: str) -> Actor | None:
        """Who holds this session; None when it has ended. Notes, once a minute, that they are there."""
        now = self._clock()
        with self._database.read() as unit:
            session = unit.accounts.session(token_hash(token), now)
            account = unit.accounts.get(session.account) if session is not None else None
        if session is None or account is None or not account.active or account.away(now):
            return None
        if now - session.seen_at >= _SEEN_EVERY:
            with self._database.write() as unit:
                unit.accounts.see_session(token_hash(token), now)
        return Actor(account, interactive=True)

    def named(self, name: str) -> Actor:
        """An actor for the command line: named, but never interactive, so it cannot decide."""
        with self._database.read() as unit:
            account = unit.accounts.get(name)
        if not account.active:
            raise PermissionDenied(f"the account {name} is closed")
        return Actor(account)

    def sign_out(self, token: str) -> None:
        with self._database.write() as unit:
            session = unit.accounts.session(token_hash(token), self._clock())
            unit.accounts.end_session(token_hash(token))
            if session is not None:
                subject = f"account:{session.account}"
                unit.audit.append(AuditEvent(self._clock(), session.account, "account:sign_out", subject))

    def _add(self, unit: Unit, name: str, role: Role, password: str, by: str | None) -> Enrolment:
        if not name.replace("-", "").replace(".", "").replace("_", "").isalnum() or not name.isascii():
            raise InputError("an account name has latin letters, digits, dots, dashes and underscores only")
        self._check(password, name)
        account = Account(name, role, created_by=by)
        secret = pyotp.random_base32() if role in TOTP_ROLES else None
        unit.accounts.add(account, Credentials(name, _hasher.hash(password), secret))
        unit.audit.append(
            AuditEvent(self._clock(), by or name, "account:create", f"account:{name}", {"role": role.value})
        )
        return Enrolment(account, secret)

    def _recovers(self, unit: Unit, account: Account, code: str | None) -> bool:
        """Whether `code` is one of the account's recovery codes; then it is used up."""
        if account.role not in TOTP_ROLES or not code:
            return False
        plain = code.upper().replace("-", "").replace(" ", "")
        return len(plain) == _CODE_LENGTH and unit.accounts.use_recovery_code(account.name, token_hash(plain))

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


def _failed(held: Credentials, now: datetime) -> Credentials:
    """One more failure; the fifth locks."""
    failures = held.failures + 1
    locked = now + LOCK_FOR if failures >= MAX_FAILURES else held.locked_until
    return replace(held, failures=failures % MAX_FAILURES, locked_until=locked)


def handle_of(token: str) -> str:
    """How the session of this token is called on a page (`SessionRow.handle`)."""
    return token_hash(token)[:12]


def token_hash(token: str) -> str:
    """Under which the store knows a session (or a recovery code)."""
    return hashlib.sha256(token.encode()).hexdigest()
