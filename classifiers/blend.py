"""One score of two opinions: the encoder's logits, calibrated, and the linear model's probabilities.

The opinions are averaged as logits; what the linear model takes for clearly harmless the encoder never reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from classifiers.linear import COLUMNS, CONTEXTS, F32

_HARMLESS: Final = len(CONTEXTS) - 1
_FLOOR: Final = 1e-6


@dataclass(frozen=True)
class Blend:
    """`slopes` and `shifts` (COLUMNS,) calibrate the encoder; the contexts share one slope (a temperature).

    `share`, 0 to 1, is the encoder's weight. `let_go`: from this linear probability of a harmless context on
    a text is not read by the encoder.
    """

    slopes: F32
    shifts: F32
    share: float
    let_go: float

    def doubtful(self, linear: F32) -> list[int]:
        """The rows that are not clearly harmless by their linear probabilities (rows, COLUMNS)."""
        return [int(row) for row in np.flatnonzero(linear[:, _HARMLESS] < self.let_go)]

    def probabilities(self, linear: F32, logits: F32) -> F32:
        """Blended probabilities, (rows, COLUMNS): contexts sum to 1, the others stand alone."""
        count = len(CONTEXTS)
        calibrated = logits * self.slopes + self.shifts
        clipped = np.clip(linear, _FLOOR, 1 - _FLOOR)
        mine = self.share * _centred(calibrated[:, :count])
        contexts = mine + (1 - self.share) * _centred(np.log(clipped[:, :count]))
        contexts = np.exp(contexts - contexts.max(axis=1, keepdims=True))
        contexts /= contexts.sum(axis=1, keepdims=True)
        odds = np.log(clipped[:, count:] / (1 - clipped[:, count:]))
        rest = self.share * calibrated[:, count:] + (1 - self.share) * odds
        others = 1 / (1 + np.exp(-np.clip(rest, -30, 30)))
        return np.hstack([contexts, others]).astype(np.float32)

    def settings(self) -> dict[str, Any]:
        """As it stands in `model.json`."""
        return {
            "slopes": [round(float(value), 5) for value in self.slopes],
            "shifts": [round(float(value), 5) for value in self.shifts],
            "share": self.share,
            "let_go": self.let_go,
        }

    @staticmethod
    def of(settings: Mapping[str, Any]) -> Blend:
        """Raises KeyError, TypeError or ValueError for settings that are not `settings()`'s."""
        slopes = np.array(settings["slopes"], dtype=np.float32)
        shifts = np.array(settings["shifts"], dtype=np.float32)
        if slopes.shape != (COLUMNS,) or shifts.shape != (COLUMNS,):
            raise ValueError(f"the calibration must have {COLUMNS} columns")
        return Blend(slopes, shifts, float(settings["share"]), float(settings["let_go"]))


def _centred(logits: F32) -> F32:
    result: F32 = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return result
