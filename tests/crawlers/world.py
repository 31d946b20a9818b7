"""A data folder with registered sources, and crawls over it in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from lachan.domain.post import Post, Source, SourceKind, SourcePurpose, SourceState
from lachan.domain.taxonomy import Audience
from lachan.pipeline.intake import Intake
from lachan.pipeline.ports import Counter, Database
from lachan.store.database import open_database
from lachan.store.keyring import FileKeyRing
from tests.crawlers.crawl_child import clock

ROOT = Path(__file__).parents[2]


def source(key: str, url: str, kind: SourceKind = SourceKind.FORUM, prefix: str | None = None) -> Source:
    return Source(
        key, key, kind, url, prefix or url, Audience.MINORS, SourcePurpose.MINORS_PRESENT, "basis", "contact", "an",
        SourceState.ACTIVE, "binh", clock(),
    )  # fmt: skip


class World:
    """`folder/data` and `folder/keys`, as the crawl's process opens them, too."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.folder, self.url = folder, url
        (folder / "data").mkdir()
        (folder / "keys").mkdir()
        self.keys = FileKeyRing(folder / "keys" / "ring.json")
        self.database: Database = open_database(url or f"sqlite:///{folder}/data/lachan.db", self.keys, clock)

    def intake(self) -> Intake:
        return Intake(self.database, self.keys, clock)

    def register(self, *sources: Source) -> None:
        with self.database.write() as unit:
            for item in sources:
                unit.sources.add(item)

    def command(self, sources: Sequence[str], worker: str = "w", **more: Any) -> list[str]:
        spec = {
            "folder": str(self.folder),
            "sources": list(sources),
            "worker": worker,
            "database": self.url,
            **more,
        }
        return [sys.executable, "-m", "tests.crawlers.crawl_child", json.dumps(spec)]

    def crawl(self, *sources: str, **more: Any) -> tuple[dict[str, Any], str]:
        """The summary, and all that was written to the terminal beside it."""
        done = subprocess.run(
            self.command(sources, **more), capture_output=True, text=True, cwd=ROOT, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        lines = done.stdout.strip().splitlines()
        return json.loads(lines[-1]), done.stderr + "\n".join(lines[:-1])

    def inbox(self) -> list[Post]:
        with self.database.write() as unit:
            rows = unit.inbox.claim("test", clock(), clock() + timedelta(seconds=1), 10_000)
        return [row.post for row in rows]

    def counts(self, key: str) -> dict[str, int]:
        with self.database.read() as unit:
            return dict(unit.frontier.counts()[key])

    def totals(self, key: str) -> dict[Counter, int]:
        with self.database.read() as unit:
            return unit.sources.totals(key)
