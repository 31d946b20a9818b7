"""Small cells: what is shown of counts that could point at a child.

Nothing from 1 to 4 leaves as a number, and nothing that leaves lets it be worked out: the parts of a shown
total are veiled together. `shown` is for a count alone, `veiled` for the parts of a total.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

SMALLEST: Final = 5  # the first count of children that is shown as it is


class Veil(StrEnum):
    """What stands for a count that is not shown. HIDDEN may be anything, zero too."""

    SMALL = "<5"
    LARGE = "≥5"
    HIDDEN = "hidden"


Shown = int | Veil
Part = TypeVar("Part", bound=str)


def shown(count: int) -> Shown:
    """0 and 5 or more as they are; 1 to 4 as `<5`."""
    return Veil.SMALL if 0 < count < SMALLEST else count


def veiled(parts: Mapping[Part, int]) -> dict[Part, Shown]:
    """The parts of a total that is published by `shown`; parts do not overlap.

    Without a small part all are exact. With one, small parts read `<5` and the others `≥5`, provided that
    every small part could still be anything from 1 to 4; else all are hidden.
    """
    total = sum(parts.values())
    small = sum(1 for count in parts.values() if 0 < count < SMALLEST)
    large = sum(1 for count in parts.values() if count >= SMALLEST)
    if not small:
        return dict(parts)
    if not _ambiguous(total, small, large):
        return dict.fromkeys(parts, Veil.HIDDEN)
    return {name: Veil.LARGE if count >= SMALLEST else shown(count) for name, count in parts.items()}


def _ambiguous(total: int, small: int, large: int) -> bool:
    others = small - 1  # each of them is 1 to 4
    if total < SMALLEST:
        return small == 1
    most = total - others - SMALLEST * large
    least = 1 if large else total - (SMALLEST - 1) * others
    return most >= SMALLEST - 1 and least <= 1
