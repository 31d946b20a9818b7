"""`index.ast` -> what it finds, said in an engine's own language. An engine brings its words; the sentence is here, so
that all find the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol, TypeVar

from index.ast import Also, And, Everything, Fuzzy, Is, Node, Not, Or, Phrase, Prefix, Since, Text, Until
from index.vietnamese import fold

#: Of the score of what stands for a word: its synonym, a slip of the keys.
ALSO: Final = 0.5
#: The field that decides what is found, so that `danh nhau` and `đánh nhau` find the same cases.
FOUND: Final = "folded"

Query = TypeVar("Query")


class Language(Protocol[Query]):
    """What an engine can say. Texts have a score, nothing else; the scores of parts add up."""

    def text(self, text: Text, field: str) -> Query: ...

    def value(self, field: str, value: str) -> Query: ...

    def days(self, first: date | None, last: date | None) -> Query:
        """Inclusive."""
        ...

    def everything(self) -> Query: ...

    def every(self, wanted: Sequence[Query], unwanted: Sequence[Query]) -> Query:
        """All of `wanted`, which is never empty, and none of `unwanted`."""
        ...

    def some(self, wanted: Sequence[Query]) -> Query:
        """At least one."""
        ...

    def lessened(self, query: Query, share: float) -> Query:
        """The same for a share of the score."""
        ...


def compiled(node: Node, language: Language[Query]) -> Query:
    """What `node` finds."""
    match node:
        case Phrase() | Prefix() | Fuzzy():
            return language.text(node, FOUND)
        case Is(field, value):
            return language.value(field, value)
        case Since(day):
            return language.days(day, None)
        case Until(day):
            return language.days(None, day)
        case Everything():
            return language.everything()
        case Not():
            return _every((node,), language)
        case And(parts):
            return _every(parts, language)
        case Or(parts):
            return language.some([compiled(part, language) for part in parts])
        case Also(main, others):
            less = [language.lessened(compiled(part, language), ALSO) for part in others]
            return language.some([compiled(main, language), *less])


def _every(parts: Sequence[Node], language: Language[Query]) -> Query:
    """Engines find nothing where everything is unwanted, so all is wanted then."""
    wanted = [compiled(part, language) for part in parts if not isinstance(part, Not)]
    unwanted = [compiled(part.part, language) for part in parts if isinstance(part, Not)]
    return language.every(wanted or [language.everything()], unwanted)


def spelt(word: str, field: str) -> str:
    """`word` as that field has it."""
    return fold(word) if field == FOUND else word
