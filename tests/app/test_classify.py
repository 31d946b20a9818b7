"""`lachan classify`: JSON Lines in, JSON Lines out, in order, whatever comes."""

from __future__ import annotations

import json

from tests.app.conftest import Installation


def test_in_order_with_bad_lines_in_their_place(installation: Installation) -> None:
    lines = [
        json.dumps({"id": "a", "text": "Chiều nay cả lớp đi đá bóng nhé"}),
        "not json",
        json.dumps({"id": 3, "text": "Pod mới về, giá học sinh lớp 9, ib mình ship tận cổng trường nha"}),
        json.dumps({"id": "no text"}),
        json.dumps({"id": "e", "text": ""}),
    ]
    ran = installation.run("classify", stdin="\n".join(lines) + "\n")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 1
    assert len(rows) == len(lines)
    assert rows[0] == {
        "id": "a",
        "route": "none",
        "labels": [],
        "context": "other",
        "urgent": False,
        "spans": [],
        "model": rows[0]["model"],
    }
    assert set(rows[1]) == {"id", "line", "error"}
    assert (rows[1]["id"], rows[1]["line"]) == (None, 2)
    assert rows[2]["route"] == "review"
    assert rows[2]["labels"][0]["category"] == "drugs_to_minors"
    for span in rows[2]["spans"]:
        assert (
            0
            <= span["start"]
            < span["end"]
            <= len("Pod mới về, giá học sinh lớp 9, ib mình ship tận cổng trường nha")
        )
    assert rows[3]["id"] == "no text"
    assert "error" in rows[3]


def test_a_clean_stream_ends_well_and_stores_nothing(installation: Installation) -> None:
    ran = installation.run("classify", stdin=json.dumps({"id": 1, "text": "Trời đẹp"}) + "\n")
    assert ran.code == 0
    assert not (installation.folder / "data").exists()
    assert not (installation.folder / "home").exists()


def test_a_missing_file_is_said(installation: Installation) -> None:
    ran = installation.run("classify", "khong-co.jsonl")
    assert ran.code == 1
    assert ran.err == "lachan: khong-co.jsonl is not a file\n"
