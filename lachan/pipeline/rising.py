"""Words that grew most in what people confirmed: new slang, new tricks. Counted from SQL by us, whatever the index.

A term is one word or two side by side, blind to accents, told in its commonest spelling. It is told only when it is in
`SMALLEST` cases of the week or more; capitalised within sentences, or mostly right after a word for a person ("bạn",
"thằng"), it is taken for a name and never told. Cases whose victims are hidden, and those of shaming a child, are not
counted: five posts against one child would make the child's name rise.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

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
    """`count` cases of the week have it; `expected` is how many would, had its share stayed as before."""

    term: str
    count: int
    expected: float


@dataclass
class _Counts:
    cases: int = 0
    having: Counter[str] = field(default_factory=Counter)
    spellings: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    names: Counter[str] = field(default_factory=Counter)  # how often a term was capitalised within a sentence

    def add(self, text: str) -> None:
        """Count a masked text once for each of its terms."""
        self.cases += 1
        seen = set()
        for spelling, is_name in _terms(text):
            term = fold(spelling)
            self.spellings[term][spelling.lower()] += 1
            self.names[term] += is_name
            seen.add(term)
        self.having.update(seen)


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


def rising(week: Iterable[str], before: Iterable[str]) -> list[RisingTerm]:
    """The terms of the week's masked texts that grew most against those before, most surprising first."""
    now, then = _Counts(), _Counts()
    for text in week:
        now.add(text)
    for text in before:
        then.add(text)
    found = []
    for term, count in now.having.items():
        expected = then.having[term] * now.cases / then.cases if then.cases else 0.0
        surprise = (count - expected) / math.sqrt(expected + 1)
        if count < SMALLEST or surprise < _SURPRISE or now.names[term] * 2 > now.spellings[term].total():
            continue
        spelling = max(now.spellings[term].items(), key=lambda item: (item[1], item[0]))[0]
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


def _texts(unit: Unit, first: date, last: date) -> Iterator[str]:
    """The masked first texts of the cases confirmed, by day of publication."""
    where = CaseFilter(
        route=Route.REVIEW, states=(CaseState.CLOSED, CaseState.APPEALED), first=first, last=last
    )
    offset = 0
    while page := unit.cases.find(where, order=QueueOrder.NEWEST, limit=_PAGE, offset=offset):
        texts = unit.cases.texts([case.id for case in page if _counts(case)])
        yield from (shown(case, texts[case.id]) for case in page if case.id in texts)
        offset += _PAGE
