from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

from lachan.pipeline.ports import CountTable, Facet, TableFormat
from lachan.reports import Counts
from lachan.reports.counts import ROUNDED

TABLE = CountTable(
    query='=HYPERLINK("http://x")',
    limits=(("from", "2026-11-02"),),
    made_at=datetime(2026, 11, 22, 1, tzinfo=UTC),
    total=10,
    facets={Facet.KIND: {"forum": 10}, Facet.PLACE: {"@xa": 5}},
    weeks={date(2026, 11, 2): 5},
)


def test_csv_says_what_when_and_how_many() -> None:
    rows = list(csv.reader(io.StringIO(Counts().counts(TABLE, TableFormat.CSV).decode("utf-8-sig"))))
    assert rows[0] == ["section", "name", "value", "label"]
    told = {(row[0], row[1]): row[2] for row in rows[1:]}
    assert told[("asked", "query")] == "'" + TABLE.query
    assert told[("asked", "made_at")] == "2026-11-22T08:00:00+07:00"
    assert (told["total", "total"], told["kind", "forum"], told["week", "2026-11-02"]) == ("10", "10", "5")
    assert told["place", "'@xa"] == "5"
    assert ["kind", "forum", "10", "Diễn đàn"] in rows
    assert ["asked", "rounded_down_to", "5", ROUNDED] in rows


def test_a_total_under_five_reads_so() -> None:
    small = replace(TABLE, total=None, facets={}, weeks={})
    assert "total,total,<5," in Counts().counts(small, TableFormat.CSV).decode("utf-8-sig")
    assert json.loads(Counts().counts(small, TableFormat.JSON))["total"] is None


def test_xlsx_holds_no_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(Counts().counts(TABLE, TableFormat.XLSX))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert (
        "<f>" not in sheet and "HYPERLINK" in strings and "<v>10</v>" in sheet and "bội số của 5" in strings
    )


def test_json_says_that_counts_are_rounded() -> None:
    told = json.loads(Counts().counts(TABLE, TableFormat.JSON))
    assert told["query"] == TABLE.query and told["weeks"] == {"2026-11-02": 5}
    assert (told["schema"], told["rounded_down_to"]) == ("lachan.counts/2", 5)
    assert told["limits"] == [{"field": "from", "value": "2026-11-02"}]
