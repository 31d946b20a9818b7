"""Words that grew most in what people confirmed: new slang, new tricks. Counted from SQL by us, whatever the index.

A term is one word or two side by side, blind to accents, told in its commonest spelling. Counted are threads, not
posts: what one thread repeats, a child's name above all, is no new word. A term is told only when it stands in
`SMALLEST` threads of the week or more, of `FEWEST_SOURCES` sources or more: a name may fill a school's forum. In most
of its threads capitalised within a sentence, or right after a word for a person ("bạn", "thằng"), it is taken for a
name and never told. Cases whose victims are hidden, and those of shaming a child, are not counted.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from typing import Final, NamedTuple

from lachan.domain.account import Actor, Permission
from lachan.domain.audit import AuditEvent
from lachan.domain.case import Case, CaseState
from lachan.domain.errors import InputError
from lachan.domain.small_cells import SMALLEST
from lachan.domain.taxonomy import Category, Route
from lachan.pipeline.ports import CaseFilter, Clock, Database, QueueOrder, Unit
from lachan.pipeline.publish import shown
from lachan.pipeline.snippet import MASKED, fold

WEEKS_BEFORE: Final = 8
MOST: Final = 20  # terms told
FEWEST_SOURCES: Final = 2
_PAGE: Final = 500
_SURPRISE: Final = 2.0  # standard deviations of a Poisson count above what was expected
#: After one of these stands who is meant, also where nobody writes capitals.
_PERSON: Final = re.compile(
    "bạn|bé|cậu|cháu|chị|anh|em|cô|thầy|chú|bác|dì|ông|bà|thằng|nhỏ|đứa|tên|con"
    "|ban|be|cau|chau|chi|thay|thang|nho|dua|ten",
    re.IGNORECASE,
)
#: What shames a child says the child's name.
_NAMING: Final = frozenset({Category.CHILD_PRIVACY_BULLYING})
#: Words, and what parts them: nothing is read across a mask or the end of a sentence.
_TOKEN: Final = re.compile(r"[^\W\d_]+|[.!?…\n]+")


@dataclass(frozen=True)
class RisingTerm:
    """`count` threads of the week have it; `expected` is how many would, had its share stayed as before."""

    term: str
    count: int
    expected: float


class Thread(NamedTuple):
    """Where a text stands. `key` is `Post.thread`, of the secret of `source` in that `month` (UTC, of capture). All of
    which no thread is known have "" and count as one."""

    source: str
    month: str
    key: str


@dataclass
class _Counts:
    threads: set[Thread] = field(default_factory=set)
    having: defaultdict[str, set[Thread]] = field(default_factory=lambda: defaultdict(set))
    spellings: defaultdict[str, defaultdict[str, set[Thread]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    names: defaultdict[str, set[Thread]] = field(
        default_factory=lambda: defaultdict(set)
    )  # where it reads as one

    def add(self, thread: Thread, text: str) -> None:
        """Count a masked text's terms, once for each thread whatever it repeats."""
        self.threads.add(thread)
        for spelling, is_name in _terms(text):
            term = fold(spelling)
            self.having[term].add(thread)
            self.spellings[term][spelling.lower()].add(thread)
            if is_name:
                self.names[term].add(thread)


def _at_least(threads: Iterable[Thread]) -> int:
    """How many threads these are for certain: one that was read in two months has two keys."""
    return max(Counter(thread.month for thread in threads).values(), default=0)


def _terms(text: str) -> Iterator[tuple[str, bool]]:
    """(spelling, whether it reads as a name)."""
    for piece in MASKED.split(text):
        before, before_is_name = "", False
        for match in _TOKEN.finditer(piece):
            word = match.group()
            if not word[0].isalpha():
                before = ""
                continue
            is_name = _PERSON.fullmatch(before) is not None or (
                bool(before) and word[0].isupper() and not word.isupper()
            )
            if len(word) > 1:
                yield word, is_name
            if before:
                yield f"{before} {word}", is_name or before_is_name
            before, before_is_name = word, is_name


def rising(week: Iterable[tuple[Thread, str]], before: Iterable[tuple[Thread, str]]) -> list[RisingTerm]:
    """The terms of the week's masked texts that grew most against those before, most surprising first."""
    now, then = _Counts(), _Counts()
    for thread, text in week:
        now.add(thread, text)
    for thread, text in before:
        then.add(thread, text)
    share = len(now.threads) / max(1, len(then.threads))
    found = []
    for term, threads in now.having.items():
        count, expected = _at_least(threads), len(then.having.get(term, ())) * share
        surprise = (count - expected) / math.sqrt(expected + 1)
        if count < SMALLEST or len({thread.source for thread in threads}) < FEWEST_SOURCES:
            continue
        if surprise < _SURPRISE or len(now.names.get(term, ())) * 2 > len(threads):
            continue
        spelling = max(now.spellings[term].items(), key=lambda item: (len(item[1]), item[0]))[0]
        found.append((surprise, len(term.split()), RisingTerm(spelling, count, round(expected, 1))))
    found.sort(key=lambda each: (-each[0], -each[1], each[2].term))
    told: list[RisingTerm] = []
    for _, _, each in found:
        part_of_another = any(each.count <= t.count and f" {each.term} " in f" {t.term} " for t in told)
        if not part_of_another:
            told.append(each)
    return told[:MOST]


def rising_in(unit: Unit, monday: date) -> list[RisingTerm]:
    """Those of the week that begins on `monday`, against the weeks before it."""
    first = monday - timedelta(weeks=WEEKS_BEFORE)
    return rising(
        _texts(unit, monday, monday + timedelta(days=6)), _texts(unit, first, monday - timedelta(days=1))
    )


class Rising:
    """The week's rising words, for analysts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def words(self, actor: Actor, monday: date) -> list[RisingTerm]:
        """Those of the week that begins on `monday`. Raises PermissionDenied, InputError for another weekday."""
        actor.require(Permission.SEARCH)
        if monday.isoweekday() != 1:
            raise InputError("a week begins on a Monday")
        with self._database.read() as unit:
            found = rising_in(unit, monday)
        with self._database.write() as unit:
            details: dict[str, str | int] = {"week": monday.isoformat(), "total": len(found)}
            unit.audit.append(AuditEvent(self._clock(), actor.name, "search:rising", "index", details))
        return found


def _counts(case: Case) -> bool:
    return case.confirmed and not case.hides_victims and _NAMING.isdisjoint(case.categories)


def _texts(unit: Unit, first: date, last: date) -> Iterator[tuple[Thread, str]]:
    """The masked first texts of the cases confirmed, by day of publication, and where they stand."""
    where = CaseFilter(
        route=Route.REVIEW, states=(CaseState.CLOSED, CaseState.APPEALED), first=first, last=last
    )
    offset = 0
    while page := unit.cases.find(where, order=QueueOrder.NEWEST, limit=_PAGE, offset=offset):
        standing = unit.cases.standing([case.id for case in page if _counts(case)])
        for case in page:
            if case.id in standing:
                key, text = standing[case.id]
                month = f"{case.opened_at.astimezone(UTC):%Y-%m}"
                yield Thread(case.source, month, key), shown(case, text)
        offset += _PAGE
