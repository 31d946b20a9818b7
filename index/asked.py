"""A request as one tree, and where its pages begin: the same for every engine."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from index.ast import And, Is, Node, Not, Or, Since, Until, highlights, leaves, wanted_texts
from index.counting import Counted
from index.query import parse
from lachan.domain.errors import InputError, QueryError
from lachan.pipeline.ports import Facet, IndexAnswer, IndexHit, Reader, SearchRequest, SortBy, TimeStep

#: The field that each order sorts by; relevance sorts by score first.
SORT_FIELDS: Final = {SortBy.RELEVANCE: "newest", SortBy.TIME: "newest", SortBy.SEVERITY: "gravest"}
_FOREIGN: Final = "this page cannot be continued: search again"


@dataclass(frozen=True)
class Asked:
    """What a request means. `sort` is by time where relevance was asked for and nothing has a score; `step` is a week
    where places are told apart. `whole_weeks`: its days are whole weeks, so that places may be counted beside."""

    node: Node
    sort: SortBy
    step: TimeStep | None
    by_place: bool
    whole_weeks: bool


def asked(request: SearchRequest, reader: Reader | None) -> Asked:
    """Raises QueryError for a query that cannot be read, that cuts a place's weeks into days or that takes places away
    from others, InputError for a negative page."""
    if request.limit < 0 or request.offset < 0:
        raise InputError("limit and offset count from 0 up")
    limits: list[Node] = [Is(facet.value, value) for facet, value in request.where]
    if request.category is not None:
        limits.append(Is("category", request.category.value))
    if request.first is not None:
        limits.append(Since(request.first))
    if request.last is not None:
        limits.append(Until(request.last))
    node = parse(request.query, reader, loose=request.loose)
    if limits:
        node = And((node, *limits))
    sort = request.sort
    if sort is SortBy.RELEVANCE and not any(wanted_texts(node)):
        sort = SortBy.TIME
    by_place, whole_weeks = any(map(_is_place, leaves(node))), not _cuts_weeks(node)
    if by_place and not whole_weeks:
        raise QueryError("with a place give whole weeks: from a Monday, to a Sunday", 0)
    if any(map(_subtracts_places, _parts(node))):
        raise QueryError("a place stands beside other conditions: without NOT, and OR joins places alone", 0)
    step = TimeStep.WEEK if by_place and request.step is not None else request.step
    return Asked(node, sort, step, by_place, whole_weeks)


def _is_place(leaf: Node) -> bool:
    return isinstance(leaf, Is) and leaf.field == "place"


def _parts(node: Node) -> Iterator[Node]:
    """Every `Not` and `Or`."""
    match node:
        case And(parts):
            for part in parts:
                yield from _parts(part)
        case Or() | Not():
            yield node  # what lies within is judged with it
        case _:
            pass


def _subtracts_places(node: Node) -> bool:
    """Whether a place's count follows from this by subtraction: everything else, or everything else and it."""
    within = [_is_place(leaf) for leaf in leaves(node)]
    return any(within) and (isinstance(node, Not) or not all(within) or _denies(node))


def _denies(node: Node) -> bool:
    match node:
        case Not():
            return True
        case And(parts) | Or(parts):
            return any(map(_denies, parts))
        case _:
            return False


def _cuts_weeks(node: Node) -> bool:
    """Places and times are told as commune by week, never finer."""
    return any(
        (isinstance(leaf, Since) and leaf.day.isoweekday() != 1)
        or (isinstance(leaf, Until) and leaf.day.isoweekday() != 7)
        for leaf in leaves(node)
    )


@dataclass(frozen=True)
class Cursor:
    """The last hit of a page: its sort key, and for the order by relevance its score, rank (from 0) and case.

    `snapshot` names what the engine keeps open for the pages after, "" where it keeps nothing.
    """

    sort: SortBy
    key: int
    score: float = 0.0
    rank: int = 0
    case: int = 0
    snapshot: str = ""

    def __str__(self) -> str:
        told = [self.sort.value, self.key, self.score, self.rank, self.case, self.snapshot]
        return base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")


Page = tuple[int, tuple[IndexHit, ...], Cursor | None]  # total, hits, where the next page begins


def answer(wanted: Asked, page: Page, counted: Counted) -> IndexAnswer:
    """The port's answer of what an engine found and counted."""
    total, hits, cursor = page
    facets, histogram = counted
    if not wanted.whole_weeks:  # a week less a day would tell places by the day
        facets = {facet: cells for facet, cells in facets.items() if facet is not Facet.PLACE}
    terms = highlights(wanted.node)
    return IndexAnswer(total, hits, terms, str(cursor or ""), facets, histogram, by_place=wanted.by_place)


def read_cursor(text: str, sort: SortBy) -> Cursor:
    """The cursor that an answer in this order gave. Raises InputError for any other text."""
    try:
        told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        name, key, score, rank, case, snapshot = told
        types = [str, int, float, int, int, str]
        if [type(value) for value in told] != types or SortBy(name) is not sort:
            raise ValueError
        if not (-(2**63) <= key < 2**63 and 0 <= rank < 2**31 and 0 <= case < 2**63 and abs(score) < 1e9):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise InputError(_FOREIGN) from None
    return Cursor(sort, key, score, rank, case, snapshot)
