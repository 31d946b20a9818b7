"""Intervals for shares and for figures that are no shares: Wilson, Clopper-Pearson, bootstrap by pair.

Wilson for shares that are shown (it covers about as often as it says, also near 0 and 1); Clopper-Pearson where
an interval must never promise too much; the bootstrap for F1. The two halves of a minimal pair are drawn together:
they are one piece of evidence, not two.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lachan.domain.first_stage import clopper_pearson

__all__ = ["UNMEASURED", "Draws", "Figure", "clopper_pearson", "macro_f1", "share", "wilson"]

F64 = NDArray[np.float64]
#: How often each row counts in each draw, (draws, rows); one row of ones for the figure itself.
Weights = F64
Measure = Callable[[Weights], F64]

_Z: Final = 1.959963984540054  # 97.5 % point of the normal distribution


@dataclass(frozen=True)
class Figure:
    """A figure from 0 to 1 with its 95 % interval. `posts` is what it was taken over; 0 means not measured."""

    value: float
    low: float
    high: float
    posts: int


UNMEASURED: Final = Figure(0.0, 0.0, 1.0, 0)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); (0, 1) over nothing."""
    if whole == 0:
        return 0.0, 1.0
    share, spread = part / whole, _Z * _Z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def share(part: int, whole: int) -> Figure:
    """A share with its Wilson interval."""
    return Figure(part / whole, *wilson(part, whole), whole) if whole else UNMEASURED


@dataclass(frozen=True)
class Draws:
    """Bootstrap draws over rows in groups; made once, so that all figures of an evaluation share them."""

    weights: Weights

    @staticmethod
    def of(groups: Sequence[Hashable], count: int, seed: int = 0) -> Draws:
        """`count` draws, with replacement, of as many groups as there are; a group's rows stay together."""
        index = {group: at for at, group in enumerate(dict.fromkeys(groups))}
        if not index:
            return Draws(np.zeros((count, 0)))
        lot = np.random.default_rng(seed)
        drawn = lot.multinomial(len(index), np.full(len(index), 1 / len(index)), size=count)
        return Draws(drawn[:, [index[group] for group in groups]].astype(np.float64))

    def figure(self, measure: Measure, rows: NDArray[np.bool_]) -> Figure:
        """What `measure` makes of the chosen `rows` (a mask), with its percentile interval."""
        count = int(rows.sum())
        if not count:
            return UNMEASURED
        kept = rows.astype(np.float64)
        value = float(measure(kept[None])[0])
        low, high = np.percentile(measure(self.weights * kept), [2.5, 97.5])
        return Figure(value, float(low), float(high), count)


def macro_f1(truth: NDArray[np.bool_], told: NDArray[np.bool_]) -> Measure:
    """Macro-F1 over the labels that occur in the truth of a draw; both are (rows, labels)."""
    real, said = truth.astype(np.float64), told.astype(np.float64)
    both = real * said

    def measure(weights: Weights) -> F64:
        occurs = weights @ real
        values = 2 * (weights @ both) / np.maximum(occurs + weights @ said, 1e-12)
        labels = (occurs > 0).sum(axis=1)
        result: F64 = np.where(occurs > 0, values, 0).sum(axis=1) / np.maximum(labels, 1)
        return result

    return measure
