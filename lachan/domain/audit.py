"""The audit log: who did what to what and when, chained so that a change shows."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

GENESIS: Final = "0" * 64
SYSTEM: Final = "system"


@dataclass(frozen=True)
class AuditEvent:
    """What happened. `action` reads `subject:verb` (`case:claim`); `details` hold no post text, no URL.

    Machine work appends one event per batch.
    """

    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditLink:
    """An event in the chain: `sequence` from 1, `hash` over the event, its sequence and `previous`."""

    sequence: int
    event: AuditEvent
    previous: str
    hash: str


@dataclass(frozen=True)
class AuditCheckpoint:
    """Stands for pruned links up to `sequence`; `signature` is an HMAC-SHA-256 with the operator's key."""

    sequence: int
    hash: str
    at: datetime
    signature: str


@dataclass(frozen=True)
class Verdict:
    """`broken_at` is the first sequence that does not fit, or None when the chain is whole."""

    count: int
    broken_at: int | None = None
    why: str = ""


def canonical(event: AuditEvent, sequence: int, previous: str) -> bytes:
    """The one byte form that is hashed: JSON, sorted keys, UTC microseconds."""
    return json.dumps(
        {
            "sequence": sequence,
            "previous": previous,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": event.actor,
            "action": event.action,
            "subject": event.subject,
            "details": dict(event.details),
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def link(event: AuditEvent, sequence: int, previous: str) -> AuditLink:
    """Chain `event` after the link whose hash is `previous`."""
    digest = hashlib.sha256(canonical(event, sequence, previous)).hexdigest()
    return AuditLink(sequence, event, previous, digest)


def sign(sequence: int, hash_: str, at: datetime, key: bytes) -> AuditCheckpoint:
    """A checkpoint behind which links may be pruned."""
    message = f"{sequence}:{hash_}:{at.astimezone(UTC).isoformat(timespec='microseconds')}".encode()
    return AuditCheckpoint(sequence, hash_, at, hmac.new(key, message, hashlib.sha256).hexdigest())


def verify(
    links: Iterable[AuditLink],
    *,
    checkpoint: AuditCheckpoint | None = None,
    key: bytes | None = None,
    head: tuple[int, str] | None = None,
) -> Verdict:
    """Walk the chain in order of sequence.

    `head` is the last (sequence, hash) that the store remembers apart: it shows a cut tail. `key` checks the
    checkpoint's signature.
    """
    previous, expected, count = GENESIS, 1, 0
    if checkpoint is not None:
        if key is not None and sign(checkpoint.sequence, checkpoint.hash, checkpoint.at, key) != checkpoint:
            return Verdict(0, checkpoint.sequence, "the checkpoint's signature does not fit")
        previous, expected = checkpoint.hash, checkpoint.sequence + 1
    for item in links:
        if item.sequence != expected:
            return Verdict(count, expected, f"event {expected} is missing")
        if item.previous != previous:
            return Verdict(count, expected, f"event {expected} does not follow the one before")
        if link(item.event, item.sequence, item.previous).hash != item.hash:
            return Verdict(count, expected, f"event {expected} was changed")
        previous, expected, count = item.hash, expected + 1, count + 1
    if head is not None and head != (expected - 1, previous):
        return Verdict(count, expected, "events at the end are missing")
    return Verdict(count)
