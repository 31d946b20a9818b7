"""Everywhere an installation may have kept something: files, logs, keys, every cell of every table, opened with
all keys, and backups likewise."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, create_engine, make_url, select, text

from lachan.domain.errors import KeyDestroyed, LachanError
from lachan.store.backup_file import read_backup_key, read_lines
from lachan.store.keyring import FileKeyRing
from tests.app.conftest import Installation, Ran
from tests.safeguards.scanner import Scanner
from tests.world import POSTGRES

_LATER = """
import sys
from datetime import timedelta
import lachan.app.bootstrap as bootstrap
now, later = bootstrap.clock, timedelta(hours=float(sys.argv.pop(1)))
bootstrap.clock = lambda: now() + later
from lachan.app.cli import main
main()
"""


@contextmanager
def postgres_database() -> Iterator[str]:
    """An empty PostgreSQL database, dropped afterwards. No server is a failure, not a skip."""
    name = f"lachan_trace_{secrets.token_hex(6)}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        server.dispose()


@dataclass
class Watched:
    """An installation of which every word is kept: what its commands print, what they leave in TMPDIR."""

    installation: Installation
    environment: dict[str, str] = field(default_factory=dict)
    runs: int = 0

    def __post_init__(self) -> None:
        for name in ("logs", "tmp", "backups"):
            (self.folder / name).mkdir()

    @property
    def folder(self) -> Path:
        return self.installation.folder

    @property
    def variables(self) -> dict[str, str]:
        """What a child of ours has in its environment."""
        return {**self.installation.environment, **self._further()}

    def _further(self) -> dict[str, str]:
        root = str(Path(__file__).parents[2])
        return {"PYTHONPATH": root, "TMPDIR": str(self.folder / "tmp"), **self.environment}

    def run(self, *arguments: str, code: int | None = 0, stdin: str | None = None) -> Ran:
        """`lachan ARGUMENTS`; what it says is kept as its log."""
        ran = self.installation.run(*arguments, stdin=stdin, **self._further())
        return self._kept(ran, arguments, code)

    def run_later(self, hours: float, *arguments: str) -> Ran:
        """The same command with the clock of the whole process moved on."""
        done = subprocess.run(
            [sys.executable, "-c", _LATER, str(hours), *arguments],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=self.installation.patience,
            check=False,
        )
        return self._kept(Ran(done.returncode, done.stdout, done.stderr), arguments, 0)

    def _kept(self, ran: Ran, arguments: tuple[str, ...], code: int | None) -> Ran:
        self.runs += 1
        log = self.folder / "logs" / f"{self.runs:02d}-{arguments[0]}.log"
        log.write_text(f"{ran.out}\n{ran.err}", encoding="utf-8")
        assert code is None or ran.code == code, f"{arguments}: {ran.out}{ran.err}"
        return ran

    # --- looking ---
    @property
    def keys(self) -> FileKeyRing:
        (path,) = (self.folder / "home").rglob("keys-*.json")
        return FileKeyRing(path)

    def in_files(self, scanner: Scanner) -> dict[str, set[str]]:
        """What lies in any file as it is: data (database, log, index), keys, backups, logs, temporary files."""
        return scanner.found_in_folder(self.folder)

    def in_tables(self, scanner: Scanner, database_url: str) -> dict[str, set[str]]:
        """What any cell says, sealed ones opened with all keys there are."""
        hits: dict[str, set[str]] = {}
        for where, value in _cells(database_url):
            self._look(scanner, where, value, hits)
        return hits

    def in_backups(self, scanner: Scanner) -> dict[str, set[str]]:
        """The same for every backup, opened with its own key and then with all the others."""
        hits: dict[str, set[str]] = {}
        cipher = read_backup_key(self.folder / "backup.key")
        for path in sorted((self.folder / "backups").iterdir()):
            with path.open("rb") as file:
                for line in read_lines(file, cipher):
                    if found := scanner.found(line):
                        hits.setdefault(path.name, set()).update(found)
                    for sealed in _sealed(json.loads(line)):
                        self._look(scanner, path.name, sealed, hits)
        return hits

    def _look(self, scanner: Scanner, where: str, value: Any, hits: dict[str, set[str]]) -> None:
        if isinstance(value, memoryview):
            value = bytes(value)
        clear = [value if isinstance(value, bytes) else str(value).encode()]
        if isinstance(value, bytes):
            with suppress(KeyDestroyed, LachanError):
                clear.append(self.keys.open(value).encode())
        for data in clear:
            if found := scanner.found(data):
                hits.setdefault(where, set()).update(found)


def _cells(database_url: str) -> Iterator[tuple[str, Any]]:
    engine = create_engine(database_url)
    try:
        metadata = MetaData()
        metadata.reflect(engine)
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                for row in connection.execute(select(table)):
                    for column, value in row._mapping.items():
                        if value is not None:
                            yield f"{table.name}.{column}", value
    finally:
        engine.dispose()


def _sealed(value: Any) -> Iterator[bytes]:
    if isinstance(value, dict):
        if set(value) == {"b"}:
            yield base64.b64decode(value["b"])
        for inner in value.values():
            yield from _sealed(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _sealed(inner)
