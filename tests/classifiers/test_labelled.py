from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from classifiers.labelled import read
from lachan.domain.errors import InputError
from lachan.domain.taxonomy import Route

GOOD: dict[str, Any] = {
    "id": "x-1",
    "text": "em học lớp 8, em bị bắt nạt",
    "categories": ["child_privacy_bullying"],
    "context": "victim",
    "urgent": False,
    "age": "child_u16",
    "audience": "general",
    "register": "standard",
    "pair_id": None,
}


def _file(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def test_a_good_row_is_read(tmp_path: Path) -> None:
    (row,) = read([_file(tmp_path, GOOD)])
    assert row.route is Route.PROTECT


@pytest.mark.parametrize(
    "change",
    [
        {"text": "  "},
        {"register": "formal"},
        {"context": "other"},
        {"categories": []},
        {"categories": ["protest"]},
        {"context": "promoting", "categories": ["grooming_solicitation"]},
        {"categories": ["age_unsuitable"]},
        {"context": "other", "categories": [], "urgent": True},
        {"age": "old"},
    ],
)
def test_a_row_that_breaks_the_guide_is_refused_with_its_line(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"rows\.jsonl, line 2"):
        read([_file(tmp_path, GOOD, {**GOOD, "id": "x-2", **change})])


def test_an_id_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="used before"):
        read([_file(tmp_path, GOOD, GOOD)])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.jsonl"):
        read([tmp_path / "gone.jsonl"])
