"""How often one address may try: kept in memory only, hashed, gone when the process ends."""

from __future__ import annotations

import hashlib
import secrets
from collections import deque
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

MINUTE: Final = timedelta(minutes=1)
MAX_KEPT: Final = 10_000  # addresses; the oldest go first


class RateLimit:
    """At most `tries` a minute for each name. Public forms keep no address on any disk."""

    def __init__(self, tries: int) -> None:
        self._tries = tries
        self._salt = secrets.token_bytes(16)
        self._seen: dict[bytes, deque[datetime]] = {}
        self._lock = Lock()

    def allow(self, name: str, now: datetime) -> bool:
        """Counts this try; False when there were too many within the minute before `now`."""
        key = hashlib.blake2b(name.encode(), key=self._salt, digest_size=16).digest()
        with self._lock:
            times = self._seen.pop(key, deque())
            while times and now - times[0] > MINUTE:
                times.popleft()
            allowed = len(times) < self._tries
            if allowed:
                times.append(now)
            self._seen[key] = times  # last again
            while len(self._seen) > MAX_KEPT:
                del self._seen[next(iter(self._seen))]
            return allowed
