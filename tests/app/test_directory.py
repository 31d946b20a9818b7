"""`lachan directory`: a file comes whole or not at all; nothing is verified from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.safeguards.test_model_gate import Station, station

__all__ = ["station"]

HEAD = "kind,office,province,commune,phone,email,address,hours\n"
GOOD = (
    "health,Trạm y tế xã Nghĩa Hưng,Ninh Bình,Xã Nghĩa Hưng,0900 000 111,,,giờ hành chính\n"
    'child_protection,Trung tâm Công tác xã hội,Tỉnh Ninh Bình,,,ctxh@thu.example,"1, đường Thử",\n'
)


def imported(station: Station, folder: Path, text: str | bytes) -> tuple[int, str]:
    file = folder / "noi-giup.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return station.invoke("directory", "import", str(file), "--as", "admin")


def listed(station: Station, *options: str) -> list[dict[str, str]]:
    code, said = station.invoke("directory", "list", "--json", "--as", "admin", *options)
    assert code == 0, said
    return [json.loads(line) for line in said.splitlines()]


def test_a_file_comes_in_and_waits(station: Station, tmp_path: Path) -> None:
    code, said = imported(station, tmp_path, "\ufeff" + HEAD + GOOD + ",,,,,,,\n")
    assert code == 0, said
    assert said.startswith("2 offices written down")
    rows = listed(station)
    assert [(row["standing"], row["commune"]) for row in rows] == [
        ("waiting", ""), ("waiting", "Xã Nghĩa Hưng, Ninh Bình"),
    ]  # fmt: skip
    assert len(listed(station, "--province", "Ninh Bình")) == 2
    assert listed(station, "--province", "Hà Nội") == []
    assert "Trung tâm Công tác xã hội" in station.invoke("directory", "list", "--as", "admin")[1]
    assert station.invoke("directory", "list", "--as", "admin", "--province", "Hà Tây")[0] == 1


def test_one_wrong_cell_and_nothing_comes_in(station: Station, tmp_path: Path) -> None:
    bad = (
        "health,Trạm y tế xã Thử,Ninh Bình,Xã Nghĩa Hưng,=cmd(),,,\n"
        "friend,Trung tâm Thử,,,111,,,\n"
        "health,Trạm y tế\n"
        "school,Nguyễn Văn Mẫu,Ninh Bình,,111,,,\n"
    )
    code, said = imported(station, tmp_path, HEAD + GOOD + bad)
    assert code == 1
    assert "row 5, kind: write one of" in said and "row 6: 2 cells instead of 8" in said
    code, said = imported(station, tmp_path, HEAD + GOOD + bad.splitlines()[0] + "\n" + bad.splitlines()[3])
    assert code == 1
    assert "row 4, phone:" in said and "row 5, office:" in said and "nothing was imported" in said
    assert listed(station) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,number\nx,y\n", "the first row names the columns"),
        ("kind,office,kind\n", "the first row names the columns"),
        ("", "the first row names the columns"),
        (b"kind,office\n\xff\xfe", "not in UTF-8"),
        ('kind,office\n"health,Tr', "no CSV"),
    ],
)
def test_a_file_that_is_none(station: Station, tmp_path: Path, text: str | bytes, said: str) -> None:
    code, answer = imported(station, tmp_path, text)
    assert code == 1 and said in answer


def test_a_stranger_to_the_directory_reads_and_writes_nothing(station: Station, tmp_path: Path) -> None:
    with station.opened() as application:
        from lachan.domain.account import Role

        by = application.accounts.named("admin2")
        application.accounts.create(by, "phan-tich", Role.ANALYST, "mot-mat-khau-that-dai")
    (tmp_path / "noi.csv").write_text(HEAD + GOOD, "utf-8")
    for words in (("import", str(tmp_path / "noi.csv")), ("list",)):
        code, said = station.invoke("directory", *words, "--as", "phan-tich")
        assert code == 1 and "may not" in said
