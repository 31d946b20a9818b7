"""How fast the store is: inbox to case without a judge, a desk page, a claim. Prints one JSON line.

python bench/store.py [--url postgresql+psycopg://...] [--posts 20000] [--cases 100000]

Without `--url`: SQLite in a fresh folder. A given database must be empty.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lachan.domain.assessment import Assessment, Label, Reason, Span
from lachan.domain.audit import AuditEvent
from lachan.domain.case import CaseState
from lachan.domain.post import Post
from lachan.domain.taxonomy import AgeBand, Audience, Category, Context, Route
from lachan.pipeline.ports import CaseFilter, Counter, Database, NewCase
from lachan.store import open_database
from lachan.store.keyring import FileKeyRing

BATCH = 256
BANDS = 16  # band digests a text, as the near-copy search writes
NOW = datetime.now(UTC)
FLAGGED = Assessment(
    Route.REVIEW,
    Context.PROMOTING,
    "bench@0",
    (Label(Category.CHILD_VIOLENCE, 0.9),),
    (Span(0, 4, Category.CHILD_VIOLENCE),),
    (Reason("bench", 0, 4),),
    False,
    AgeBand.CHILD_U16,
)


def post(number: int) -> Post:
    """A harmless text of 200 characters."""
    text = f"bài số {number} " + "chữ " * 48
    url = f"https://example.org/{number}"
    return Post(f"{number:064x}", "bench", text, url, "a" * 32, NOW, NOW, Audience.GENERAL)


def bands(number: int) -> tuple[str, ...]:
    return tuple(f"{number:x}-{band}" for band in range(BANDS))


def fill(database: Database, first: int, count: int) -> float:
    """Posts a second into the inbox."""
    posts = [post(number) for number in range(first, first + count)]
    start = time.perf_counter()
    for at in range(0, count, BATCH):
        with database.write() as unit:
            unit.inbox.add(posts[at : at + BATCH], NOW)
            unit.sources.count("bench", NOW.date(), {Counter.INBOXED: BATCH})
    return count / (time.perf_counter() - start)


def drain(database: Database, share: float) -> float:
    """Posts a second from inbox to case: claim, look for near-copies, open, count, log, remove."""
    done, start, worker = 0, time.perf_counter(), f"bench:{os.getpid()}"
    while True:
        with database.write() as unit:
            rows = unit.inbox.claim(worker, NOW, NOW + timedelta(minutes=5), BATCH)
        if not rows:
            return done / (time.perf_counter() - start)
        chosen = rows[: round(len(rows) * share)]
        with database.write() as unit:
            new = []
            for row in chosen:
                keys = bands(row.id)
                assert not unit.cases.candidates(keys)
                new.append(NewCase(row.post, FLAGGED, NOW + timedelta(days=14), keys))
            unit.cases.open_many(new)
            unit.inbox.remove([row.id for row in rows])
            unit.sources.note_judged("bench", [False] * len(rows))
            counts = {Counter.STORED: len(chosen), Counter.DROPPED: len(rows) - len(chosen)}
            unit.sources.count("bench", NOW.date(), counts)
            unit.audit.append(AuditEvent(NOW, "system", "inbox:assess", "bench", {"posts": len(rows)}))
        done += len(rows)


def open_cases(database: Database, count: int) -> None:
    for at in range(0, count, 2000):
        ages = [NOW - timedelta(minutes=number) for number in range(at, min(at + 2000, count))]
        new = [
            NewCase(
                replace(post(at + i), captured_at=opened),
                replace(FLAGGED, urgent=(at + i) % 50 == 0, labels=(Label(list(Category)[i % 12], 0.9),)),
                NOW + timedelta(days=14),
            )
            for i, opened in enumerate(ages)
        ]
        with database.write() as unit:
            unit.cases.open_many(new)


def p95(action: Callable[[], object], times: int = 40) -> float:
    """Milliseconds."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        took.append((time.perf_counter() - start) * 1000)
    return round(statistics.quantiles(took, n=20)[18], 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--cases", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        keys = FileKeyRing(Path(folder) / "keys.json")
        url = given.url or f"sqlite:///{folder}/lachan.db"
        database = open_database(url, keys, lambda: datetime.now(UTC))
        figures: dict[str, object] = {"backend": url.split(":")[0]}
        sealed = keys.seal("x" * 300, NOW, purpose="text")
        start = time.perf_counter()
        for _ in range(20_000):
            keys.seal("x" * 300, NOW, purpose="text")
        figures["seal_us"] = round((time.perf_counter() - start) / 20_000 * 1e6, 1)
        start = time.perf_counter()
        for _ in range(20_000):
            keys.open(sealed)
        figures["open_us"] = round((time.perf_counter() - start) / 20_000 * 1e6, 1)
        figures["inbox_per_s"] = round(fill(database, 0, given.posts))
        figures["cases_5_percent_per_s"] = round(drain(database, 0.05))
        fill(database, given.posts, given.posts)
        figures["cases_100_percent_per_s"] = round(drain(database, 1.0))
        open_cases(database, given.cases)

        def page(where: CaseFilter, offset: int = 0) -> None:
            with database.read() as unit:
                found = unit.cases.find(where, limit=50, offset=offset)
                unit.cases.texts([case.id for case in found])

        waiting = CaseFilter(route=Route.REVIEW, states=(CaseState.OPEN, CaseState.RETURNED))
        figures["page_p95_ms"] = p95(lambda: page(waiting))
        figures["page_deep_p95_ms"] = p95(lambda: page(waiting, 5_000))
        named = replace(waiting, category=Category.SELFHARM)
        figures["page_category_p95_ms"] = p95(lambda: page(named))
        rare = replace(waiting, source="nowhere")
        figures["page_nothing_p95_ms"] = p95(lambda: page(rare))

        def count() -> None:
            with database.read() as unit:
                unit.cases.count(waiting)

        figures["count_p95_ms"] = p95(count)
        ids = iter(range(1, 1000))

        def claim() -> None:
            with database.write() as unit:
                case = unit.cases.get(next(ids))
                unit.cases.save(
                    replace(case, state=CaseState.CLAIMED, claimed_by="officer", claimed_until=NOW)
                )
                unit.audit.append(AuditEvent(NOW, "officer", "case:claim", case.number))

        figures["claim_p95_ms"] = p95(claim)
        database.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
