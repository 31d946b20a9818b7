"""Whether scores mean what they say: the reliability diagram of a route, bin by bin, and its expected error.

scores and truth -> ten bins of equal width -> the share that is true in each, with its Wilson interval -> ECE
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from classifiers.intervals import Figure, share

BINS: Final = 10


@dataclass(frozen=True)
class Bin:
    """Posts scored from `low` to `high`: their mean score, and the share of them that is true."""

    low: float
    high: float
    mean: float
    true: Figure


@dataclass(frozen=True)
class Reliability:
    """`bins` without empty ones. `error` is the expected calibration error: the mean distance between score and
    share, weighted by posts (Naeini et al. 2015), 0 at best."""

    posts: int
    error: float
    bins: tuple[Bin, ...]


def reliability(scores: Sequence[float], truth: Sequence[bool]) -> Reliability:
    """The diagram of `scores` (0 to 1) against what is true."""
    groups: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for score, is_true in zip(scores, truth, strict=True):
        groups[min(BINS - 1, int(score * BINS))].append((score, is_true))
    bins = tuple(
        Bin(
            at / BINS,
            (at + 1) / BINS,
            sum(score for score, _ in group) / len(group),
            share(sum(is_true for _, is_true in group), len(group)),
        )
        for at, group in enumerate(groups)
        if group
    )
    total = len(scores)
    error = sum(each.true.posts * abs(each.mean - each.true.value) for each in bins) / max(1, total)
    return Reliability(total, error, bins)
