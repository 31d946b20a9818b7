"""Many confirmed cases whose changes all wait for the index, and what publishes them in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import text

from lachan.domain.assessment import Assessment, Label
from lachan.domain.case import CaseState
from lachan.domain.measure import Measure
from lachan.domain.post import Post, Source, SourceKind, SourcePurpose, SourceState
from lachan.domain.taxonomy import AgeBand, Audience, Context, Route
from lachan.pipeline.ports import Database, NewCase, OutboxAct
from lachan.store import engines, open_database
from lachan.store.keyring import FileKeyRing
from tests.index.sentences import SENTENCES

ROOT: Final = Path(__file__).parents[2]
NOW: Final = datetime.now(UTC)
_SEED: Final = 500  # cases made one by one; the others are copies of these

#: Publishes, and says so line by line: after each batch how much is done and how much memory it took.
_PUBLISH: Final = """
import resource, sys, time
from pathlib import Path
from classifiers.normalise import normalise
from index import open_index
from lachan.pipeline.publish import Publisher
from tests.faults.backlog import opened
database, index = opened(Path({folder!r})), open_index({location!r}, normalise)
apply, done = index.apply, 0
def told(add, remove):
    global done
    print("sending", flush=True)
    apply(add, remove)
    done += len(add) + len(remove)
    print(done, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
index.apply = told
from datetime import UTC, datetime
published = Publisher(database, index, lambda: datetime.now(UTC), owner={owner!r}, reader=normalise).drain()
print("published", published, flush=True)
"""


def opened(folder: Path) -> Database:
    return open_database(
        f"sqlite:///{folder / 'lachan.db'}", FileKeyRing(folder / "keys.json"), lambda: datetime.now(UTC)
    )


def fill(folder: Path, count: int) -> Database:
    """A database in `folder` with so many confirmed cases, each of which waits for the index."""
    database = opened(folder)
    with database.write() as unit:
        unit.sources.add(_source())
        seed = unit.cases.open_many([_new(number) for number in range(min(count, _SEED))])
        for case in seed:
            unit.cases.save(
                replace(
                    case,
                    state=CaseState.CLOSED,
                    decided_by="officer",
                    decided_at=NOW,
                    measure=Measure.OWNER_WARNING,
                    reason="đã xem",
                    closed_at=NOW,
                )
            )
            unit.outbox.add(case.id, OutboxAct.INDEX)
    _multiply(folder, len(seed), count)
    return database


def _multiply(folder: Path, seed: int, count: int) -> None:
    engine = engines.make_engine(f"sqlite:///{folder / 'lachan.db'}")
    with engine.begin() as connection:

        def copies(table: str, case: str) -> None:
            names = [str(row[1]) for row in connection.execute(text(f"PRAGMA table_info({table})"))]
            columns = [name for name in names if name != "id"] + (["id"] if table == "cases" else [])
            values = [f"{case} + :ahead" if name == case else name for name in columns]
            for ahead in range(seed, count, seed):
                connection.execute(
                    text(
                        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table}"
                        f" WHERE {case} <= :seed AND {case} + :ahead <= :count"
                    ),
                    {"ahead": ahead, "seed": seed, "count": count},
                )

        copies("cases", "id")
        copies("case_posts", "case_id")
        copies("outbox", "case_id")
    engine.dispose()


def publishing(folder: Path, location: str, owner: str) -> subprocess.Popen[str]:
    """A publisher of the outbox in `folder` to the index at `location`."""
    return subprocess.Popen(
        [sys.executable, "-c", _PUBLISH.format(folder=str(folder), location=location, owner=owner)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def _source() -> Source:
    return Source(
        key="place",
        title="Diễn đàn",
        kind=SourceKind.FORUM,
        url="https://place.example/",
        url_prefix="https://place.example/",
        audience=Audience.GENERAL,
        purpose=SourcePurpose.MINORS_PRESENT,
        legal_basis="Luật Trẻ em Điều 54",
        contact="Ban quản trị",
        proposed_by="admin",
        state=SourceState.ACTIVE,
        confirmed_by="admin-2",
        confirmed_at=NOW,
    )


def _new(number: int) -> NewCase:
    sentence = SENTENCES[number % len(SENTENCES)]
    at = NOW - timedelta(days=2, minutes=number)
    url = f"https://place.example/{number}"
    words = f"{sentence.text} Bài số {number}."
    post = Post(f"{number:064x}", "place", words, url, None, at, at, Audience.GENERAL)
    labels = (Label(sentence.categories[0], 0.9),)
    assessment = Assessment(
        Route.REVIEW, Context.PROMOTING, "test@0", labels, (), (), number % 50 == 1, AgeBand.CHILD_U16
    )
    return NewCase(post, assessment, NOW + timedelta(days=300))
