"""`lachan lists`, as two admins use it; the words of the list are harmless stand-ins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lachan.domain.taxonomy import Category
from lachan.domain.vetted_list import HARMLESS_TEXTS
from tests.lists import KEY, TERM, document, signature
from tests.safeguards.test_model_gate import Station, station

__all__ = ["station"]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "issuer.pem").write_bytes(pem)
    (tmp_path / "harmless.txt").write_text("\n".join(f"bài {at}" for at in range(HARMLESS_TEXTS)), "utf-8")
    return write(tmp_path, document(expires_on="2027-10-30"))


def write(folder: Path, signed: bytes) -> Path:
    (folder / "list.json").write_bytes(signed)
    (folder / "list.sig").write_bytes(signature(signed))
    return folder


def add(station: Station, files: Path, by: str = "admin") -> tuple[int, str]:
    return station.run(
        "lists", "add", str(files / "list.json"), "--signature", str(files / "list.sig"),
        "--harmless", str(files / "harmless.txt"), by=by,
    )  # fmt: skip


def registered(station: Station, files: Path) -> None:
    code, said = station.run(
        "lists",
        "issuer",
        "bao-ve-tre-em",
        "--key",
        str(files / "issuer.pem"),
        "--until",
        "2028-06-30",
        by="admin",
    )
    assert code == 0, said
    assert station.run("lists", "confirm", "bao-ve-tre-em", "--issuer", by="admin")[0] != 0
    code, said = station.run("lists", "confirm", "bao-ve-tre-em", "--issuer", by="admin2")
    assert code == 0, said


def test_from_a_signed_file_to_the_judge_and_out_again(station: Station, files: Path) -> None:
    registered(station, files)
    code, said = add(station, files)
    assert code == 0, said
    assert "1 addresses, 1 terms" in said
    assert station.run("lists", "confirm", "danh-sach-1", by="admin")[0] != 0
    with station.opened() as application:
        assert application.lists.active() == []
    code, said = station.run("lists", "confirm", "danh-sach-1", by="admin2")
    assert code == 0, said
    with station.opened() as application:
        found = application.judge._lists.find(TERM, TERM, "")
        assert found.listed == {Category.GROOMING_SOLICITATION}
    code, said = station.invoke("lists", "show", "--json")
    assert code == 0, said
    shown = json.loads(said)
    assert shown["lists"][0]["terms"] == 1
    assert TERM not in said
    assert TERM not in station.invoke("lists", "show")[1]
    assert station.run("lists", "remove", "danh-sach-1", by="admin2")[0] == 0
    with station.opened() as application:
        assert application.lists.active() == []


def test_a_term_of_everyday_words_is_refused_by_the_shipped_posts(station: Station, files: Path) -> None:
    registered(station, files)
    write(files, document(expires_on="2027-10-30", terms=["học sinh"]))
    code, said = add(station, files)
    assert code != 0
    assert "harmless texts" in said
    write(files, document(expires_on="2027-10-30"))
    (files / "harmless.txt").write_text(f"{TERM}\n" * 3, "utf-8")
    code, said = add(station, files)
    assert code != 0
    assert "at least 100000" in said
