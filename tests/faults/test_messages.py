"""What goes wrong every day: each one clear line that says what to do, and nothing lost."""

from __future__ import annotations

import fcntl
import json
import socket
from pathlib import Path

import pytest

from lachan.app.bootstrap import open_application
from lachan.app.settings import read_settings
from lachan.domain.account import Role
from lachan.domain.post import SourceKind
from tests.app.conftest import Demo, Installation, Ran
from tests.faults.test_index_gone import Copy
from tests.world import PASSWORD, source


def _one_line(ran: Ran, *words: str) -> None:
    assert ran.code == 1
    assert ran.err.startswith("lachan: "), ran.err
    assert len(ran.err.splitlines()) == 1, ran.err
    for word in words:
        assert word in ran.err


@pytest.fixture
def live(installation: Installation) -> Installation:
    """A live folder with one active source of imports."""
    made = installation.run("init", "--admin", "an", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert made.code == 0, made.err
    with open_application(read_settings(installation.environment, installation.folder)) as application:
        first = application.accounts.named("an")
        application.accounts.create(first, "binh", Role.ADMIN, PASSWORD)
        prefix = "https://truong.example/"
        application.sources.propose(
            first, source("truong", kind=SourceKind.IMPORT, url=prefix, url_prefix=prefix)
        )
        application.sources.confirm(application.accounts.named("binh"), "truong")
    return installation


def test_a_table_without_its_columns(live: Installation) -> None:
    file = live.folder / "bai.csv"
    file.write_text("noi_dung,link\nmột bài,https://truong.example/1\n", encoding="utf-8")
    ran = live.run("import", str(file), "--source", "truong", "--as", "an")
    _one_line(ran, "lacks the columns text, url", "it has: noi_dung, link", "--column text=")
    mapped = live.run(
        "import",
        str(file),
        "--source",
        "truong",
        "--as",
        "an",
        "--column",
        "text=noi_dung",
        "--column",
        "url=link",
    )
    assert (mapped.code, mapped.out) == (0, "1 to the inbox, 0 known already, 0 left out\n")


def test_a_site_that_does_not_answer_is_read_when_it_does(demo: Demo, tmp_path: Path) -> None:
    """The demo's town is down: the crawl says so, forgets nothing, and ends well."""
    copy = Copy(demo, tmp_path)
    ran = copy.run("crawl", "--json")
    assert ran.code == 0, ran.err
    said = json.loads(ran.out.splitlines()[-1])
    assert said["pages"] == 0
    assert said["errors"] >= 3
    assert any("dien-dan" in problem for problem in said["problems"])
    plain = copy.run("crawl")
    assert plain.code == 0
    assert "Traceback" not in plain.out + plain.err


def test_a_second_demo_on_the_same_data(demo: Demo) -> None:
    with (demo.installation.folder / "data" / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _one_line(demo.installation.run("demo", "--once"), "another demo", "LACHAN_DATA")


def test_the_port_of_the_town_is_taken(demo: Demo, tmp_path: Path) -> None:
    copy = Copy(demo, tmp_path)
    settings = read_settings(copy.variables, copy.installation.folder)
    with open_application(settings) as application, application.database.read() as unit:
        port = json.loads(unit.state.get("demo_town") or "")["port"]
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        _one_line(copy.run("demo", "--once"), str(port), "free it")


def test_a_lost_key_file_is_never_replaced_by_a_new_one(demo: Demo, tmp_path: Path) -> None:
    copy = Copy(demo, tmp_path)
    key = tmp_path / "keys.json"
    key.write_bytes(copy.key.read_bytes())
    key.chmod(0o600)
    content = key.read_bytes()
    key.unlink()
    for command in (("search", "đánh nhau"), ("crawl",), ("assess",), ("publish",), ("retain",), ("doctor",)):
        ran = copy.installation.run(*command, LACHAN_KEY_FILE=str(key))
        _one_line(ran, "key file", "put it back")
        assert not key.exists()
    key.write_bytes(content)
    key.chmod(0o600)
    assert copy.installation.run("search", "đánh nhau", LACHAN_KEY_FILE=str(key)).code == 0


def test_the_key_of_other_data(demo: Demo, live: Installation) -> None:
    (other,) = (demo.installation.folder / "home").rglob("keys-*.json")
    _one_line(live.run("assess", LACHAN_KEY_FILE=str(other)), "belongs to other data")


def test_a_damaged_database(live: Installation) -> None:
    database = live.folder / "data" / "lachan.db"
    database.write_bytes(b"\0garbage" * 4096)
    ran = live.run("assess")
    _one_line(ran, "damaged", "backup")


def test_a_folder_that_cannot_be_made(installation: Installation) -> None:
    (installation.folder / "data").write_text("", encoding="utf-8")
    ran = installation.run("init", "--admin", "an", "--password-stdin", stdin=f"{PASSWORD}\n")
    _one_line(ran, str(installation.folder / "data"))
