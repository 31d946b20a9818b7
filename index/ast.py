"""What a query means, whatever engine answers it. Words are in exact spelling; engines fold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from index.vietnamese import fold


@dataclass(frozen=True)
class Phrase:
    """These words side by side; one word is a phrase of one. Never empty.

    `quoted` words are meant literally: no synonym stands in for them. `given` is what was typed.
    """

    words: tuple[str, ...]
    quoted: bool = field(default=False, compare=False)
    given: str = field(default="", compare=False)


@dataclass(frozen=True)
class Prefix:
    """Any word that begins so."""

    stem: str


@dataclass(frozen=True)
class Fuzzy:
    """This word, or one that differs from it by a letter left out, put in, changed, or swapped with its neighbour."""

    word: str


@dataclass(frozen=True)
class Is:
    """A field (`category`, `source`, `kind`, `place`, `status`, `measure`, `urgent`) has this value."""

    field: str
    value: str


@dataclass(frozen=True)
class Since:
    """Published on this day or later; a day in Asia/Ho_Chi_Minh."""

    day: date


@dataclass(frozen=True)
class Until:
    """Published on this day or earlier; a day in Asia/Ho_Chi_Minh."""

    day: date


@dataclass(frozen=True)
class Everything:
    """Every case."""


@dataclass(frozen=True)
class Not:
    part: Node


@dataclass(frozen=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Also:
    """`main`, or, worth less, one of `others`: its synonyms, a slip of the keys. `read`: what chat spelling or a
    disguise stands for, which is as good in the order by exact spelling."""

    main: Node
    others: tuple[Node, ...]
    read: bool = False


Text = Phrase | Prefix | Fuzzy
Node = Phrase | Prefix | Fuzzy | Is | Since | Until | Everything | Not | And | Or | Also


def wanted_texts(node: Node) -> Iterator[Text]:
    """What the query itself asks for: the text leaves under no `Not`, without what else may stand for them."""
    match node:
        case Phrase() | Prefix() | Fuzzy():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from wanted_texts(part)
        case Also(main, others, read):
            for part in (main, *others) if read else (main,):
                yield from wanted_texts(part)
        case _:
            pass


def highlights(node: Node) -> tuple[str, ...]:
    """What to mark in hits, as `IndexAnswer.terms` has it."""
    return tuple(sorted(set(_marked(node))))


def _marked(node: Node) -> Iterator[str]:
    match node:
        case Phrase(words):
            yield " ".join(map(fold, words))
        case Prefix(stem):
            yield f"{fold(stem)}*"
        case Fuzzy(word):
            yield f"{fold(word)}~"
        case And(parts) | Or(parts):
            for part in parts:
                yield from _marked(part)
        case Also(main, others):
            for part in (main, *others):
                yield from _marked(part)
        case _:
            pass


def leaves(node: Node) -> Iterator[Node]:
    """Every node that holds no other, also under `Not`."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Also(main, others):
            for part in (main, *others):
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield node
