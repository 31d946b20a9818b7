"""Between the live desk and the training desk beside it: one small file, there while training runs.

`<data>/training/door.json`, for this account of the machine alone: the training desk's address and the key of its
passes. Both are made for one run and open nothing live.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from lachan.app.addresses import checked_address
from lachan.domain.account import Account
from lachan.domain.errors import RefusedError
from lachan.pipeline.ports import Clock
from lachan.pipeline.training_pass import written

FOLDER: Final = "training"
LOCK: Final = "training.lock"
_FILE: Final = "door.json"
_KEY_BYTES: Final = 32


def open_door(folder: Path, url: str) -> bytes:
    """Tell the live desk where the training desk is; returns the key of its passes. `url` is how a browser reaches
    it. Raises InputError for an address that is neither https nor this machine."""
    key = secrets.token_bytes(_KEY_BYTES)
    said = json.dumps({"url": checked_address(url.rstrip("/")), "key": key.hex()})
    made = os.open(folder / f"{_FILE}.new", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(made, "w") as file:
        file.write(said)
    (folder / f"{_FILE}.new").rename(folder / _FILE)
    return key


@dataclass(frozen=True)
class FileDoor:
    """TrainingDoor of the live desk over `data`."""

    data: Path
    clock: Clock

    def seen(self) -> bool:
        return self._file.is_file()

    def way_in(self, account: Account) -> str:
        try:
            with (self.data / LOCK).open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:  # somebody has it: the training desk is there
            pass
        except FileNotFoundError:
            raise _closed() from None
        else:
            raise _closed()  # it ended without clearing up
        try:
            said = json.loads(self._file.read_text())
        except FileNotFoundError:
            raise _closed() from None
        given = written(bytes.fromhex(said["key"]), account, self.clock())
        return f"{said['url']}/training/enter?given={quote(given, safe='')}"

    @property
    def _file(self) -> Path:
        return self.data / FOLDER / _FILE


def _closed() -> RefusedError:
    return RefusedError("no training desk is open: ask whoever runs the desk to open it")
