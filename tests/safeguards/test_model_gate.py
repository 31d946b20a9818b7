"""What may judge live data: only the release's model, or one that passed the gate twice before two people.

Here with real files, the real canaries and floors, and the real commands.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyotp
import pytest
from typer.testing import CliRunner

from classifiers import default_folder, model_folder
from lachan.app.bootstrap import KIND, LIVE, Application, clock, open_application
from lachan.app.cli import app
from lachan.app.live_judge import MODELS, keep_copy
from lachan.app.settings import read_settings
from lachan.domain.account import Actor, Role
from lachan.domain.errors import InputError, LachanError, PermissionDenied, RefusedError
from tests.classifiers.test_hugging_face import tiny
from tests.world import PASSWORD


@dataclass(frozen=True)
class Station:
    """A live installation with two admins."""

    folder: Path
    environment: dict[str, str]

    @contextmanager
    def opened(self) -> Iterator[Application]:
        with open_application(read_settings(self.environment, self.folder)) as application:
            yield application

    def run(self, *arguments: str, by: str) -> tuple[int, str]:
        """`lachan ARGUMENTS`, signed in as `by` with a fresh code."""
        with self.opened() as application, application.database.write() as unit:
            held = unit.accounts.credentials(by)
            unit.accounts.save_credentials(replace(held, last_totp_step=0))
        assert held.totp_secret is not None
        given = f"{PASSWORD}\n{pyotp.TOTP(held.totp_secret).at(clock())}\n"
        return self.invoke(*arguments, "--as", by, "--credentials-stdin", stdin=given)

    def invoke(self, *arguments: str, stdin: str = "") -> tuple[int, str]:
        done = CliRunner().invoke(app, list(arguments), input=stdin, env=self.environment)
        return done.exit_code, f"{done.output}{done.exception or ''}"

    def judging(self) -> str:
        with self.opened() as application:
            return application.judge.digest


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.chdir(tmp_path)
    made = Station(
        tmp_path,
        {"LACHAN_DATA": str(tmp_path / "data"), "LACHAN_KEY_FILE": str(tmp_path / "keys" / "k.json")},
    )
    with made.opened() as application:
        first = application.accounts.first_admin("admin", PASSWORD)
        application.accounts.create(Actor(first.account), "admin2", Role.ADMIN, PASSWORD)
        with application.database.write() as unit:
            unit.state.set(KIND, LIVE)
    return made


def a_model(folder: Path, **settings: float) -> str:
    """A copy of the release's model with other settings and so with another digest."""
    shutil.copytree(default_folder(), folder, ignore=shutil.ignore_patterns("RELEASE.json"))
    card = json.loads((default_folder() / "model.json").read_text("utf-8"))
    card["settings"] |= settings
    card["digest"] = model_folder._digest(folder, card["settings"])
    (folder / "model.json").write_text(json.dumps(card), "utf-8")
    return str(card["digest"])


def stricter(folder: Path) -> str:
    """One that flags a hair less: it passes."""
    return a_model(folder, urgent=0.123)


def test_a_model_goes_live_by_two_people_and_comes_back_by_one(station: Station, tmp_path: Path) -> None:
    released = station.judging()
    digest = stricter(tmp_path / "new")
    code, said = station.run("model", "propose", str(tmp_path / "new"), by="admin")
    assert code == 0, said
    assert station.judging() == released, "a proposal judges nothing"
    code, said = station.run("model", "approve", digest[:12], by="admin")
    assert code != 0
    assert "another admin" in said
    assert station.judging() == released
    code, said = station.run("model", "approve", digest[:12], by="admin2")
    assert code == 0, said
    assert station.judging() == digest
    shutil.rmtree(tmp_path / "new")
    assert station.judging() == digest, "the kept copy judges, not the folder it came from"
    code, said = station.invoke("model", "show", "--json")
    assert json.loads(said)["models"][0]["approved_by"] == "admin2"
    code, said = station.run("model", "withdraw", digest[:12], by="admin")
    assert code == 0, said
    assert station.judging() == released


def test_one_that_flags_canaries_cannot_go_live_by_any_door(station: Station, tmp_path: Path) -> None:
    digest = a_model(tmp_path / "bad", review=0.0, protect=0.0)
    code, said = station.run("model", "propose", str(tmp_path / "bad"), by="admin")
    assert code != 0
    assert "canaries" in said
    with station.opened() as application:
        assert application.models.all() == []
    over = Station(station.folder, {**station.environment, "LACHAN_MODELS": str(tmp_path / "bad")})
    with pytest.raises(RefusedError, match="not pinned"):
        over.judging()
    # Somebody who can write in the database writes an approval of it.
    with station.opened() as application, application.database.write() as unit:
        from lachan.domain.promotion import ModelState, Promotion

        approved = Promotion(digest, "x", "admin", clock(), ModelState.APPROVED, {}, "admin2", clock())
        unit.models.save(approved)
    with pytest.raises(InputError, match="copy its folder"):
        station.judging()
    with station.opened() as application:
        keep_copy(application.settings, tmp_path / "bad")
    with pytest.raises(RefusedError, match="canaries"):
        station.judging()


def test_a_hugging_face_classifier_that_flags_canaries_cannot_go_live(
    station: Station, tmp_path: Path
) -> None:
    """The same gate for every kind of model: here a tiny BERT that takes whatever names a minor for violence."""
    labels = ["other", "promoting", "child_violence"]
    folder = tiny(tmp_path / "eager", ["lớp"], labels, promoting=9.0, child_violence=9.0)
    code, said = station.run("model", "propose", str(folder), by="admin")
    assert code != 0
    assert "canaries" in said
    with station.opened() as application:
        assert application.models.all() == []
    assert not list((tmp_path / "data").glob(f"{MODELS}/*"))


def test_one_beneath_its_floors_cannot_go_live(station: Station, tmp_path: Path) -> None:
    a_model(tmp_path / "blind", review=1.1, protect=1.1)
    code, said = station.run("model", "propose", str(tmp_path / "blind"), by="admin")
    assert code != 0
    assert "recall_protect" in said


def test_a_copy_that_was_changed_after_approval_does_not_load(station: Station, tmp_path: Path) -> None:
    digest = stricter(tmp_path / "new")
    for step, who in (("propose", "admin"), ("approve", "admin2")):
        code, said = station.run(
            "model", step, str(tmp_path / "new") if step == "propose" else digest, by=who
        )
        assert code == 0, said
    kept = tmp_path / "data" / MODELS / digest
    with (kept / model_folder.LINEAR).open("ab") as weights:
        weights.write(b"\0")
    with pytest.raises(InputError, match="do not match the digest"):
        station.judging()
    shutil.rmtree(kept)
    other = tmp_path / "other"
    a_model(other, review=0.0, protect=0.0)
    shutil.copytree(other, kept)
    with pytest.raises(RefusedError, match="not pinned"):
        station.judging()


def test_the_commands_ask_for_password_and_code(station: Station, tmp_path: Path) -> None:
    stricter(tmp_path / "new")
    for given in ("", f"{PASSWORD}\n000000\n", "sai\n123456\n"):
        code, said = station.invoke(
            "model", "propose", str(tmp_path / "new"), "--as", "admin", "--credentials-stdin", stdin=given
        )
        assert code != 0
        assert "wrong" in said
    with station.opened() as application:
        with pytest.raises(PermissionDenied):
            application.models.propose(application.accounts.named("admin"), "a" * 64)
        assert application.models.all() == []


def test_a_folder_that_is_no_model_is_said(station: Station, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, said = station.run("model", "propose", str(tmp_path / "empty"), by="admin")
    assert code != 0
    assert "lachan train" in said
    with station.opened() as application, pytest.raises(LachanError):
        keep_copy(application.settings, tmp_path / "empty")
    assert not list((tmp_path / "data").glob(f"{MODELS}/*"))
