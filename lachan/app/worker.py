"""The name under which a process holds leases, and what becomes of those of a process that died.

    data/workers/<name>    locked (flock) while the process lives; a kill lets go of it
    data/workers/.lock     held while somebody enters or looks who is dead

Leases run out by themselves as well, but a page is leased for half an hour: after a kill nobody waits so long.
"""

from __future__ import annotations

import fcntl
import os
import platform
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from lachan.domain.errors import LachanError
from lachan.pipeline.ports import Database

FOLDER: Final = "workers"


class Worker:
    """This process, entered among those at work on a data folder. Raises LachanError when that is impossible."""

    def __init__(self, data: Path, database: Database) -> None:
        # host, process and a random tag, since process ids come again
        self.name = f"{platform.node()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._folder, self._database = data / FOLDER, database
        try:
            with self._entering():
                self._free_the_dead()
                self._lock = _open(self._folder / self.name)
                fcntl.flock(self._lock, fcntl.LOCK_EX)
        except OSError as error:
            raise LachanError(
                f"{self._folder} cannot be written ({error.strerror}): free space or give write permission, "
                "then start again; nothing was lost"
            ) from error

    def end(self) -> None:
        """Leave: what is still held (after an error) is freed, now or, if that cannot be, at the next start."""
        path = self._folder / self.name
        try:
            with suppress(LachanError, OSError):
                self._free(path)
        finally:
            os.close(self._lock)

    def _free(self, path: Path) -> None:
        with self._database.write() as unit:
            unit.frontier.release(path.name)
            unit.inbox.release(path.name)
            unit.leases.free(path.name)
        path.unlink()

    def _free_the_dead(self) -> None:
        for path in self._folder.glob("[!.]*"):
            handle = _open(path)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # alive
            else:
                self._free(path)
            finally:
                os.close(handle)

    @contextmanager
    def _entering(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = _open(self._folder / ".lock")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
