"""Many real processes on one database: no double claim, one worker a host, a whole chain, a kill in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lachan.domain.audit import verify
from lachan.pipeline.ports import Link, PageKind
from lachan.store import SqlDatabase
from lachan.store.keyring import FileKeyRing
from tests.store.samples import HOUR, NOW, event, opened, post

pytestmark = pytest.mark.slow
WORKERS = 3

HEAD = """
import json, sys, time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from lachan.domain.case import CaseState
from lachan.domain.errors import ConflictError
from lachan.store import open_database
from lachan.store.keyring import FileKeyRing
from tests.store.samples import DAY, HOUR, NOW, event, new_case, post
url, keys, name = sys.argv[1:]
database = open_database(url, FileKeyRing(Path(keys)), lambda: NOW)
"""
DRAIN = """
got = []
while True:
    with database.write() as unit:
        rows = unit.inbox.claim(name, NOW, NOW + HOUR, 7)
        unit.audit.append(event(len(rows)))
    if not rows:
        break
    with database.write() as unit:
        unit.cases.open_many([new_case(row.id, post=row.post) for row in rows])
        unit.inbox.remove([row.id for row in rows])
        unit.audit.append(event(len(rows)))
    got += [row.id for row in rows]
print(json.dumps(got))
"""
FETCH = """
got = []
for _ in range(40):
    with database.write() as unit:
        pages = unit.frontier.lease(name, NOW, NOW + HOUR, 3, ["s"])
    start = time.monotonic()
    if not pages:
        with database.read() as unit:
            left = unit.frontier.counts()["s"]
        if not left["pending"] and not left["leased"]:
            break
        time.sleep(0.02)
        continue
    time.sleep(0.01)
    end = time.monotonic()
    got += [[page.id, page.host, start, end] for page in pages]
    with database.write() as unit:
        for page in pages:
            unit.frontier.done(page, NOW)
print(json.dumps(got))
"""
SAVE = """
won = 0
for _ in range(15):
    try:
        with database.write() as unit:
            case = unit.cases.get(1)
            unit.cases.save(replace(case, reason=name))
            unit.audit.append(event(case.version))
        won += 1
    except ConflictError:
        pass
print(json.dumps(won))
"""
HANG = """
with database.write() as unit:
    rows = unit.inbox.claim(name, NOW, NOW + HOUR, 5)
    unit.cases.open_many([new_case(row.id, post=row.post) for row in rows])
    unit.inbox.remove([row.id for row in rows])
    unit.audit.append(event())
    unit.audit.flush()
    print("inside", flush=True)
    time.sleep(60)
"""


def start(script: str, url: str, keys: FileKeyRing, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + script, url, str(keys._path), name],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )


def together(script: str, url: str, keys: FileKeyRing) -> list[Any]:
    children = [start(script, url, keys, f"w{number}") for number in range(WORKERS)]
    outputs = [child.communicate(timeout=60)[0] for child in children]
    assert [child.returncode for child in children] == [0] * WORKERS
    return [json.loads(output) for output in outputs]


def assert_whole(database: SqlDatabase) -> int:
    with database.read() as unit:
        verdict = verify(unit.audit.links(), head=unit.audit.head())
    assert verdict.broken_at is None
    return verdict.count


def test_no_post_is_claimed_twice_and_the_chain_is_whole(
    database: SqlDatabase, url: str, keys: FileKeyRing
) -> None:
    with database.write() as unit:
        unit.inbox.add([post(number) for number in range(200)], NOW)
    claimed = [id_ for got in together(DRAIN, url, keys) for id_ in got]
    assert len(claimed) == 200
    assert len(set(claimed)) == 200
    with database.read() as unit:
        assert unit.inbox.size() == 0
        texts = {item.text for case in range(1, 201) for item in unit.cases.posts(case)}
    assert texts == {post(number).text for number in range(200)}
    assert assert_whole(database) >= 2 * 200 // 7


def test_a_host_is_held_by_one_worker(database: SqlDatabase, url: str, keys: FileKeyRing) -> None:
    with database.write() as unit:
        for host in ("a.example", "b.example", "c.example"):
            links = [Link(f"https://{host}/{number}", PageKind.THREAD) for number in range(12)]
            unit.frontier.add("s", host, links, NOW)
    fetched = together(FETCH, url, keys)
    visits = [(worker, *row) for worker, rows in enumerate(fetched) for row in rows]
    assert sorted(visit[1] for visit in visits) == list(range(1, 37))
    for worker, _, host, begun, ended in visits:
        for other, _, same, other_begun, other_ended in visits:
            if worker != other and host == same:
                assert ended <= other_begun or other_ended <= begun


def test_nobody_overwrites_anybody(database: SqlDatabase, url: str, keys: FileKeyRing) -> None:
    opened(database)
    won = sum(together(SAVE, url, keys))
    with database.read() as unit:
        assert unit.cases.get(1).version == won + 1
    assert won > 0
    assert assert_whole(database) == won


def test_a_kill_in_the_middle_leaves_no_half(database: SqlDatabase, url: str, keys: FileKeyRing) -> None:
    with database.write() as unit:
        unit.inbox.add([post(number) for number in range(5)], NOW)
        unit.audit.append(event())
    child = start(HANG, url, keys, "victim")
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "inside"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    deadline = time.monotonic() + 20
    rows: list[object] = []
    while not rows and time.monotonic() < deadline:  # the server notices the cut connection by itself
        with database.write() as unit:
            rows = list(unit.inbox.claim("heir", NOW, NOW + HOUR, 9))
            assert unit.cases.texts(range(1, 10)) == {}
        time.sleep(0.05)
    assert len(rows) == 5
    assert assert_whole(database) == 1


def test_many_processes_may_open_a_new_database_at_once(tmp_path: Path, keys: FileKeyRing) -> None:
    names = together(
        "print(json.dumps(database._keys.identity(create=False)))", f"sqlite:///{tmp_path}/new/x.db", keys
    )
    assert len(set(names)) == 1
