"""The linear model: hashed features in, calibrated scores out. Arrays alone; nothing is unpickled.

columns: one per context (softmax), one per category (sigmoid), one for urgency (sigmoid)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.features import BUCKETS, Occurrences, weights
from lachan.domain.errors import InputError
from lachan.domain.routing import Scores
from lachan.domain.taxonomy import Category, Context

CONTEXTS: Final = tuple(Context)
CATEGORIES: Final = tuple(Category)
COLUMNS: Final = len(CONTEXTS) + len(CATEGORIES) + 1
URGENT: Final = COLUMNS - 1
#: Highest category margins that speak for a context.
TOP: Final = 2

F32 = NDArray[np.float32]


def top_categories(margins: F32) -> NDArray[np.int64]:
    """Columns of the TOP highest category margins, highest first, (rows, TOP)."""
    count = len(CONTEXTS)
    order: NDArray[np.int64] = np.argsort(-margins[:, count:URGENT], axis=1, kind="stable")[:, :TOP] + count
    return order


def mixed_margins(margins: F32) -> F32:
    """What `mixing` is applied to, (rows, contexts + TOP)."""
    return np.hstack(
        [margins[:, : len(CONTEXTS)], np.take_along_axis(margins, top_categories(margins), axis=1)]
    )


@dataclass(frozen=True)
class LinearModel:
    """`buckets` (sorted) are the known features; `coefficients` (known + 1, COLUMNS) their weights, the last
    row zero, for the unknown. `intercepts`, and `slopes` and `shifts` of the calibration, (COLUMNS,).
    `mixing` (contexts + TOP, contexts) makes context logits of the context margins and of the TOP highest
    category margins: a text that clearly names a harm is likelier to do it or to tell of it.
    `rarity` (BUCKETS,) is the inverse document frequency.
    """

    buckets: NDArray[np.int64]
    coefficients: F32
    intercepts: F32
    slopes: F32
    shifts: F32
    mixing: F32
    rarity: F32
    lookup: NDArray[np.int32]

    @staticmethod
    def of(
        buckets: NDArray[np.int64],
        coefficients: F32,
        intercepts: F32,
        slopes: F32,
        shifts: F32,
        mixing: F32,
        rarity_known: F32,
        rarity_unknown: float,
    ) -> LinearModel:
        """Build the look-up arrays from what is stored. Raises InputError when shapes do not fit."""
        known = len(buckets)
        if coefficients.shape != (known, COLUMNS) or rarity_known.shape != (known,):
            raise InputError(
                f"model arrays do not fit: {coefficients.shape}, {rarity_known.shape}, {known} buckets"
            )
        if known and not (int(buckets.min()) >= 0 and int(buckets.max()) < BUCKETS):
            raise InputError("model buckets are out of range")
        for name, array in (("intercepts", intercepts), ("slopes", slopes), ("shifts", shifts)):
            if array.shape != (COLUMNS,):
                raise InputError(f"model {name} must have {COLUMNS} values, not {array.shape}")
        if mixing.shape != (len(CONTEXTS) + TOP, len(CONTEXTS)):
            raise InputError(f"model mixing has the wrong shape {mixing.shape}")
        rarity = np.full(BUCKETS, rarity_unknown, dtype=np.float32)
        rarity[buckets] = rarity_known
        lookup = np.full(BUCKETS, known, dtype=np.int32)
        lookup[buckets] = np.arange(known, dtype=np.int32)
        padded = np.vstack([coefficients.astype(np.float32), np.zeros((1, COLUMNS), dtype=np.float32)])
        return LinearModel(buckets, padded, intercepts, slopes, shifts, mixing, rarity, lookup)

    def margins(self, found: Occurrences) -> F32:
        """Raw margins before calibration, (rows, COLUMNS)."""
        value = weights(found, self.rarity)
        index = self.lookup[found.bucket]
        known = np.flatnonzero(index < len(self.buckets))
        sums = np.zeros((found.rows, COLUMNS), dtype=np.float32)
        if len(known):
            part = self.coefficients[index[known]] * value[known, None]
            rows = found.row[known]
            firsts = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
            sums[rows[firsts]] = np.add.reduceat(part, firsts, axis=0)
        result: F32 = sums + self.intercepts
        return result

    def context_logits(self, margins: F32) -> F32:
        """Logits of the contexts, (rows, contexts)."""
        result: F32 = mixed_margins(margins) @ self.mixing + self.shifts[: len(CONTEXTS)]
        return result

    def calibrated(self, margins: F32) -> F32:
        """Probabilities, (rows, COLUMNS): contexts sum to 1, the others stand alone."""
        count = len(CONTEXTS)
        logits = self.context_logits(margins)
        contexts = np.exp(logits - logits.max(axis=1, keepdims=True))
        contexts /= contexts.sum(axis=1, keepdims=True)
        rest = margins[:, count:] * self.slopes[count:] + self.shifts[count:]
        others = 1.0 / (1.0 + np.exp(-np.clip(rest, -30, 30)))
        return np.hstack([contexts, others]).astype(np.float32)

    def contributions(self, found: Occurrences, columns: Sequence[int]) -> F32:
        """What each occurrence adds to the margins of `columns`, (occurrences, columns)."""
        value = weights(found, self.rarity)
        result: F32 = self.coefficients[self.lookup[found.bucket]][:, list(columns)] * value[:, None]
        return result


def scores_of(row: F32) -> Scores:
    """One row of calibrated probabilities as routing reads it."""
    at = {context: float(row[index]) for index, context in enumerate(CONTEXTS)}
    first = len(CONTEXTS)
    return Scores(
        promoting=at[Context.PROMOTING],
        victim=at[Context.VICTIM],
        witness=at[Context.WITNESS],
        categories={category: float(row[first + index]) for index, category in enumerate(CATEGORIES)},
    )


def arrays_of(model: LinearModel, rarity_unknown: float) -> dict[str, NDArray[Any]]:
    """The model as it is stored: 8-bit weights, a step a column."""
    known = len(model.buckets)
    steps = np.abs(model.coefficients[:known]).max(axis=0, initial=0.0) / 127.0 + 1e-12
    return {
        "buckets": np.diff(model.buckets, prepend=0).astype(np.uint32),
        "coefficients": np.round(model.coefficients[:known] / steps).astype(np.int8),
        "steps": steps.astype(np.float32),
        "intercepts": model.intercepts,
        "slopes": model.slopes,
        "shifts": model.shifts,
        "mixing": model.mixing,
        "rarity": model.rarity[model.buckets].astype(np.float16),
        "rarity_unknown": np.array(rarity_unknown, dtype=np.float32),
    }


def of_arrays(arrays: Mapping[str, NDArray[Any]]) -> LinearModel:
    """Back from `arrays_of`. Raises KeyError or InputError for arrays that do not fit."""
    return LinearModel.of(
        np.cumsum(arrays["buckets"].astype(np.int64)),
        arrays["coefficients"].astype(np.float32) * arrays["steps"],
        arrays["intercepts"],
        arrays["slopes"],
        arrays["shifts"],
        arrays["mixing"],
        arrays["rarity"].astype(np.float32),
        float(arrays["rarity_unknown"]),
    )
