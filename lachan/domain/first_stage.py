"""What the first stage of the judge misses: an honest estimate from the texts drawn by lot and read in full.

Of `let_go` texts `drawn` were read in full as well, and `drawn_flagged` of them flagged. So about
`drawn_flagged / drawn` of all that was let go would have been flagged; `passed_flagged` were. Recall is the share
that passed; its interval is the exact one (Clopper and Pearson 1934) of the drawn share, carried through. Measured
against the full model, not against the truth: what that misses too, no lot can show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, lgamma, log, log1p

_TAIL = 0.025  # on each side: a 95 % interval
_STEPS = 60  # halvings: far beyond what a report shows


@dataclass(frozen=True)
class FirstStage:
    """Counts, no texts. `let_go` includes `drawn`."""

    let_go: int = 0
    drawn: int = 0
    drawn_flagged: int = 0
    passed_flagged: int = 0

    def recall(self) -> tuple[float, float, float] | None:
        """(estimate, low, high); None where nothing was drawn or nothing at all was flagged."""
        if not self.drawn or not self.passed_flagged + self.drawn_flagged:
            return None
        low, high = clopper_pearson(self.drawn_flagged, self.drawn)
        return (
            self._recall(self.drawn_flagged / self.drawn),
            self._recall(high),
            self._recall(low),
        )

    def _recall(self, missed: float) -> float:
        lost = missed * self.let_go
        return self.passed_flagged / (self.passed_flagged + lost) if self.passed_flagged + lost else 1.0


def clopper_pearson(part: int, whole: int) -> tuple[float, float]:
    """The exact 95 % interval of the share `part` of `whole`; (0, 1) over nothing. `math` is enough for it."""
    if whole == 0:
        return 0.0, 1.0
    if 2 * part > whole:  # the sums run over the smaller side
        low, high = clopper_pearson(whole - part, whole)
        return 1.0 - high, 1.0 - low
    low = 0.0 if part == 0 else _where(lambda share: 1.0 - _at_most(part - 1, whole, share) >= _TAIL)
    return low, _where(lambda share: _at_most(part, whole, share) <= _TAIL)


def _where(true_above: Callable[[float], bool]) -> float:
    """The share at which the condition begins to hold."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if true_above(middle) else (middle, high)
    return high


def _at_most(part: int, whole: int, share: float) -> float:
    """The probability of at most `part` hits in `whole` tries, each a hit with probability `share`."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 1.0 if part >= whole else 0.0
    total = lgamma(whole + 1)
    return min(
        1.0,
        sum(
            exp(
                total
                - lgamma(hits + 1)
                - lgamma(whole - hits + 1)
                + hits * log(share)
                + (whole - hits) * log1p(-share)
            )
            for hits in range(part + 1)
        ),
    )
