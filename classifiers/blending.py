"""Fits how the encoder and the linear model are blended, on posts that neither was trained on.

encoder logits -> temperature and shifts -> the encoder's share -> from where on the linear stage lets go
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import average_precision_score

from classifiers.blend import Blend
from classifiers.fitting import platt
from classifiers.linear import COLUMNS, CONTEXTS, F32, URGENT
from lachan.domain.taxonomy import Context

#: The first stage lets go at most this share of what is harmful.
_MOST_LOST: Final = 0.005
_SHARES: Final = tuple(round(0.3 + 0.1 * step, 1) for step in range(8))
_HARMLESS: Final = len(CONTEXTS) - 1


def fit(linear: F32, logits: F32, targets: F32, cut: float) -> Blend:
    """`linear` probabilities, encoder `logits` and 0/1 `targets`, each (rows, COLUMNS), of unseen posts; `cut`
    as `let_go` gives it over more of them."""
    count = len(CONTEXTS)
    slopes = np.ones(COLUMNS, dtype=np.float32)
    shifts = np.zeros(COLUMNS, dtype=np.float32)
    slope, *offsets = _temperature(logits[:, :count], targets[:, :count])
    slopes[:count], shifts[:count] = slope, offsets
    flagged = targets[:, _HARMLESS] == 0
    for column in range(count, COLUMNS):
        rows = flagged if column == URGENT else np.ones(len(targets), dtype=bool)
        slopes[column], shifts[column] = platt(logits[rows, column], targets[rows, column])
    blend = Blend(slopes, shifts, 1.0, cut)
    share = min(_SHARES, key=lambda each: _surprise(replace(blend, share=each), linear, logits, targets))
    return replace(blend, share=share)


def let_go(linear: F32, flagged: NDArray[np.bool_]) -> float:
    """The lowest probability of a harmless context above which next to nothing harmful lies."""
    if not flagged.any():
        return 1.0
    high = float(np.quantile(linear[flagged, _HARMLESS], 1 - _MOST_LOST, method="higher"))
    return round(min(1.0, high + 1e-4), 4)


def gains(before: F32, after: F32, targets: F32) -> dict[str, float]:
    """How much average precision of each route `after` adds to `before`, both (rows, COLUMNS)."""
    sides = {"review": (Context.PROMOTING,), "protect": (Context.VICTIM, Context.WITNESS)}
    result: dict[str, float] = {}
    for name, contexts in sides.items():
        columns = [CONTEXTS.index(context) for context in contexts]
        wanted = targets[:, columns].sum(axis=1) > 0
        old, new = (
            float(average_precision_score(wanted, p[:, columns].sum(axis=1))) for p in (before, after)
        )
        result[name] = round(new - old, 4)
    return result


def _temperature(logits: F32, targets: F32) -> NDArray[np.float64]:
    """One slope and a shift for each context that make the logits honest."""

    def loss(values: NDArray[np.float64]) -> float:
        scaled = logits * values[0] + values[1:]
        logs = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        return float(-(targets * logs).sum(axis=1).mean() + 0.01 * (values[1:] ** 2).sum())

    start = np.array([1.0, *np.zeros(logits.shape[1])])
    bounds = [(0.1, 5.0), *[(-3.0, 3.0)] * logits.shape[1]]
    best: NDArray[np.float64] = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return best


def _surprise(blend: Blend, linear: F32, logits: F32, targets: F32) -> float:
    """Mean negative log-likelihood of contexts and categories; lower is better."""
    told = np.clip(blend.probabilities(linear, logits), 1e-6, 1 - 1e-6)
    count = len(CONTEXTS)
    contexts = -(targets[:, :count] * np.log(told[:, :count])).sum(axis=1)
    wanted, said = targets[:, count:URGENT], told[:, count:URGENT]
    categories = -(wanted * np.log(said) + (1 - wanted) * np.log(1 - said)).sum(axis=1)
    return float((contexts + categories).mean())
