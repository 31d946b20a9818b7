"""The index is disposable: deleted, unreadable or damaged, the desk goes on and a rebuild mends it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lachan.app.bootstrap import open_application
from lachan.app.settings import read_settings
from lachan.domain.account import Actor, Role
from lachan.domain.case import CaseState
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import CaseFilter
from lachan.pipeline.review import Decision
from tests.app.conftest import Demo, Installation, Ran


def _delete(index: Path) -> None:
    shutil.rmtree(index)


def _cut_off(index: Path) -> None:
    for file in index.rglob("*.term"):
        file.write_bytes(file.read_bytes()[:20])


def _scramble(index: Path) -> None:
    (index / "current").write_bytes(b"\0\xff garbage")


def _in_the_way(index: Path) -> None:
    """A file where the folder should be: what a wrong mount or a careless hand leaves."""
    shutil.rmtree(index)
    index.write_text("không phải thư mục", encoding="utf-8")


class Copy:
    """A copy of the finished demo, so that it may be damaged."""

    def __init__(self, demo: Demo, folder: Path) -> None:
        shutil.copytree(demo.installation.folder / "data", folder / "data")
        (self.key,) = (demo.installation.folder / "home").rglob("keys-*.json")
        self.installation = Installation(folder)
        self.index = folder / "data" / "index"
        self.variables = {**self.installation.environment, "LACHAN_KEY_FILE": str(self.key)}

    def run(self, *arguments: str) -> Ran:
        return self.installation.run(*arguments, LACHAN_KEY_FILE=str(self.key))


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Copy:
    return Copy(demo, tmp_path)


def _dismiss_one(copy: Copy) -> None:
    """An officer claims and decides, as at the desk."""
    with open_application(read_settings(copy.variables, copy.installation.folder)) as application:
        with application.database.read() as unit:
            account = next(a for a in unit.accounts.all() if a.role is Role.OFFICER)
        officer = Actor(account, interactive=True)
        case = application.review.claim_next(officer, Route.REVIEW)
        assert case is not None
        application.review.decide(officer, case.id, Decision(Measure.DISMISS, "đã là tin tức"))
        with application.database.read() as unit:
            assert unit.cases.get(case.id).state is CaseState.CLOSED
            assert unit.cases.count(CaseFilter(route=Route.REVIEW)) > 0


@pytest.mark.parametrize("harm", [_delete, _cut_off, _scramble], ids=lambda harm: harm.__name__)
def test_the_desk_goes_on_and_a_rebuild_mends(copy: Copy, harm: Callable[[Path], None]) -> None:
    harm(copy.index)
    _dismiss_one(copy)
    ran = copy.run("publish")
    assert ran.code == 1
    assert ran.err.startswith("lachan: ")
    assert "lachan index rebuild" in ran.err
    assert len(ran.err.splitlines()) == 1, ran.err
    _rebuild(copy)


def test_a_file_in_the_place_of_the_index_is_named(copy: Copy) -> None:
    """It is not ours to delete: who put it there takes it away."""
    _in_the_way(copy.index)
    _dismiss_one(copy)
    for command in (("publish",), ("index", "rebuild")):
        ran = copy.run(*command)
        assert (ran.code, len(ran.err.splitlines())) == (1, 1), ran.err
        assert ran.err.startswith("lachan: ")
        assert str(copy.index) in ran.err
    copy.index.unlink()
    _rebuild(copy)


def _rebuild(copy: Copy) -> None:
    rebuilt = copy.run("index", "rebuild")
    assert rebuilt.code == 0, rebuilt.err
    verified = copy.run("index", "verify")
    assert (verified.code, verified.out.strip()) == (0, "0 missing, 0 too many, 0 different"), verified.err
    assert copy.run("publish").code == 0
