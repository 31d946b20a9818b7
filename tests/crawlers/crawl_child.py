"""A crawl in a process of its own, over the real store: `python -m tests.crawlers.crawl_child SPEC`.

SPEC is JSON: folder, sources (keys), worker, pace (seconds of timeout), database (SQLite in the folder unless named),
log (the crawl's log on stderr), memory (MiB that it may take at most), scripted (sources that a browser reads),
browser (its path).
Prints the summary as JSON.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from crawlers.browser import Browser, Scripted
from crawlers.run import run_crawl
from crawlers.settings import Pace
from lachan.domain.post import SourceKind
from lachan.pipeline.intake import Intake
from lachan.pipeline.ports import ApiAccess
from lachan.store.database import open_database
from lachan.store.keyring import FileKeyRing


def clock() -> datetime:
    return datetime.now(UTC)


def open_intake(folder: Path, database: str | None) -> Intake:
    keys = FileKeyRing(folder / "keys" / "ring.json")
    return Intake(open_database(database or f"sqlite:///{folder}/data/lachan.db", keys, clock), keys, clock)


def main() -> None:
    spec = json.loads(sys.argv[1])
    if spec.get("log"):
        logging.basicConfig(level=logging.INFO)
    if spec.get("memory"):
        resource.setrlimit(resource.RLIMIT_DATA, (spec["memory"] * 2**20,) * 2)
    pace = Pace(delay=spec.get("delay", 0.0), at_a_time=8, adaptive=False, timeout=spec.get("timeout", 10))
    summary = run_crawl(
        lambda: open_intake(Path(spec["folder"]), spec.get("database")),
        spec["sources"],
        spec["worker"],
        contact="https://example.invalid/contact",
        allow_loopback=spec.get("allow_loopback", True),
        access={SourceKind(kind): ApiAccess(*given) for kind, given in spec.get("access", {}).items()},
        pace=pace,
        scripted=Scripted(spec.get("scripted", ()), Browser(spec["browser"], ["--no-sandbox"]))
        if "browser" in spec
        else None,
    )
    print(json.dumps(asdict(summary)))


if __name__ == "__main__":
    main()
