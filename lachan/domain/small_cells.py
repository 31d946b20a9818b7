"""Small cells: counts of which fewer than five stand for one case each, or could be worked out to.

For tables that leave the desk or tell places apart. `k` is `SMALLEST`. What tells places apart is rounded down to
fives besides: two counts that overlap (a province and its commune, this week's and the same without a word) would
otherwise tell by their difference what neither tells.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

SMALLEST: Final = 5  # cases; the first count that is told (DESIGN §9, k-anonymity)

Key = TypeVar("Key", bound=Hashable)


def told(count: int) -> int | None:
    """A count alone: 0 and 5 or more as they are, else None."""
    return None if 0 < count < SMALLEST else count


def told_by_place(count: int) -> int | None:
    """A count that tells places apart: in fives, None for fewer. None is said of nothing at all, too, so that nobody
    can ask of a place whether there is a first case."""
    return count - count % SMALLEST or None


def told_parts_by_place(parts: Mapping[Key, int]) -> dict[Key, int | None]:
    """`told_parts`, in fives."""
    return {
        key: count if count is None else count - count % SMALLEST for key, count in told_parts(parts).items()
    }


def told_parts(parts: Mapping[Key, int]) -> dict[Key, int | None]:
    """The parts of a known total: None for what is not told.

    Hidden are the small ones and, the smallest first, as many others as it takes for each small one to be anything
    from 1 to 4 for whoever subtracts the rest from the total and knows this rule. Where all others would not be
    enough, everything is hidden.
    """
    small = {key for key, count in parts.items() if 0 < count < SMALLEST}
    if not small:
        return dict(parts)
    others = sorted((count, str(key), key) for key, count in parts.items() if count >= SMALLEST)
    hidden = set(small)
    for _, _, key in [*others, (0, "", None)]:
        if _open([parts[each] for each in hidden], [parts[each] for each in parts if each not in hidden]):
            return {each: None if each in hidden else count for each, count in parts.items()}
        if key is not None:
            hidden.add(key)
    return dict.fromkeys(parts, None)


def _open(hidden: list[int], shown: list[int]) -> bool:
    """Whether a small one among `hidden` may be 1 and may be 4, their sum being known."""
    total, large = sum(hidden), [count for count in hidden if count >= SMALLEST]
    others = len(hidden) - len(large) - 1
    most = min((count for count in shown if count >= SMALLEST), default=total)  # no hidden one is larger
    least = others + SMALLEST * len(large)
    return least <= total - (SMALLEST - 1) and total - 1 <= (SMALLEST - 1) * others + most * len(large)
