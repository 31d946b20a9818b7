"""CSV that no spreadsheet runs, JSON with a stable shape."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.first_stage import FirstStage
from lachan.pipeline.ports import ReportKind
from lachan.reports.cells import Veil
from lachan.reports.figures import Figures, Material, Reading, figures
from lachan.reports.labels import labels
from lachan.reports.tidy import Row, rows, safe_cell, to_csv, to_json
from tests.reports.samples import MONDAY, NOW, SUNDAY, fact, protect_fact

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cells(table: bytes) -> list[list[str]]:
    assert table.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(table[3:].decode(), newline="")))


def some() -> Figures:
    facts = [fact(n) for n in range(6)]
    facts += [protect_fact(n) for n in range(10, 13)]
    return figures(MONDAY, SUNDAY, Material(facts=facts))


@given(st.text(), st.text())
def test_no_cell_begins_like_a_formula(section: str, name: str) -> None:
    table = cells(to_csv([Row("source", start + name, 1, 2) for start in ("", *FORMULA)]))
    assert not [cell for line in table for cell in line if cell.startswith(FORMULA)]
    assert safe_cell(section).endswith(section)
    assert all(len(line) == 6 for line in table)


def test_the_table_is_tidy_and_labelled() -> None:
    head, *lines = cells(to_csv(rows(some())))
    assert head == ["section", "name", "value", "denominator", "section_label", "label"]
    assert len({(line[0], line[1]) for line in lines}) == len(lines)
    assert ["category", "drugs_to_minors", "6", "6"] in [line[:4] for line in lines]
    assert ["protect", "total", "<5", ""] in [line[:4] for line in lines]
    assert all(line[4] for line in lines)
    known = set(labels()["section"])
    assert {line[0] for line in lines} <= known


def test_every_named_figure_has_a_vietnamese_name() -> None:
    own = {"source", "source_confirmed", "series", "series_protect"}  # these are names themselves
    assert [row for row in rows(some()) if row.section not in own and row.label == row.name] == []


def test_no_small_count_of_children_in_any_export() -> None:
    for size in range(1, 5):
        kept = Reading(judged=9, stored=size)  # of both queues: the other one is empty
        found = figures(MONDAY, SUNDAY, Material(facts=[protect_fact(n) for n in range(size)], reading=kept))
        table = rows(found)
        guarded = [row for row in table if row.section.startswith(("protect", "referral", "series_protect"))]
        assert guarded
        assert not [row for row in guarded if row.value in (1, 2, 3, 4) or row.denominator in (1, 2, 3, 4)]
        others = {row.name: row.value for row in table if row not in guarded and row.value}
        assert others == {"judged": 9, "stored": Veil.HIDDEN}


def test_parts_of_a_section_sum_to_its_total() -> None:
    sums: dict[str, int] = defaultdict(int)
    totals = {}
    for row in rows(some()):
        if row.name == "total":
            totals[row.section] = row.value
        elif isinstance(row.value, int):
            sums[row.section] += row.value
    for section in ("review", "category", "previous", "mean_4"):
        assert totals[section] == sums[section]


def test_json_has_the_documented_keys() -> None:
    document = json.loads(to_json(ReportKind.WEEKLY, some(), NOW))
    assert set(document) == {"schema", "kind", "from", "to", "made_at", "time_zone", "rows", "rose", "notes"}
    assert (document["schema"], document["from"], document["to"]) == (
        "lachan.report/1",
        "2026-11-16",
        "2026-11-22",
    )
    assert {"section": "judge", "name": "confirmed_of_decided", "value": 6, "denominator": 6} in document[
        "rows"
    ]


def test_the_first_stage_is_told_with_its_interval_or_not_at_all() -> None:
    assert not [row for row in rows(some()) if row.section == "first_stage"]
    told = FirstStage(let_go=10_000, drawn=200, drawn_flagged=1, passed_flagged=300)
    found = rows(figures(MONDAY, SUNDAY, Material(first_stage=told)))
    values = {row.name: (row.value, row.denominator) for row in found if row.section == "first_stage"}
    assert values["drawn"] == (200, 10_000)
    assert values["recall"] == (86, 100)
    low, high = values["recall_low"][0], values["recall_high"][0]
    assert isinstance(low, int) and isinstance(high, int)
    assert low < 86 < high <= 100
    assert all(row.label != row.name for row in found if row.section == "first_stage")
    unsaid = rows(figures(MONDAY, SUNDAY, Material(first_stage=FirstStage(let_go=50, drawn=2))))
    assert [row.name for row in unsaid if row.section == "first_stage"] == ["drawn"]
