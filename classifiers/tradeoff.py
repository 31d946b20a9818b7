"""What a lower or a higher cut would bring: recall of a route at given shares of harmless posts flagged.

By the score alone: the cuts of the categories and the four parts of a call let more go, of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from classifiers.intervals import Figure, share

#: Shares of harmless posts flagged that the curve is read at.
SHARES: Final = (0.005, 0.01, 0.02, 0.03, 0.05)


@dataclass(frozen=True)
class Point:
    """At the lowest cut that flags at most `flagged` of the harmless posts: the cut, and the recall."""

    flagged: float
    cut: float
    recall: Figure


def curve(scores: Sequence[float], wanted: Sequence[bool], harmless: Sequence[bool]) -> tuple[Point, ...]:
    """A point for each of SHARES; `scores` (0 to 1, 0 where a rule let the post go) of all posts, what of them is
    `wanted` and what is `harmless`. Empty where there is nothing of either."""
    told = np.asarray(scores, dtype=np.float64)
    mine, others = told[np.asarray(wanted, dtype=bool)], np.sort(told[np.asarray(harmless, dtype=bool)])[::-1]
    if not len(mine) or not len(others):
        return ()
    points = []
    for most in SHARES:
        first_spared = float(others[min(int(most * len(others)), len(others) - 1)])
        above = mine > first_spared
        cut = float(mine[above].min()) if above.any() else 1.0
        points.append(Point(most, cut, share(int(above.sum()), len(mine))))
    return tuple(points)
