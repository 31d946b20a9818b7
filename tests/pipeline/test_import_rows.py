from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.errors import InputError
from lachan.pipeline.import_rows import BadRow, ImportRow, RowFormat, read_rows


def test_jsonl_with_bad_rows_between() -> None:
    lines = [
        '{"text": "chào", "url": "https://f.example/1", "published_at": "2026-10-01T08:00:00"}',
        "không phải json",
        "[1]",
        '{"text": "", "url": "https://f.example/2"}',
        '{"text": "x", "url": "javascript:1"}',
        '{"text": "x", "url": "https://f.example/3", "published_at": "hôm nào đó"}',
        "",
        '{"text": "x", "url": "https://f.example/4", "published_at": 1760000000}',
    ]
    rows = list(read_rows(lines, RowFormat.JSONL))
    assert rows[0] == ImportRow(1, "chào", "https://f.example/1", datetime(2026, 10, 1, 1, 0, tzinfo=UTC))
    assert [row.line for row in rows if isinstance(row, BadRow)] == [2, 3, 4, 5, 6]
    assert isinstance(rows[-1], ImportRow) and rows[-1].line == 8


def test_csv_with_mapped_columns_and_quoted_lines() -> None:
    lines = ['\ufeffcomment,link,"khi nào"\n', '"hai\n', 'dòng",https://f.example/1,2026-10-01\n', "thiếu\n"]
    columns = {"text": "comment", "url": "link", "published_at": "khi nào"}
    good, bad = list(read_rows(lines, RowFormat.CSV, columns))
    assert good == ImportRow(3, "hai\ndòng", "https://f.example/1", datetime(2026, 9, 30, 17, 0, tzinfo=UTC))
    assert isinstance(bad, BadRow) and bad.line == 4


def test_missing_columns_are_named() -> None:
    with pytest.raises(InputError, match="lacks the columns text, url; it has: a, b"):
        list(read_rows(["a,b\n", "1,2\n"], RowFormat.CSV))
    with pytest.raises(InputError, match="lacks the column khi"):
        list(read_rows(["text,url\n"], RowFormat.CSV, {"published_at": "khi"}))
    with pytest.raises(InputError, match="unknown field author"):
        list(read_rows([], RowFormat.JSONL, {"author": "x"}))


@given(st.lists(st.text(max_size=60), max_size=8), st.sampled_from(RowFormat))
def test_any_lines_give_rows_or_one_clear_error(lines: list[str], format: RowFormat) -> None:
    try:
        rows = list(read_rows(lines, format))
    except InputError:
        return
    assert all(isinstance(row, ImportRow | BadRow) for row in rows)
