"""What the index holds of a case: words as postings, nothing stored.

case       the number, to delete by and to answer with
newest     publication second and case in one number: sorts, breaks ties, and is asked for ranges of days
exact      words in their spelling; folded: the same without diacritics. Positions, for phrases
category, source, measure, urgent     whole values
Place, source's kind and severity are not here: no query can ask for them yet.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import tantivy

from index.vietnamese import fold, masked_words
from lachan.domain.errors import InputError
from lachan.pipeline.ports import IndexDocument

#: Raised with every change of fields or of `index.vietnamese`: an older index says `lachan index rebuild`.
FORMAT: Final = 1

_DAY: Final = 24 * 60 * 60  # seconds
_HANOI: Final = 7 * 60 * 60  # seconds ahead of UTC; Asia/Ho_Chi_Minh, no summer time since 1975
_EPOCH: Final = date(1970, 1, 1).toordinal()
_CASES: Final = 1 << 30  # case numbers that fit beside the seconds in 63 bits
_SECONDS: Final = (1 << 32) - 1  # years 1833 to 2106; times outside are taken as the nearest


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("case", indexed=True, fast=True)
    builder.add_integer_field("newest", fast=True)
    for name in ("exact", "folded"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in ("category", "source", "measure", "urgent"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA: Final = _schema()


def newest(seconds: int, case: int) -> int:
    """The sort key of a case published `seconds` after 1970 (UTC): later is larger, then the later case."""
    return min(max(seconds, -_SECONDS), _SECONDS) * _CASES + case


def day_start(day: date) -> int:
    """The smallest sort key of a day in Asia/Ho_Chi_Minh."""
    return newest((day.toordinal() - _EPOCH) * _DAY - _HANOI, 0)


def day_end(day: date) -> int:
    """The largest sort key of a day in Asia/Ho_Chi_Minh."""
    return newest((day.toordinal() - _EPOCH + 1) * _DAY - _HANOI - 1, _CASES - 1)


def _second(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise InputError("give the time of publication with its time zone")
    return int(moment.timestamp() // 1)


def to_tantivy(document: IndexDocument) -> tantivy.Document:
    """Raises InputError for a case number or time that cannot be indexed."""
    if not 0 < document.case < _CASES:
        raise InputError(f"{document.case} is no case number")
    words = masked_words(document.text)
    return tantivy.Document(
        case=document.case,
        newest=newest(_second(document.published_at), document.case),
        exact=" ".join(words),
        folded=" ".join(map(fold, words)),
        category=[category.value for category in document.categories],
        source=document.source,
        measure=document.measure.value,
        urgent="yes" if document.urgent else "no",
    )
