"""What a query means, whatever engine answers it. Words are in exact spelling; engines fold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Phrase:
    """These words side by side; one word is a phrase of one. Never empty."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Prefix:
    """Any word that begins so."""

    stem: str


@dataclass(frozen=True)
class Is:
    """A field (`category`, `source`, `measure`, `urgent`) has this value."""

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


Text = Phrase | Prefix
Node = Phrase | Prefix | Is | Since | Until | Everything | Not | And | Or


def wanted_texts(node: Node) -> Iterator[Text]:
    """What a hit may contain: the text leaves that stand under no `Not`, in order."""
    match node:
        case Phrase() | Prefix():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from wanted_texts(part)
        case _:
            pass
