"""The figures as one tidy table: section, name, value, denominator. CSV and JSON are made from it.

Values are whole numbers or a veil (`<5`, `≥5`, `hidden`); a mean is a sum with its denominator.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lachan.domain.report import LedgerTotals
from lachan.pipeline.ports import ReportKind
from lachan.reports.cells import Part, Shown
from lachan.reports.figures import Figures, Protection, Rate
from lachan.reports.labels import label, labels
from lachan.reports.period import MEAN_WEEKS

SCHEMA: Final = "lachan.report/1"
#: What makes a spreadsheet read a cell as a formula, full-width look-alikes too.
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
_COLUMNS: Final = ("section", "name", "value", "denominator", "section_label", "label")
#: Sections whose names come from another group of labels; sources and weeks are their own names.
_GROUPS: Final = {
    "category_any": "category",
    "previous": "category",
    "mean_4": "category",
    "protect_category": "category",
    "review": "outcome",
    "review_urgent": "urgent",
    "protect": "protect_outcome",
    "protect_urgent": "urgent",
    "referral_clock": "clock",
}


@dataclass(frozen=True)
class Row:
    """One figure. `denominator` is None where the value is a plain count."""

    section: str
    name: str
    value: Shown
    denominator: Shown | None = None

    @property
    def label(self) -> str:
        """The Vietnamese name; weeks and sources are named as they are."""
        if self.name == "total":
            return label("cell", "total")
        names = labels().get(_GROUPS.get(self.section, self.section), {})
        if self.section == "series_category":
            week, category = self.name.split("/")
            return f"{week}, {label('category', category)}"
        return names.get(self.name, self.name)


def _first_stage(figures: Figures) -> list[Row]:
    """Nothing for a judge of one stage."""
    if not figures.first_stage.let_go:
        return []
    found = [Row("first_stage", "drawn", figures.first_stage.drawn, figures.first_stage.let_go)]
    recall = figures.first_stage_recall
    if recall is not None:
        names = ("recall", "recall_low", "recall_high")
        found += [Row("first_stage", name, value, 100) for name, value in zip(names, recall, strict=True)]
    return found


def rows(figures: Figures) -> list[Row]:
    """Every figure, in the order of the page."""
    return [
        Row("reading", "pages", figures.reading.pages),
        Row("reading", "judged", figures.reading.judged),
        Row("reading", "stored", figures.reading.stored, figures.reading.judged),
        *_first_stage(figures),
        Row("review", "total", figures.flagged),
        *_parts("review", figures.outcomes, figures.flagged),
        Row("review_urgent", "urgent", figures.urgent, figures.flagged),
        Row("category", "total", figures.confirmed),
        *_parts("category", figures.categories, figures.confirmed),
        *_parts("category_any", figures.categories_any, figures.confirmed),
        *_parts("measure", figures.measures, figures.confirmed),
        _rate("judge", "confirmed_of_decided", figures.judge),
        *_parts("third", figures.thirds, sum(figures.thirds.values())),
        *_parts("source_kind", figures.source_kinds, figures.flagged),
        *_parts("source", figures.sources, figures.flagged),
        *(
            Row("source_confirmed", source, count, figures.sources[source])
            for source, count in figures.sources_confirmed.items()
        ),
        *_parts("notice_state", figures.notice_states, sum(figures.notice_states.values())),
        _rate("answer", "answered", figures.answered),
        _rate("answer", "in_time", figures.answered_in_time),
        *(
            [Row("answer", "median_hours", figures.answer_hours, figures.answered.part)]
            if figures.answer_hours is not None
            else []
        ),
        Row("appeal", "received", figures.appeals_decided.whole),
        _rate("appeal", "decided", figures.appeals_decided),
        _rate("appeal", "reversed", figures.appeals_reversed),
        *_told(figures.told),
        *(_protection(figures.protection) if figures.protection else ()),
        *_comparison("previous", figures.previous, 1),
        *_comparison("mean_4", figures.last_four, MEAN_WEEKS),
        *(Row("series", week.name, week.confirmed) for week in figures.series),
        *(
            Row("series_category", f"{week.name}/{category.value}", count, week.confirmed)
            for week in figures.series
            for category, count in week.by_category.items()
        ),
        *(Row("series_protect", week.name, week.protect) for week in figures.series),
        Row("standing", "waiting", figures.standing.waiting),
        Row("standing", "awaiting_approval", figures.standing.awaiting_approval),
        Row("standing", "notices_overdue", figures.standing.notices_overdue),
        Row("standing", "appeals_overdue", figures.standing.appeals_overdue),
        Row("standing", "referral_alarm", int(figures.standing.referral_alarm)),
    ]


def _told(told: LedgerTotals) -> list[Row]:
    """Reports from people; shares are of those that were not withdrawn."""
    due = told.received - told.withdrawn
    return [
        Row("told", "received", told.received),
        Row("told", "withdrawn", told.withdrawn),
        Row("told", "read", told.read, due),
        Row("told", "classified", told.classified, due),
        Row("told", "answered", told.answered, due),
        Row("told", "overdue", told.overdue, due),
    ]


def _rate(section: str, name: str, rate: Rate) -> Row:
    return Row(section, name, rate.part, rate.whole)


def _parts(section: str, parts: Mapping[Part, int], whole: int) -> Iterator[Row]:
    for name, count in parts.items():
        yield Row(section, str(name), count, whole)


def _comparison(section: str, counts: Mapping[Part, int] | None, weeks: int) -> Iterator[Row]:
    if counts is not None:
        yield Row(section, "total", sum(counts.values()), weeks)
        yield from _parts(section, counts, weeks)


def _protection(protection: Protection) -> Iterator[Row]:
    yield Row("protect", "total", protection.total)
    for outcome, part in protection.outcomes.items():
        yield Row("protect", outcome.value, part, protection.total)
    yield Row("protect_urgent", "urgent", protection.urgent, protection.total)
    for category, part in protection.categories.items():
        yield Row("protect_category", category.value, part)
    yield Row("referral", "total", protection.referrals)
    for clock in protection.clocks:
        for name, part in clock.items():
            yield Row("referral_clock", name, part)


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def to_csv(table: Iterable[Row]) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it; lines end as RFC 4180 says."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in table:
        denominator = "" if row.denominator is None else row.denominator
        cells = (row.section, row.name, row.value, denominator, label("section", row.section), row.label)
        writer.writerow([safe_cell(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def to_json(kind: ReportKind, figures: Figures, made_at: datetime) -> bytes:
    """`schema` changes when a key changes its meaning; new sections may be added to `rows`."""
    document = {
        "schema": SCHEMA,
        "kind": kind.value,
        "from": figures.first.isoformat(),
        "to": figures.last.isoformat(),
        "made_at": made_at.isoformat(),
        "time_zone": "Asia/Ho_Chi_Minh",
        "rows": [
            {"section": row.section, "name": row.name, "value": row.value, "denominator": row.denominator}
            for row in rows(figures)
        ],
        "rose": [category.value for category in figures.rose()],
        "notes": list(labels()["note"].values()),
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8")
