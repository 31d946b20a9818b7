from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime

from lachan.pipeline.ports import CountTable, Facet, TableFormat
from lachan.reports import Counts

TABLE = CountTable(
    query='=HYPERLINK("http://x")',
    limits=(("from", "2026-11-02"),),
    made_at=datetime(2026, 11, 22, 1, tzinfo=UTC),
    total=12,
    facets={Facet.KIND: {"forum": 12, "feed": 0}, Facet.PLACE: {"@xa": None}},
    weeks={date(2026, 11, 2): 7, date(2026, 11, 9): None},
)


def test_csv_says_what_when_and_how_many() -> None:
    rows = list(csv.reader(io.StringIO(Counts().counts(TABLE, TableFormat.CSV).decode("utf-8-sig"))))
    assert rows[0] == ["section", "name", "value", "label"]
    told = {(row[0], row[1]): row[2] for row in rows[1:]}
    assert told[("asked", "query")] == "'" + TABLE.query
    assert told[("asked", "made_at")] == "2026-11-22T08:00:00+07:00"
    assert (told[("total", "total")], told[("kind", "forum")], told[("week", "2026-11-02")]) == (
        "12",
        "12",
        "7",
    )
    assert told[("week", "2026-11-09")] == told[("place", "'@xa")] == "<5 hoặc ẩn"
    assert ["kind", "forum", "12", "Diễn đàn"] in rows
    assert ["asked", "by_place", "5", "Số theo địa bàn làm tròn xuống bội số của 5"] in rows


def test_xlsx_holds_no_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(Counts().counts(TABLE, TableFormat.XLSX))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet and "HYPERLINK" in strings and "<v>12</v>" in sheet


def test_json_is_null_where_a_count_is_not_told() -> None:
    told = json.loads(Counts().counts(TABLE, TableFormat.JSON))
    assert told["query"] == TABLE.query and told["weeks"] == {"2026-11-02": 7, "2026-11-09": None}
    assert told["limits"] == [{"field": "from", "value": "2026-11-02"}]
