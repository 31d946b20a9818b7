"""The pass from the live desk to the training desk: who somebody is there, and nothing that proves it.

live desk: `written` -> `?given=…` in the browser's address -> training desk: `Arrivals.enter`, once

The training desk makes the key for one run. It opens that desk alone: the live one takes no pass.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from lachan.domain.account import Account, Role
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.errors import NotFound
from lachan.pipeline.accounts import SESSION_FOR, SignInFailed, token_hash
from lachan.pipeline.ports import Clock, Database

PASS_FOR: Final = timedelta(seconds=60)
MAX_PASS: Final = 1000  # characters
_WHAT: Final = b"lachan-training-pass."  # what the key signs, so that no other signature counts as a pass


class TrainingDoor(Protocol):
    """From the live desk to the training desk beside it."""

    def seen(self) -> bool:
        """Whether there seems to be one; cheap."""
        ...

    def way_in(self, account: Account) -> str:
        """The address by which this account comes in, once, within PASS_FOR. Raises RefusedError when no training
        desk is open."""
        ...


def written(key: bytes, account: Account, now: datetime) -> str:
    """A pass for this account: name, role, when it ends, a number of its own; signed."""
    said = {
        "name": account.name,
        "role": account.role.value,
        "until": (now + PASS_FOR).timestamp(),
        "nonce": secrets.token_hex(16),
    }
    body = urlsafe_b64encode(json.dumps(said).encode()).decode()
    return f"{body}.{_signature(key, body)}"


def _signature(key: bytes, body: str) -> str:
    return hmac.new(key, _WHAT + body.encode(), hashlib.sha256).hexdigest()


class Arrivals:
    """The training desk's side. Passes used are remembered in memory: the key lives no longer than the process."""

    def __init__(self, database: Database, clock: Clock, key: bytes) -> None:
        self._database = database
        self._clock = clock
        self._key = key
        self._used: dict[str, float] = {}  # nonce -> end, Unix seconds
        self._one = threading.Lock()

    def enter(self, given: str) -> str:
        """A session token for whom the live desk sent. The account is as the live desk says, also one made there since
        the training desk began. Raises SignInFailed."""
        name, role = self._taken(given)
        now, token = self._clock(), secrets.token_urlsafe(32)
        with self._database.write() as unit:
            try:
                held = unit.accounts.get(name)
                unit.accounts.save(replace(held, role=role, active=True, away_until=None))
            except NotFound:
                unit.accounts.add(Account(name, role, created_by=SYSTEM), None)
            unit.accounts.add_session(token_hash(token), name, now, now + SESSION_FOR)
            unit.audit.append(AuditEvent(now, name, "account:from_live", f"account:{name}"))
        return token

    def _taken(self, given: str) -> tuple[str, Role]:
        """Name and role of a pass that is right, of now and unused; it is used up."""
        body, _, signature = given.partition(".")
        right = hmac.compare_digest(_signature(self._key, body).encode(), signature.encode())
        if not right or len(given) > MAX_PASS:
            raise _refusal()
        said, now = json.loads(urlsafe_b64decode(body)), self._clock().timestamp()
        with self._one:
            self._used = {nonce: until for nonce, until in self._used.items() if until > now}
            if not now < said["until"] <= now + PASS_FOR.total_seconds() or said["nonce"] in self._used:
                raise _refusal()
            self._used[said["nonce"]] = said["until"]
        return said["name"], Role(said["role"])


def _refusal() -> SignInFailed:
    return SignInFailed("this way to the training desk was used or is older than a minute: press it again")
