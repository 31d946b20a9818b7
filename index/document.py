"""What the index holds of a case: words as postings and a few whole values, nothing stored, whatever the engine.

case       the number, to delete by and to answer with
newest     publication second and case in one number: sorts, breaks ties, is where the next page begins
gravest    severity, publication minute and case in one number: the same for the order by severity
day        of publication in Asia/Ho_Chi_Minh, as a proleptic ordinal; `day_category`: the same with each category
digest     of the whole document, to be compared with SQL
exact      words in their spelling; folded: the same without diacritics. Positions, for phrases
pairs      neighbours in `folded` as one word each, so that a phrase is looked up, not searched for; Tantivy alone
meant      words as the judge reads them, where it reads others (chat spelling, disguises); `folded` has them, too
category, source, kind, place, status, measure, urgent     whole values
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import tantivy

from index.vietnamese import GAP, masked, pairs
from lachan.domain.errors import InputError
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import IndexDocument

#: Raised with every change of fields, of the digest or of `index.vietnamese`: an older index says
#: `lachan index rebuild`.
FORMAT: Final = 5

TEXTS: Final = ("exact", "folded", "meant")
VALUES: Final = ("category", "source", "kind", "place", "status", "measure", "urgent")
PAIRS: Final = "pairs"
NUMBERS: Final = ("newest", "gravest", "day", "day_category", "digest")

_DAY: Final = 24 * 60 * 60  # seconds
_HANOI: Final = 7 * 60 * 60  # seconds ahead of UTC; Asia/Ho_Chi_Minh, no summer time since 1975
_EPOCH: Final = date(1970, 1, 1).toordinal()
_CASES: Final = 1 << 30  # case numbers that fit beside the seconds in 63 bits
_SECONDS: Final = (1 << 32) - 1  # years 1833 to 2106; times outside are taken as the nearest
_MINUTES: Final = 1 << 26  # of the order by severity: 1970 to 2097, likewise
_CATEGORIES: Final = tuple(Category)
_ORDINALS: Final = {category: number for number, category in enumerate(_CATEGORIES)}
_PER_DAY: Final = 64  # room for categories in `day_category`


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("case", indexed=True, fast=True)
    for name in NUMBERS:
        builder.add_integer_field(name, fast=True)
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field(PAIRS, tokenizer_name="whitespace", index_option="freq")
    for name in VALUES:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA: Final = _schema()


def newest(seconds: int, case: int) -> int:
    """The sort key of a case published `seconds` after 1970 (UTC): later is larger, then the later case."""
    return min(max(seconds, -_SECONDS), _SECONDS) * _CASES + case


def gravest(severity: int, seconds: int, case: int) -> int:
    """The sort key by severity (0 to 15): then the later minute, then the later case."""
    return (severity * _MINUTES + min(max(seconds // 60, 0), _MINUTES - 1)) * _CASES + case


def day_of(seconds: int) -> int:
    """The ordinal of the day in Asia/Ho_Chi_Minh."""
    return (seconds + _HANOI) // _DAY + _EPOCH


def with_day(day: int, category: Category) -> int:
    """A category on a day, in one number; `split_day` undoes it."""
    return day * _PER_DAY + _ORDINALS[category]


def split_day(value: int) -> tuple[int, Category]:
    """(day, category) of a `day_category`."""
    day, number = divmod(value, _PER_DAY)
    return day, _CATEGORIES[number]


def _second(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise InputError("give the time of publication with its time zone")
    return int(moment.timestamp() // 1)


def to_fields(document: IndexDocument) -> Mapping[str, Any]:
    """The fields above. Raises InputError for a case number or time that cannot be indexed."""
    case = document.case
    if not 0 < case < _CASES:
        raise InputError(f"{case} is no case number")
    second = _second(document.published_at)
    day = day_of(second)
    exact, folded = masked(document.text)
    meant, meant_folded = masked(document.plain) if document.plain else ("", "")
    if meant == exact:
        meant = ""
    if meant:
        folded = f"{folded} {GAP} {meant_folded}".lstrip(" ")
    return {
        "case": case,
        "newest": newest(second, case),
        "gravest": gravest(document.severity, second, case),
        "day": day,
        "day_category": [with_day(day, category) for category in document.categories],
        "digest": document.digest,
        "exact": exact,
        "folded": folded,
        "meant": meant,
        "category": [category.value for category in document.categories],
        "source": document.source,
        "kind": document.source_kind,
        "place": list(document.places),
        "status": document.status.value,
        "measure": document.measure.value,
        "urgent": "yes" if document.urgent else "no",
    }


def to_tantivy(document: IndexDocument) -> tantivy.Document:
    """The same for Tantivy. Raises InputError as `to_fields` does."""
    fields = to_fields(document)
    return tantivy.Document.from_dict({**fields, PAIRS: pairs(fields["folded"])})
