"""Counts of a search as a document: CSV, XLSX, JSON. What was asked, when, and how many stand inside."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Final

import xlsxwriter

from lachan.domain.small_cells import SMALLEST
from lachan.pipeline.ports import CountTable, Facet, TableFormat
from lachan.reports.labels import labels
from lachan.reports.period import VIETNAM
from lachan.reports.tidy import safe_cell

SCHEMA: Final = "lachan.counts/2"
SMALL: Final = "<5"  # a total that is not told
ROUNDED: Final = "Mọi số làm tròn xuống bội số của 5; số dưới 5, kể cả 0, không có trong tệp"
_COLUMNS: Final = ("section", "name", "value", "label")
#: Under which group of `labels.json` the values of a facet are named; places are their own names.
_GROUPS: Final = {
    Facet.CATEGORY: "category",
    Facet.KIND: "source_kind",
    Facet.STATUS: "case_state",
    Facet.MEASURE: "measure",
}

Row = tuple[str, str, int | str, str]


class Counts:
    """CountWriter."""

    def counts(self, table: CountTable, form: TableFormat) -> bytes:
        match form:
            case TableFormat.CSV:
                return _csv(table)
            case TableFormat.XLSX:
                return _xlsx(table)
            case TableFormat.JSON:
                return _json(table)


def _rows(table: CountTable) -> Iterator[Row]:
    yield "asked", "query", table.query, "Câu tìm"
    for name, value in table.limits:
        yield "asked", name, value, "Giới hạn"
    yield "asked", "made_at", table.made_at.astimezone(VIETNAM).isoformat(timespec="seconds"), "Lúc lập"
    yield "asked", "rounded_down_to", SMALLEST, ROUNDED
    yield "total", "total", SMALL if table.total is None else table.total, "Tổng số vụ"
    for facet, counts in table.facets.items():
        for value, count in counts.items():
            yield facet.value, value, count, _named(facet, value)
    for week, count in table.weeks.items():
        yield "week", week.isoformat(), count, f"Tuần từ {week:%d/%m/%Y}"


def _named(facet: Facet, value: str) -> str:
    return labels().get(_GROUPS.get(facet, ""), {}).get(value, value)


def _csv(table: CountTable) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in _rows(table):
        writer.writerow([safe_cell(str(cell)) for cell in row])
    return out.getvalue().encode("utf-8-sig")  # spreadsheets need the mark to read Vietnamese


def _xlsx(table: CountTable) -> bytes:
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": table.made_at.astimezone(UTC).replace(tzinfo=None)})
        sheet = book.add_worksheet("So dem")
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, _COLUMNS, bold)
        for number, row in enumerate(_rows(table), 1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, safe_cell(cell))
        sheet.set_column(0, 3, 26)
    return out.getvalue()


def _json(table: CountTable) -> bytes:
    told = {
        "schema": SCHEMA,
        "query": table.query,
        "limits": [{"field": name, "value": value} for name, value in table.limits],
        "made_at": table.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "total": table.total,
        "facets": {facet.value: dict(counts) for facet, counts in table.facets.items()},
        "weeks": {week.isoformat(): count for week, count in table.weeks.items()},
        "rounded_down_to": SMALLEST,
        "left_out": "under 5, nothing at all included; a total under 5 is null",
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
