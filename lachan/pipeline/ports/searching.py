"""The search index: what goes in, what is asked, what comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from lachan.domain.case import CaseState
from lachan.domain.measure import Measure
from lachan.domain.place import PlaceMention
from lachan.domain.taxonomy import Category


class Reading(Protocol):
    """A text as the judge reads it: chat spelling and disguises undone, every letter traceable."""

    @property
    def text(self) -> str: ...

    def given_span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the given text behind `text[start:end]`, in code points."""
        ...


Reader = Callable[[str], Reading]


class PlaceBook(Protocol):
    """The gazetteer: its units, by their keys (`lachan.domain.place`), and what a masked text names of them. It marks
    texts, never persons."""

    def mentions(self, text: str) -> tuple[PlaceMention, ...]:
        """What `text` names, in order."""
        ...

    def found_as(self, unit: str) -> tuple[str, ...]:
        """The keys that a text which names `unit` is found under; () for what is no unit."""
        ...

    def called(self, name: str) -> tuple[str, ...]:
        """The units that `name` may mean, with or without accents or kind, larger ones first."""
        ...

    def standing(self, text: str) -> frozenset[str]:
        """Every unit whose name stands in `text`, whatever the words mean there."""
        ...


@dataclass(frozen=True)
class IndexDocument:
    """A confirmed case as the index sees it: masked text, no person, no URL.

    `plain` is the text as a `Reader` reads it, masked too; "" where that changes nothing. `places` are keys of
    what the text names and of what that lies in (`lachan.domain.place`).
    """

    case: int
    text: str
    published_at: datetime
    categories: tuple[Category, ...]
    source: str
    source_kind: str
    measure: Measure
    urgent: bool
    severity: int
    status: CaseState = CaseState.CLOSED
    places: tuple[str, ...] = ()
    plain: str = ""

    @property
    def digest(self) -> int:
        """32 bits over everything but the case number: equal for equal documents. The index keeps it to be compared
        with SQL row for row; too short to prove what a deleted text said."""
        told = (
            f"{self.text!r} {self.plain!r} {self.source!r} {self.source_kind!r} {self.places!r} "
            f"{','.join(self.categories)} {self.published_at.timestamp()} "
            f"{self.measure} {self.urgent} {self.severity} {self.status}"
        )
        return int.from_bytes(hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=4).digest())


class Facet(StrEnum):
    """What hits are counted by and narrowed to; the name is the field of the query language."""

    CATEGORY = "category"
    KIND = "kind"  # the source's kind
    PLACE = "place"
    STATUS = "status"  # closed, or appealed
    MEASURE = "measure"


class TimeStep(StrEnum):
    """How long a bar of the histogram is, in Asia/Ho_Chi_Minh; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class SortBy(StrEnum):
    """`relevance` is by time where the query has no words. Ties: the later publication, then the later case."""

    RELEVANCE = "relevance"
    TIME = "time"
    SEVERITY = "severity"


@dataclass(frozen=True)
class SearchRequest:
    """`first` and `last` are inclusive days in Asia/Ho_Chi_Minh.

    `cursor` is a former answer's: the page after it, whatever was published meanwhile; `offset` is then ignored.
    `where` narrows to values of facets. `loose` lets words of four letters or more differ in one.
    """

    query: str
    first: date | None = None
    last: date | None = None
    category: Category | None = None
    limit: int = 20
    offset: int = 0
    sort: SortBy = SortBy.RELEVANCE
    cursor: str = ""
    where: tuple[tuple[Facet, str], ...] = ()
    facets: tuple[Facet, ...] = ()
    step: TimeStep | None = None
    loose: bool = False


@dataclass(frozen=True)
class IndexHit:
    case: int
    score: float


@dataclass(frozen=True)
class TimeBucket:
    """Cases published in the step that begins on `start`; a case counts once in `count`, and under each of its
    categories."""

    start: date
    count: int
    categories: Mapping[Category, int] = field(default_factory=dict)


@dataclass(frozen=True)
class IndexAnswer:
    """`total` counts all; `hits` is the asked page, best first (exact spelling before accent-free).

    `terms`: what to highlight (`lachan.pipeline.snippet`): folded words, several for words side by side, `pod*` for any
    word that begins so, `danh~` for one letter's difference.
    `cursor`: where the next page begins; "" at the end. `facets` and `histogram` count all hits, as asked for; empty
    buckets are left out. `by_place`: the query tells places apart, so its counts are subject to k-anonymity.
    """

    total: int
    hits: tuple[IndexHit, ...]
    terms: tuple[str, ...] = ()
    cursor: str = ""
    facets: Mapping[Facet, Mapping[str, int]] = field(default_factory=dict)
    histogram: tuple[TimeBucket, ...] = ()
    by_place: bool = False


class SearchIndex(Protocol):
    """Disposable: SQL is the truth. Never stores text. Adding a case again replaces it."""

    def apply(self, add: Sequence[IndexDocument], remove: Sequence[int]) -> None:
        """Durable when it returns. What raises may leave a part done (Tantivy: nothing); calling again with the same
        completes it."""
        ...

    def search(self, request: SearchRequest) -> IndexAnswer:
        """Raises QueryError with a position for a query that cannot be read, InputError for a foreign cursor."""
        ...

    def similar(self, text: str, case: int, limit: int) -> tuple[IndexHit, ...]:
        """Cases whose words are most like those of a masked `text`, but for `case` itself."""
        ...

    def rows(self) -> dict[int, int]:
        """Every case in the index, with the `digest` of what was indexed."""
        ...

    def cases(self) -> set[int]:
        """Every case in the index."""
        ...

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """A fresh index beside the old one, swapped in when whole; nothing of the old stays in files."""
        ...

    def close(self) -> None: ...


class TableFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


@dataclass(frozen=True)
class CountTable:
    """What leaves the desk of a search: counts in fives, never a post. Cells under five are left out; a total
    under five is None.

    `query` and `limits` (name, value) are what was asked; `facets` and `weeks` (by the Monday) count what was found.
    """

    query: str
    limits: tuple[tuple[str, str], ...]
    made_at: datetime
    total: int | None
    facets: Mapping[Facet, Mapping[str, int]]
    weeks: Mapping[date, int]


class CountWriter(Protocol):
    def counts(self, table: CountTable, form: TableFormat) -> bytes:
        """A whole document that says what was asked, when, and how many. No cell is read as a formula."""
        ...
