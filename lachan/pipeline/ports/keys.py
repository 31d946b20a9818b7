"""Time and keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

Clock = Callable[[], datetime]  # aware, UTC


class KeyRing(Protocol):
    """Keys outside the data folder. A text is sealed under the key of the hour at which it must be gone.

    Destroying that key makes every copy of the text unreadable, backups included.
    """

    def seal(self, clear: str, until: datetime, *, purpose: str) -> bytes:
        """AES-GCM under the key (`purpose`, `until` rounded up to the hour); the key's id is in the output.

        Rounding is part of the ring: all texts of one purpose and hour share a key.
        """
        ...

    def seal_lasting(self, clear: str) -> bytes:
        """AES-GCM under a key that no date destroys: one-time password secrets, registered URLs, contacts."""
        ...

    def open(self, sealed: bytes) -> str:
        """The clear text. Raises KeyDestroyed when its key is gone."""
        ...

    def identity(self, *, create: bool) -> str | None:
        """The ring's random name, by which a database knows its ring; None when there is no ring yet and
        `create` is false."""
        ...

    def secret(self, name: str) -> bytes:
        """32 lasting bytes for `name` (audit signature, sessions); made on first use."""
        ...

    def source_secret(self, source: str, month: str) -> bytes:
        """32 bytes for hashing what came from `source` in `month` (`2026-11`); made on first use."""
        ...

    def destroy_due(self, now: datetime) -> int:
        """Destroy sealing keys whose hour has passed and source secrets older than the previous month."""
        ...
