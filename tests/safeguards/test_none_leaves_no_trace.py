"""What the judge lets go leaves no trace: not in files, not in tables, not in backups, with no key, in no dress.

The words are planted through a real crawl, an import, and an assess that stalls until its day is over; what the
search finds when it is allowed to find is asserted too, so that it cannot pass by looking in the wrong place.
"""

from __future__ import annotations

import json
import random
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lachan.app.bootstrap import Application, open_application
from lachan.app.demo import claim_folder, register_places
from lachan.app.demo_accounts import make_accounts
from lachan.app.settings import read_settings
from lachan.app.town_server import serve_town
from lachan.domain.account import Role
from lachan.domain.post import SourceKind
from lachan.pipeline.ports import CaseFilter
from tests.app.conftest import Installation
from tests.safeguards.canary_town import known_advert, plant
from tests.safeguards.scanner import Scanner, canary
from tests.safeguards.traces import Watched, postgres_database
from tests.world import BACKENDS, PASSWORD, source

STALL = """
import time
from lachan.app.bootstrap import clock, open_application
from lachan.app.settings import read_settings
from lachan.pipeline.assess import Assess

class Stalls:
    name = "stalls@0"
    def assess(self, items):
        print(len(items), flush=True)
        time.sleep(600)

with open_application(read_settings()) as application:
    Assess(application.database, Stalls(), application.keys, clock, application.worker.name).drain()
"""


@pytest.fixture(params=BACKENDS)
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Watched, str]]:
    """An installation on either backend, and the URL of its database.

    On PostgreSQL every column of every table is read. What cannot be checked from here: its write-ahead log
    and rows not yet vacuumed (both hold sealed bytes only, whose keys are destroyed), and the server's own log,
    which repeats statements, never our parameters, unless its operator says `log_parameter_max_length`.
    """
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'data' / 'lachan.db'}"
        yield Watched(Installation(tmp_path)), url
        return
    with postgres_database() as url:
        yield Watched(Installation(tmp_path), {"LACHAN_DATABASE_URL": url}), url


def _application(watched: Watched) -> AbstractContextManager[Application]:
    return open_application(read_settings(watched.variables, watched.folder))


def _texts(watched: Watched) -> list[str]:
    with _application(watched) as application, application.database.read() as unit:
        cases = unit.cases.find(CaseFilter(), limit=100)
        return [post.text for case in cases for post in unit.cases.posts(case.id)]


def _no_trace(watched: Watched, url: str, scanner: Scanner) -> None:
    assert watched.in_files(scanner) == {}
    assert watched.in_tables(scanner, url) == {}


def _sealed_remains(watched: Watched) -> int:
    """How many sealed inbox texts lie in the files of SQLite, those of deleted rows included."""
    files = (watched.folder / "data").glob("lachan.db*")
    return sum(file.read_bytes().count(b"inbox/20") for file in files)


def _back_up(watched: Watched) -> None:
    number = len(list((watched.folder / "backups").iterdir()))
    out = watched.folder / "backups" / f"{number}.backup"
    watched.run("backup", "--out", str(out), "--backup-key", str(watched.folder / "backup.key"))


def test_crawled_and_stalled(watched: tuple[Watched, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    here, url = watched
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    town = plant(tmp_path_factory.mktemp("town"), seed)
    with serve_town(now=datetime.now(UTC), folder=town.folder) as served:
        with _application(here) as application:
            claim_folder(application)
            register_places(application, served, make_accounts(application))
        crawled = json.loads(
            here.run("crawl", "--json", "--source", "dien-dan", "--source", "bao").out.splitlines()[-1]
        )
        assert crawled["inboxed"] == 11, crawled
        _back_up(here)
        _while_it_waits(here, url, town.read, town.nicknames)

        assessed = json.loads(here.run("assess", "--json").out)
        assert (assessed["dropped"], assessed["opened"]) == (10, 1)
        here.run("search", "đá bóng")
        _no_trace(here, url, Scanner(town.all))
        assert _sealed_remains(here) == 0
        (kept,) = _texts(here)
        assert kept == f"Chợ chiều\n{town.advert} Gọi [tên] cũng được.", "it stays; whoever it names does not"

        here.run("crawl", "--source", "truong")
        stalled = subprocess.Popen(
            [sys.executable, "-c", STALL], env=here.variables, cwd=here.folder, stdout=subprocess.PIPE
        )
        assert stalled.stdout is not None
        assert stalled.stdout.readline().strip() == b"2"
        stalled.kill()
        stalled.wait()
        stalled.stdout.close()
        _back_up(here)
        _while_it_waits(here, url, town.waiting, town.nicknames)

    a_day_later = json.loads(here.run_later(25.1, "retain", "--json").out)
    assert a_day_later["inbox_expired"] == 2
    assert a_day_later["keys_destroyed"] >= 2
    everything = Scanner(town.all)
    _no_trace(here, url, everything)
    assert here.in_backups(everything) == {}
    assert _sealed_remains(here) == 0
    assert not [name for name in json.loads(_ring(here))["keys"] if name.startswith(("inbox", "frontier"))]
    assert _texts(here) == [kept]


def _while_it_waits(here: Watched, url: str, words: list[str], nicknames: list[str]) -> None:
    """Sealed in the inbox, and only there: with keys it can be read, without none, and nicknames never."""
    scanner = Scanner([*words, *nicknames])
    assert here.in_files(scanner) == {}
    found = here.in_tables(scanner, url)
    assert set(found) <= {"inbox.post_sealed"}
    in_posts = found["inbox.post_sealed"]
    assert len(in_posts) >= len(words) / 2, "the search finds what is there"
    assert in_posts.isdisjoint(nicknames)
    (newest,) = list(here.in_backups(scanner).values())[-1:]
    assert newest == in_posts


def _ring(here: Watched) -> str:
    (path,) = (here.folder / "home").rglob("keys-*.json")
    return path.read_text("utf-8")


def test_imported(watched: tuple[Watched, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    here, url = watched
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    words = [canary(dice, plain=bool(number % 2)) for number in range(8)]
    prefix = "https://truong.example/bang-tin/"
    rows = [
        {"text": f"Mai lớp mình học thể dục ở sân {word}", "url": f"{prefix}{words[2 * n + 1]}#{n}"}
        for n, word in enumerate(words[:8:2])
    ]
    rows.append({"text": known_advert(), "url": f"{prefix}cho#9"})
    bad = [{"text": words[0]}, {"text": words[2], "url": f"https://elsewhere.example/{words[1]}"}]
    file = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    file.write_text(
        "".join(json.dumps(row) + "\n" for row in [*rows, *bad]) + f"{words[4]}\n", encoding="utf-8"
    )

    here.run("init", "--admin", "an", "--password-stdin", stdin=f"{PASSWORD}\n")
    with _application(here) as application:
        first = application.accounts.named("an")
        application.accounts.create(first, "binh", Role.ADMIN, PASSWORD)
        place = source("truong", kind=SourceKind.IMPORT, url=prefix, url_prefix=prefix)
        application.sources.propose(first, place)
        application.sources.confirm(application.accounts.named("binh"), "truong")
    said = here.run("import", str(file), "--source", "truong", "--as", "an", code=1)
    assert said.out.startswith("5 to the inbox, 0 known already, 3 left out")
    scanner = Scanner(words)
    assert here.in_files(scanner) == {}
    assert here.in_tables(scanner, url) == {"inbox.post_sealed": set(words)}
    _back_up(here)
    assessed = json.loads(here.run("assess", "--json").out)
    assert (assessed["dropped"], assessed["opened"]) == (4, 1)
    _no_trace(here, url, scanner)
    assert here.in_backups(scanner) == {"0.backup": set(words)}, "sealed, until its day is over"
    here.run_later(25.1, "retain")
    _no_trace(here, url, scanner)
    assert here.in_backups(scanner) == {}
