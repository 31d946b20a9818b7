"""Where an index lies: generations side by side, and a file that names the one in use.

    location/current       {"format": 1, "folder": "<generation>"}, replaced in one step
    location/lock          held (flock) by who writes; a killed process lets go of it
    location/<generation>/ files of the engine

Readers need no lock: they look at `current` before each search, and files they have open stay readable after
their generation is removed.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from index.document import FORMAT
from lachan.domain.errors import ConflictError, LachanError

_PREFIX: Final = "generation-"


class Folder:
    """The folder of one index."""

    def __init__(self, location: Path) -> None:
        self._location = location

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The right to write. Raises ConflictError at once when another thread or process has it."""
        self._location.mkdir(parents=True, exist_ok=True)
        with (self._location / "lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConflictError(
                    "another process is writing the search index: try again in a minute"
                ) from None
            yield

    def current(self) -> Path | None:
        """The generation in use; None before the first. Raises LachanError when it is of another format."""
        try:
            pointer = json.loads((self._location / "current").read_bytes())
            form, name = pointer["format"], pointer["folder"]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            form, name = None, ""
        if form != FORMAT or not isinstance(name, str) or not name.startswith(_PREFIX) or "/" in name:
            raise LachanError("the search index is of another version or damaged; run: lachan index rebuild")
        return self._location / name

    def fresh(self) -> Path:
        """An empty folder for a new generation. Hold the lock."""
        folder = self._location / f"{_PREFIX}{secrets.token_hex(8)}"
        folder.mkdir()
        return folder

    def switch(self, generation: Path) -> None:
        """Make `generation` the one in use, durably, in one step; remove all others. Hold the lock."""
        pointer = self._location / "current.new"
        with pointer.open("w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "folder": generation.name}, file)
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(self._location / "current")
        handle = os.open(self._location, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        self.sweep(generation)

    def sweep(self, keep: Path | None) -> None:
        """Remove every generation but `keep`: what a rebuild replaced, or a kill left half done. Hold the lock."""
        for folder in self._location.glob(f"{_PREFIX}*"):
            if keep is None or folder.name != keep.name:
                shutil.rmtree(folder)
