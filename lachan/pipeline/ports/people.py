"""Accounts and sessions, what each person keeps at the desk, on call, alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lachan.domain.account import Account
from lachan.domain.alert import Alert, AlertWay
from lachan.domain.bulletin import Bulletin, Sending
from lachan.domain.oncall import Alarm, Duty
from lachan.domain.taxonomy import Category


@dataclass(frozen=True)
class Credentials:
    """What proves an account: argon2id hash, sealed TOTP secret (None where the role needs none)."""

    account: str
    password_hash: str
    totp_secret: str | None
    failures: int = 0
    locked_until: datetime | None = None
    last_totp_step: int = 0  # a one-time password works once


@dataclass(frozen=True)
class SessionRow:
    """A session that runs. `handle` names it on a page and opens nothing; `seen_at` is exact to a minute."""

    handle: str
    account: str
    created_at: datetime
    seen_at: datetime
    until: datetime


class AccountStore(Protocol):
    def add(self, account: Account, credentials: Credentials | None) -> None:
        """With None it signs in by no password. Raises ConflictError when the name is taken."""
        ...

    def get(self, name: str) -> Account:
        """Raises NotFound."""
        ...

    def save(self, account: Account) -> None: ...

    def all(self) -> list[Account]: ...

    def credentials(self, name: str) -> Credentials:
        """Raises NotFound."""
        ...

    def save_credentials(self, credentials: Credentials) -> None: ...

    def add_session(self, token_hash: str, account: str, now: datetime, until: datetime) -> None: ...

    def session(self, token_hash: str, now: datetime) -> SessionRow | None:
        """The session, if it still runs."""
        ...

    def see_session(self, token_hash: str, now: datetime) -> None:
        """Note that somebody is there."""
        ...

    def sessions_of(self, account: str, now: datetime) -> list[SessionRow]:
        """Those that run, newest first."""
        ...

    def end_session(self, token_hash: str) -> None: ...

    def end_sessions_of(self, account: str, *, only: str | None = None, but: str | None = None) -> None:
        """End all of them, `only` the one of this handle, or all `but` that one."""
        ...

    def on_duty(self, since: datetime, now: datetime) -> set[str]:
        """Accounts with a running session that was seen since."""
        ...

    def set_recovery_codes(self, account: str, hashes: Sequence[str]) -> None:
        """These and no others from now on."""
        ...

    def use_recovery_code(self, account: str, code_hash: str) -> bool:
        """True when it was one of this account's; it is none any more."""
        ...

    def recovery_codes(self, account: str) -> int:
        """How many are left."""
        ...


@dataclass(frozen=True)
class IdentityLink:
    """Whom `issuer` calls `subject` comes in as `account`."""

    account: str
    issuer: str
    subject: str
    linked_by: str
    linked_at: datetime


class SignOnStore(Protocol):
    """Log-ins under way at a provider of identities, and whom it may let in."""

    def keep_ticket(self, name_hash: str, text: str, now: datetime, until: datetime) -> None:
        """Old ones go."""
        ...

    def take_ticket(self, name_hash: str, now: datetime) -> str | None:
        """Its text, once; None when it was taken, ran out or never was."""
        ...

    def link(self, link: IdentityLink) -> None:
        """In place of the account's former link. Raises ConflictError when another account has it."""
        ...

    def unlink(self, account: str) -> None: ...

    def account_of(self, issuer: str, subject: str) -> str | None: ...

    def links(self) -> list[IdentityLink]:
        """By account."""
        ...


class PresenceStore(Protocol):
    """Who looks at which case, for a minute after the last sign of life; nothing of it lasts."""

    def see(self, account: str, case: int, now: datetime) -> None: ...

    def at(self, cases: Sequence[int], since: datetime) -> dict[int, list[str]]:
        """Case -> names, sorted."""
        ...


@dataclass(frozen=True)
class SavedView:
    """A filter that somebody keeps: the queue's name and its query."""

    id: int
    account: str
    queue: str
    name: str
    query: str


class ViewStore(Protocol):
    def add(self, view: SavedView) -> None:
        """`id` 0 in. A view of the same queue and name is replaced."""
        ...

    def of(self, account: str) -> list[SavedView]: ...

    def remove(self, account: str, view: int) -> None: ...


class OwnKeyStore(Protocol):
    """What somebody does at the desk by another key than the delivered one."""

    def of(self, account: str) -> Mapping[str, str]: ...

    def set(self, account: str, keys: Mapping[str, str]) -> None:
        """In place of all that were kept."""
        ...


class OnCallStore(Protocol):
    """Roster, addresses (sealed) and alarms. An alarm goes with its case."""

    def duties(self, now: datetime) -> list[Duty]:
        """Those that have not ended, by their beginning."""
        ...

    def add_duty(self, duty: Duty) -> None:
        """`id` 0 in."""
        ...

    def remove_duty(self, duty: int) -> None: ...

    def email(self, account: str) -> str | None: ...

    def set_email(self, account: str, email: str | None) -> None: ...

    def alarm(self, case: int) -> Alarm | None: ...

    def unanswered(self) -> list[Alarm]:
        """Oldest first."""
        ...

    def raised_since(self, since: datetime) -> list[Alarm]: ...

    def save(self, alarm: Alarm) -> None: ...

    def answer(self, case: int, account: str, now: datetime) -> bool:
        """True when an alarm of this case waited for an answer."""
        ...


class AlertStore(Protocol):
    """Alerts, what they told, and how it leaves the house. Reasons are sealed."""

    def add(self, alert: Alert) -> Alert:
        """`id` 0 in; the stored one out."""
        ...

    def get(self, alert: int) -> Alert:
        """Raises NotFound."""
        ...

    def save(self, alert: Alert) -> Alert:
        """Write every field; returns it with the next version. Raises ConflictError when it is stale."""
        ...

    def of(self, account: str) -> list[Alert]:
        """Newest first."""
        ...

    def running(self) -> list[Alert]:
        """Of every account, oldest first; those past their end, too, until their lapse is noted."""
        ...

    def tell(self, bulletin: Bulletin, ways: Sequence[AlertWay]) -> Bulletin:
        """`id` 0 in. Each of `ways` gets a sending that waits."""
        ...

    def bulletins(self, account: str, limit: int = 20) -> list[Bulletin]:
        """Newest first."""
        ...

    def bulletin(self, number: int) -> Bulletin:
        """Raises NotFound."""
        ...

    def see(self, number: int, now: datetime) -> None:
        """Note that its account opened it; the first time counts."""
        ...

    def unseen(self, account: str) -> int: ...

    def sendings(self, number: int) -> list[Sending]:
        """Of a bulletin, by way."""
        ...

    def ready(self, now: datetime) -> list[Sending]:
        """Neither sent nor given up, whose time has come; those that wait longest first."""
        ...

    def move(self, before: Sending, to: Sending) -> bool:
        """True when it still stood at `before`, and now stands at `to`: of two who try, one may."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete bulletins made and alerts over before; returns how many."""
        ...


class ExposureStore(Protocol):
    """What somebody had to read, for their own eyes and for a day: a case they took counts under each category."""

    def add(self, account: str, categories: Sequence[Category], now: datetime) -> None:
        """Also forgets what is older than a day."""
        ...

    def counts(self, account: str, since: datetime) -> dict[Category, int]: ...

    def cases(self, account: str, since: datetime) -> list[datetime]:
        """When each case was taken, oldest first."""
        ...
