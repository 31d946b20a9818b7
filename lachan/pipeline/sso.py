"""Single sign-on: who a provider of identities vouches for comes in as the account that an admin linked to them.

begin -> a ticket for this browser, ten minutes -> the provider asks who it is
finish -> ticket taken (once) -> code for a checked identity -> the linked account
       -> second factor: the provider's, if it said so in words that we know; else our own code (`second`)

No log-in makes an account, and nothing that the provider says changes a role.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from lachan.domain.account import TOTP_ROLES, Account, Actor, Permission, Role
from lachan.domain.audit import AuditEvent
from lachan.domain.errors import InputError, RefusedError
from lachan.pipeline.accounts import Accounts, SignInFailed
from lachan.pipeline.ports import Clock, Database, IdentityLink

TICKET_FOR: Final = timedelta(minutes=10)
CODE_TRIES: Final = 5  # wrong codes for one ticket; the account locks as after wrong passwords
MAX_SUBJECT: Final = 255  # characters; OpenID Connect Core 1.0 §2
UNKNOWN: Final = "public"  # the actor of a log-in that belongs to no account


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for. `methods`: how they proved it, `acr` and `amr` together."""

    issuer: str
    subject: str
    methods: frozenset[str] = frozenset()


class IdentityProvider(Protocol):
    """The provider that the settings name. Raises SignInFailed for what it refuses or cannot prove, OSError when it
    cannot be reached."""

    @property
    def issuer(self) -> str: ...

    def authorization_url(self, state: str, nonce: str, challenge: str) -> str: ...

    def proven(self, code: str, verifier: str, nonce: str) -> Identity: ...

    def logout_url(self) -> str | None:
        """Where one signs out there; None when it has no such page."""
        ...


@dataclass(frozen=True)
class Begun:
    """`browser` goes into a cookie: the answer counts in this browser alone."""

    url: str
    browser: str


@dataclass(frozen=True)
class Arrived:
    """In, with a session `token`; or still to give our code, with a `pending` ticket."""

    next_path: str
    token: str | None = None
    pending: str | None = None


class UnknownIdentity(SignInFailed):
    """Proven, but linked to no account. `subject` is what its owner gives an admin."""

    def __init__(self, subject: str) -> None:
        super().__init__("no account is linked to you: give an admin the code on this page")
        self.subject = subject


class SingleSignOn:
    """Log-in by a provider; which accounts may still sign in here; links between both."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: Accounts,
        provider: IdentityProvider,
        *,
        second_factors: frozenset[str] = frozenset(),
        break_glass: str | None = None,
        local: bool = True,
    ) -> None:
        """`second_factors`: the `acr` and `amr` that count as one. With `local` off only the admin `break_glass`
        signs in with a password."""
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._provider = provider
        self._second_factors = second_factors
        self._break_glass = break_glass
        self.local = local

    def begin(self, next_path: str) -> Begun:
        """A way to the provider. Raises SignInFailed when it cannot be reached."""
        state, browser, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        verifier = secrets.token_urlsafe(64)
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        try:
            url = self._provider.authorization_url(state, nonce, challenge)
        except OSError as error:
            raise SignInFailed("the provider of log-ins cannot be reached: try again later") from error
        self._keep(_both(state, browser), {"nonce": nonce, "verifier": verifier, "next": next_path})
        return Begun(url, browser)

    def finish(self, state: str, browser: str, code: str) -> Arrived:
        """What came back from the provider. Raises SignInFailed; UnknownIdentity for who has no account here."""
        kept = self._take(_both(state, browser))
        if kept is None or not code:
            raise SignInFailed(
                "this log-in was used, is older than ten minutes, or began in another browser: begin again"
            )
        try:
            identity = self._provider.proven(code, str(kept["verifier"]), str(kept["nonce"]))
        except OSError as error:
            raise SignInFailed("the provider of log-ins cannot be reached: try again later") from error
        account = self._account_of(identity)
        next_path = str(kept["next"])
        proven_twice = not self._second_factors.isdisjoint(identity.methods)
        if account.role in TOTP_ROLES and not proven_twice:
            pending = secrets.token_urlsafe(32)
            self._keep(pending, {"account": account.name, "next": next_path, "tries": 0})
            return Arrived(next_path, pending=pending)
        token, _ = self._accounts.enter(account.name, None, proven_twice=True)
        return Arrived(next_path, token)

    def second(self, pending: str, code: str) -> Arrived:
        """Our own code, after the provider vouched without a second factor. Raises SignInFailed."""
        kept = self._take(pending)
        if kept is None or "account" not in kept:  # a ticket for the provider is none for our code
            raise SignInFailed(
                "this log-in was used, is older than ten minutes, or began in another browser: begin again"
            )
        try:
            token, _ = self._accounts.enter(str(kept["account"]), code, proven_twice=False)
        except SignInFailed:
            tries = int(str(kept["tries"])) + 1
            if tries < CODE_TRIES:
                self._keep(pending, {**kept, "tries": tries}, _moment(kept))
            raise
        return Arrived(str(kept["next"]), token)

    def logout_url(self) -> str | None:
        try:
            return self._provider.logout_url()
        except (OSError, SignInFailed):
            return None

    def may_use_password(self, name: str) -> bool:
        """Whether this account may sign in here, without the provider."""
        if self.local:
            return True
        if name != self._break_glass:
            return False
        with self._database.read() as unit:
            return any(
                account.name == name and account.role is Role.ADMIN and account.active
                for account in unit.accounts.all()
            )

    # --- Links ---------------------------------------------------------------------------------------------
    def links(self, actor: Actor) -> Mapping[str, IdentityLink]:
        """Account -> link."""
        actor.require(Permission.MANAGE_ACCOUNTS)
        with self._database.read() as unit:
            return {link.account: link for link in unit.sign_ons.links()}

    def link(self, actor: Actor, name: str, subject: str) -> None:
        """From now on whom the provider calls `subject` comes in as `name`. An approver is linked by an admin whom
        another admin made, as one is created. Raises RefusedError, InputError, ConflictError (linked elsewhere)."""
        actor.require(Permission.MANAGE_ACCOUNTS)
        given = subject.strip()
        if not given or len(given) > MAX_SUBJECT or not given.isprintable():
            raise InputError("write the code that the log-in page showed to the owner of the account")
        if name == actor.name:
            raise RefusedError("nobody links their own account: ask another admin")
        with self._database.write() as unit:
            account = unit.accounts.get(name)
            if account.role is Role.APPROVER and actor.account.created_by is None:
                raise RefusedError("the first admin may not link approvers: another admin does")
            unit.sign_ons.link(IdentityLink(name, self._provider.issuer, given, actor.name, self._clock()))
            unit.accounts.end_sessions_of(name)
            unit.audit.append(AuditEvent(self._clock(), actor.name, "account:link", f"account:{name}"))

    def unlink(self, actor: Actor, name: str) -> None:
        """The provider no longer opens this account; its sessions end."""
        actor.require(Permission.MANAGE_ACCOUNTS)
        with self._database.write() as unit:
            unit.sign_ons.unlink(name)
            unit.accounts.end_sessions_of(name)
            unit.audit.append(AuditEvent(self._clock(), actor.name, "account:unlink", f"account:{name}"))

    # --- Within --------------------------------------------------------------------------------------------
    def _account_of(self, identity: Identity) -> Account:
        now = self._clock()
        with self._database.write() as unit:
            name = unit.sign_ons.account_of(identity.issuer, identity.subject)
            if name is None:
                unit.audit.append(AuditEvent(now, UNKNOWN, "account:sso_unknown", "accounts"))
            account = None if name is None else unit.accounts.get(name)
        if account is None:
            raise UnknownIdentity(identity.subject)
        if not account.active or account.away(now):
            raise SignInFailed("name, password or code is wrong, or the account is locked for 15 minutes")
        return account

    def _keep(self, name: str, what: Mapping[str, object], until: datetime | None = None) -> None:
        now = self._clock()
        until = until or now + TICKET_FOR
        with self._database.write() as unit:
            text = json.dumps({**what, "until": until.isoformat()})
            unit.sign_ons.keep_ticket(_hash(name), text, now, until)

    def _take(self, name: str) -> Mapping[str, object] | None:
        with self._database.write() as unit:
            text = unit.sign_ons.take_ticket(_hash(name), self._clock())
        if text is None:
            return None
        kept: Mapping[str, object] = json.loads(text)
        return kept


def _moment(kept: Mapping[str, object]) -> datetime:
    return datetime.fromisoformat(str(kept["until"]))


def _both(state: str, browser: str) -> str:
    return f"{state}.{browser}"


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
