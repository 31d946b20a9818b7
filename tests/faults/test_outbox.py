"""A long outbox: publishers and engines that die in the middle of a bulk, two publishers at once, a full disk. In the
end the index is row for row what SQL says: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import resource
import secrets
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

import pytest

from classifiers.normalise import normalise
from index import open_index
from lachan.domain.errors import LachanError, Unavailable
from lachan.pipeline.ports import Database, IndexDocument, OutboxAct, SearchIndex, SearchRequest
from lachan.pipeline.publish import Comparison, Publisher
from tests.faults.backlog import fill, publishing
from tests.index.server import free_port, start

CASES = 6_000
NONE: frozenset[int] = frozenset()


def _publisher(database: Database, index: SearchIndex) -> Publisher:
    return Publisher(database, index, lambda: datetime.now(UTC), owner="publisher", reader=normalise)


def _check_whole(database: Database, index: SearchIndex, count: int) -> None:
    with database.read() as unit:
        assert unit.outbox.size() == 0
    assert _publisher(database, index).compare() == Comparison(count, NONE, NONE, NONE)
    assert index.search(SearchRequest("", limit=1)).total == count  # a case twice would count twice


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _published(process: subprocess.Popen[str]) -> int:
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return int(told.split()[-1])


@pytest.mark.slow
def test_killed_publishers_and_two_at_once(tmp_path: Path) -> None:
    database, location, dice = fill(tmp_path, CASES), str(tmp_path / "index"), random.Random(1)
    for _ in range(2):
        process = publishing(tmp_path, location, "publisher")
        assert _line(process) == "sending"
        sleep(dice.random() * 0.1)
        process.kill()
        process.communicate()
    with database.read() as unit:
        assert 0 < unit.outbox.size() <= CASES
    pair = [publishing(tmp_path, location, owner) for owner in ("publisher", "another")]
    published = [_published(process) for process in pair]
    assert max(published) > 0
    index = open_index(location, normalise)
    _publisher(database, index).drain()  # whoever came second may have left before the first was through
    _check_whole(database, index, CASES)


@pytest.mark.slow
def test_the_search_server_dies_in_the_middle_of_a_bulk(tmp_path: Path) -> None:
    database, port = fill(tmp_path, CASES), free_port()
    index = open_index(f"http://127.0.0.1:{port}/outbox-{secrets.token_hex(4)}", normalise)
    process = start(tmp_path, port)
    try:
        apply = index.apply

        def half(add: Sequence[IndexDocument], remove: Sequence[int]) -> None:
            # What this server has said yes to can be lost with it (Elasticsearch writes it to disk first), so it
            # dies before the bulk as a whole has been answered, at the same place every time.
            apply(add[: len(add) // 2], remove)
            process.kill()
            process.wait(30)
            apply(add[len(add) // 2 :], ())

        index.apply = half  # type: ignore[method-assign]
        with pytest.raises(Unavailable, match="cannot be reached"):
            _publisher(database, index).drain()
        index.apply = apply  # type: ignore[method-assign]
        with database.read() as unit:
            assert unit.outbox.size() == CASES
        process = start(tmp_path, port)
        _publisher(database, index).drain()
        _check_whole(database, index, CASES)
    finally:
        process.kill()
        process.wait(30)


def test_a_full_disk_under_the_index(tmp_path: Path) -> None:
    database = fill(tmp_path, 600)
    index = open_index(str(tmp_path / "index"), normalise)
    apply = index.apply

    def on_a_full_disk(add: Sequence[IndexDocument], remove: Sequence[int]) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
        try:
            apply(add, remove)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    index.apply = on_a_full_disk  # type: ignore[method-assign]
    with pytest.raises(LachanError, match="look for space"):
        _publisher(database, index).drain()
    index.apply = apply  # type: ignore[method-assign]
    with database.read() as unit:
        assert unit.outbox.size() == 600
    assert _publisher(database, index).drain() == 600
    with database.write() as unit:  # told twice: still there once
        for case in range(1, 600, 7):
            unit.outbox.add(case, OutboxAct.INDEX)
    assert _publisher(database, index).drain() == len(range(1, 600, 7))
    _check_whole(database, index, 600)
