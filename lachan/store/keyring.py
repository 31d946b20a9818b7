"""The key ring: one small file outside the data folder, shared by every process of this installation.

The file is JSON, mode 0600. It is only ever replaced as a whole (new file, fsync, rename) under an exclusive
lock on `<file>.lock`; the bytes of the old one are overwritten as far as the disk allows. Every key is 32
random bytes of its own: nothing is derived, so a destroyed key cannot be computed again.

Sealed bytes: `0x01`, length of the key id, key id, 12-byte nonce, AES-256-GCM ciphertext. The key id is also
the associated data, so a text cannot be moved under another day.
"""

from __future__ import annotations

import base64
import fcntl
import glob
import json
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lachan.domain.errors import InputError, KeyDestroyed, LachanError

_FORMAT: Final = 1
_NONCE: Final = 12  # bytes, the size GCM is defined for
_TAG: Final = 16  # bytes at the end that prove the rest
_LASTING: Final = "lasting"
_PURPOSE: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_HOUR: Final = "%Y-%m-%dT%H"


class FileKeyRing:
    """Keys in a file. Safe for many processes and threads; a change by another one is seen at the next call.

    The file is made at first use. Raises InputError when it cannot be read or has vanished meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock_path = path.with_name(path.name + ".lock")
        self._signature: tuple[int, int, int] | None = None
        self._data: dict[str, Any] = {}
        self._ciphers: dict[str, AESGCM] = {}
        self._hours: dict[datetime, str] = {}
        self._guard = threading.RLock()  # a destroyed key must not slip back into memory

    # --- the port ---
    def identity(self, *, create: bool) -> str | None:
        """The ring's random name, by which a database knows its ring; None when there is no ring yet."""
        if not self._current():
            if not create:
                return None
            self._change(lambda data: None)
        return str(self._data["ring"])

    def seal(self, clear: str, until: datetime, *, purpose: str) -> bytes:
        """AES-GCM under the key of `purpose` and the hour at or after `until`; the key is made when new."""
        return self._encrypt(f"{purpose}/{self._hour(until)}", clear, purpose)

    def seal_lasting(self, clear: str) -> bytes:
        """AES-GCM under a key that no date destroys: for settings that must outlive their day."""
        return self._encrypt(_LASTING, clear, _LASTING)

    def open(self, sealed: bytes) -> str:
        """The clear text. Raises KeyDestroyed when its key is gone, LachanError when the bytes were changed."""
        self._current()
        if len(sealed) < 2 or sealed[0] != _FORMAT or len(sealed) < 2 + sealed[1] + _NONCE + _TAG:
            raise LachanError("a sealed text is damaged: restore it from a backup")
        start = 2 + sealed[1]
        raw_id = sealed[2:start]
        key_id = raw_id.decode("ascii", "replace")
        cipher = self._cipher(key_id)
        if cipher is None:
            raise KeyDestroyed(f"the key {key_id} was destroyed on its day")
        try:
            return cipher.decrypt(sealed[start : start + _NONCE], sealed[start + _NONCE :], raw_id).decode()
        except InvalidTag:
            # The hour may have been used again after its first key was destroyed.
            if key_id.rpartition("/")[2] <= str(self._data.get("destroyed_to", "")):
                raise KeyDestroyed(f"the key {key_id} was destroyed on its day") from None
            raise LachanError("a sealed text was changed or damaged: restore it from a backup") from None

    def secret(self, name: str) -> bytes:
        """32 lasting bytes for `name`; made on first use."""
        return base64.b64decode(self._entry("secrets", name))

    def source_secret(self, source: str, month: str) -> bytes:
        """32 bytes for `source` in `month` (`2026-11`); made on first use, destroyed two months later."""
        if not re.fullmatch(r"\d{4}-\d{2}", month):
            raise InputError(f"a month is written 2026-11, not {month}")
        return base64.b64decode(self._entry("sources", f"{month}/{source}"))

    def destroy_due(self, now: datetime) -> int:
        """Destroy sealing keys whose hour has passed and source secrets older than the previous month."""
        hour = now.astimezone(UTC).strftime(_HOUR)
        month = (now.astimezone(UTC).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
        if not self._current():
            return 0
        if not self._due(self._data, hour, month):
            return 0
        destroyed = 0

        def drop(data: dict[str, Any]) -> None:
            nonlocal destroyed
            for kind, key in self._due(data, hour, month):
                del data[kind][key]
                destroyed += 1
            data["destroyed_to"] = max(hour, str(data.get("destroyed_to", "")))

        self._change(drop)
        return destroyed

    # --- keys ---
    @staticmethod
    def _due(data: dict[str, Any], hour: str, month: str) -> list[tuple[str, str]]:
        keys = [("keys", key) for key in data["keys"] if key.rpartition("/")[2] <= hour]
        return keys + [("sources", key) for key in data["sources"] if key.partition("/")[0] < month]

    def _hour(self, until: datetime) -> str:
        """`2026-12-06T00`: UTC, rounded up."""
        known = self._hours.get(until)
        if known is not None:
            return known
        if until.tzinfo is None:
            raise InputError("a datetime without a time zone cannot be sealed to: make it aware")
        moment = until.astimezone(UTC)
        floor = moment.replace(minute=0, second=0, microsecond=0)
        hour = (floor if floor == moment else floor + timedelta(hours=1)).strftime(_HOUR)
        if len(self._hours) > 4096:
            self._hours.clear()
        self._hours[until] = hour
        return hour

    def _encrypt(self, key_id: str, clear: str, purpose: str) -> bytes:
        self._current()
        cipher = self._cipher(key_id)
        if cipher is None:
            if not _PURPOSE.fullmatch(purpose):
                raise InputError(f"not a purpose for a key: {purpose!r}")
            kind, name = ("secrets", "sealing") if key_id == _LASTING else ("keys", key_id)
            self._entry(kind, name)
            cipher = self._cipher(key_id)
            assert cipher is not None
        raw_id = key_id.encode("ascii")
        nonce = os.urandom(_NONCE)
        return bytes((_FORMAT, len(raw_id))) + raw_id + nonce + cipher.encrypt(nonce, clear.encode(), raw_id)

    def _cipher(self, key_id: str) -> AESGCM | None:
        with self._guard:
            cipher = self._ciphers.get(key_id)
            if cipher is None and self._data:
                keys, name = ("secrets", "sealing") if key_id == _LASTING else ("keys", key_id)
                key = self._data[keys].get(name)
                if key is not None:
                    cipher = self._ciphers[key_id] = AESGCM(base64.b64decode(key))
            return cipher

    def _entry(self, kind: str, name: str) -> str:
        """The key of that name, as base64; made when new."""
        if not self._current() or name not in self._data[kind]:
            fresh = base64.b64encode(secrets.token_bytes(32)).decode()
            self._change(lambda data: data[kind].setdefault(name, fresh))
        return str(self._data[kind][name])

    # --- the file ---
    def _current(self) -> bool:
        """Make memory agree with the file. False when there has never been one."""
        try:
            found = os.stat(self._path)  # noqa: PTH116  # called for every seal: Path.stat costs twice as much
        except FileNotFoundError:
            if self._signature is None:
                return False
            raise InputError(f"the key file {self._path} is gone: put it back, nothing can be read") from None
        except OSError as error:
            raise InputError(f"the key file {self._path} cannot be read: {error.strerror}") from error
        if (found.st_mtime_ns, found.st_size, found.st_ino) != self._signature:
            with self._locked(fcntl.LOCK_SH):
                self._load()
        return True

    def _load(self) -> None:
        """Read the file; the lock is held. Keys that are gone from it are gone from memory too."""
        try:
            with self._path.open("rb") as file:
                found = os.fstat(file.fileno())
                if found.st_mode & 0o007:
                    raise InputError(f"anybody can read the key file: chmod 600 {self._path}")
                data = json.loads(file.read())
            if data["format"] != _FORMAT:
                raise InputError(f"the key file {self._path} is of a newer version: update lachan")
            data["ring"], data["keys"], data["sources"], data["secrets"]  # must be there
        except OSError as error:
            raise InputError(f"the key file {self._path} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"the key file {self._path} is damaged: put back a copy") from error
        with self._guard:
            self._data, self._ciphers = data, {}
        self._signature = (found.st_mtime_ns, found.st_size, found.st_ino)

    def _change(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Apply `change` to the newest data and replace the file."""
        try:
            with self._locked(fcntl.LOCK_EX):
                if self._path.exists():
                    self._load()
                    data = {**self._data, **{k: dict(self._data[k]) for k in ("keys", "sources", "secrets")}}
                else:
                    if self._signature is not None:
                        raise InputError(f"the key file {self._path} is gone: put it back")
                    data = {"format": _FORMAT, "ring": secrets.token_hex(16)}
                    data |= {"keys": {}, "sources": {}, "secrets": {}}
                change(data)
                self._wipe_unfinished()
                self._replace(json.dumps(data, separators=(",", ":")).encode())
                self._load()
        except OSError as error:
            raise LachanError(
                f"the key file {self._path} cannot be written ({error.strerror}): nothing was changed"
            ) from error

    def _replace(self, content: bytes) -> None:
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}.{secrets.token_hex(4)}.new")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            old = os.open(self._path, os.O_RDWR) if self._path.exists() else None
            fresh.replace(self._path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        if old is not None:
            with suppress(OSError), os.fdopen(old, "r+b") as stale:  # the new ring is in place: best effort
                stale.write(b"\0" * os.fstat(stale.fileno()).st_size)
                stale.flush()
                os.fsync(stale.fileno())

    def _wipe_unfinished(self) -> None:
        """New files of processes that were killed: they hold keys that may be destroyed since. The lock is held."""
        for path in self._path.parent.glob(f"{glob.escape(self._path.name)}.*.new"):
            with path.open("r+b") as left:
                left.write(b"\0" * os.fstat(left.fileno()).st_size)
                left.flush()
                os.fsync(left.fileno())
            path.unlink()

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Hold the file's lock. A lock of its own file: the ring itself is replaced under it."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)
