"""Linear support vector machines over hashed features, and the calibration of their margins.

rows -> dressed copies -> features -> sparse matrix -> a linear SVM a column -> LinearModel (uncalibrated)
margins of texts not trained on -> slopes and shifts
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from sklearn.svm import LinearSVC

from classifiers import dress, evidence, features, linear
from classifiers.labelled import Row
from classifiers.linear import CATEGORIES, COLUMNS, CONTEXTS, F32, URGENT, LinearModel
from classifiers.normalise import normalise_text

#: Cost of an error beside the L2 penalty, found by cross-validation of the training files.
COST: Final = 1.0
#: A feature must occur in this many posts to be kept.
FEWEST_POSTS: Final = 2
#: Weight of a dressed copy beside its original.
COPY_WEIGHT: Final = 0.4


@dataclass(frozen=True)
class Examples:
    """Posts as arrays: `found` over posts and their dressed copies, `targets` (n, COLUMNS) in 0..1,
    `urgency_known` and `weight` (n,), and `origin`, the post each comes from."""

    found: features.Occurrences
    targets: F32
    urgency_known: F32
    weight: F32
    origin: NDArray[np.int64]


def targets_of(rows: Sequence[Row]) -> F32:
    """(rows, COLUMNS): one-hot context, categories, urgency."""
    targets = np.zeros((len(rows), COLUMNS), dtype=np.float32)
    for at, row in enumerate(rows):
        targets[at, CONTEXTS.index(row.context)] = 1
        for category in row.categories:
            targets[at, len(CONTEXTS) + CATEGORIES.index(category)] = 1
        targets[at, URGENT] = row.urgent
    return targets


def featured(texts: Sequence[str]) -> features.Occurrences:
    """Features of given texts."""
    normal = [normalise_text(text) for text in texts]
    return features.occurrences(normal, [evidence.find(text).hits for text in normal])


def examples(rows: Sequence[Row], *, copies: bool, seed: int) -> Examples:
    """The posts and, with `copies`, each of them once without marks and once in a dress drawn by lot."""
    draw = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    texts = [row.text for row in rows]
    origin = list(range(len(rows)))
    if copies:
        others = [name for name in dress.DRESSES if name not in ("no_diacritics", "shouted", "hidden_marks")]
        for at, row in enumerate(rows):
            texts.append(dress.no_diacritics(row.text, draw))
            texts.append(dress.DRESSES[draw.choice(others)](row.text, draw))
            origin += [at, at]
    index = np.array(origin, dtype=np.int64)
    weight = np.where(np.arange(len(texts)) < len(rows), 1.0, COPY_WEIGHT).astype(np.float32)
    targets = targets_of(rows)[index]
    flagged = targets[:, CONTEXTS.index(CONTEXTS[-1])] == 0
    return Examples(featured(texts), targets, flagged.astype(np.float32), weight, index)


def fit(data: Examples, seed: int, cost: float = COST) -> tuple[LinearModel, float]:
    """An uncalibrated model (slopes 1, shifts 0) and the rarity of an unknown feature."""
    found = data.found
    posts = np.unique(data.origin[found.row] * np.int64(features.BUCKETS) + found.bucket) % features.BUCKETS
    frequency = np.bincount(posts, minlength=features.BUCKETS)
    total = int(data.origin.max()) + 1
    rarity = (np.log((1 + total) / (1 + frequency)) + 1).astype(np.float32)
    rarity_unknown = float(np.log((1 + total) / 2) + 1)
    rarity[frequency < FEWEST_POSTS] = rarity_unknown
    buckets = np.flatnonzero(frequency >= FEWEST_POSTS)
    zeros = np.zeros(COLUMNS, dtype=np.float32)
    plain = np.eye(len(CONTEXTS) + linear.TOP, len(CONTEXTS), dtype=np.float32)
    empty = np.zeros((len(buckets), COLUMNS), dtype=np.float32)
    model = LinearModel.of(buckets, empty, zeros, zeros + 1, zeros, plain, rarity[buckets], rarity_unknown)
    index = model.lookup[found.bucket]
    known = index < len(buckets)
    matrix = sparse.csr_matrix(
        (features.weights(found, rarity)[known], (found.row[known], index[known])),
        shape=(found.rows, len(buckets)),
        dtype=np.float64,
    )
    matrix.sum_duplicates()
    coefficients, intercepts = _columns(matrix, data, cost, seed)
    fitted = LinearModel.of(
        buckets, coefficients, intercepts, zeros + 1, zeros, plain, rarity[buckets], rarity_unknown
    )
    return fitted, rarity_unknown


def _columns(matrix: sparse.csr_matrix, data: Examples, cost: float, seed: int) -> tuple[F32, F32]:
    """One linear support vector machine a column; urgency is learnt from what is flagged alone."""
    coefficients = np.zeros((matrix.shape[1], COLUMNS), dtype=np.float32)
    intercepts = np.full(COLUMNS, -1.0, dtype=np.float32)

    for column in range(COLUMNS):  # one after another: the solver draws from one stream for all threads
        rows = np.flatnonzero(data.urgency_known > 0) if column == URGENT else np.arange(matrix.shape[0])
        wanted = data.targets[rows, column] > 0
        if wanted.all() or not wanted.any():
            continue
        machine = LinearSVC(C=cost, tol=0.01, max_iter=5000, random_state=seed)
        machine.fit(matrix[rows], wanted, sample_weight=data.weight[rows])
        coefficients[:, column] = machine.coef_[0]
        intercepts[column] = machine.intercept_[0]
    return coefficients, intercepts


def calibrate(model: LinearModel, margins: F32, targets: F32) -> LinearModel:
    """`model` with slopes and shifts fitted on margins of texts that their model was not trained on.

    Contexts are mixed from their margins and the highest category margins; the other columns are Platt-scaled.
    """
    contexts = len(CONTEXTS)
    slopes = np.ones(COLUMNS, dtype=np.float32)
    shifts = np.zeros(COLUMNS, dtype=np.float32)

    inputs = linear.mixed_margins(margins).astype(np.float64)
    width = inputs.shape[1]

    def of_contexts(values: NDArray[np.float64]) -> float:
        mixing, shift = values[: width * contexts].reshape(width, contexts), values[width * contexts :]
        logits = inputs @ mixing + shift
        logits = logits - logits.max(axis=1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return float(-(targets[:, :contexts] * logs).mean() + 1e-4 * (values**2).sum())

    start = np.concatenate([np.eye(width, contexts).ravel(), np.zeros(contexts)])
    best = minimize(of_contexts, start, method="L-BFGS-B").x
    mixing = best[: width * contexts].reshape(width, contexts).astype(np.float32)
    shifts[:contexts] = best[width * contexts :]
    flagged = targets[:, CONTEXTS.index(CONTEXTS[-1])] == 0
    for column in range(contexts, COLUMNS):
        rows = flagged if column == URGENT else np.ones(len(targets), dtype=bool)
        slopes[column], shifts[column] = platt(margins[rows, column], targets[rows, column])
    return replace(model, slopes=slopes, shifts=shifts, mixing=mixing)


def platt(margins: F32, wanted: F32) -> tuple[float, float]:
    """Slope and shift that make probabilities of margins; (1, 0) when there is too little to learn from."""
    positives = float(wanted.sum())
    if positives < 3:
        return 1.0, 0.0
    high = (positives + 1) / (positives + 2)
    low = 1 / (len(wanted) - positives + 2)
    smooth = np.where(wanted > 0, high, low)

    def loss(values: NDArray[np.float64]) -> float:
        logits = margins * values[0] + values[1]
        return float((np.logaddexp(0, logits) - smooth * logits).mean())

    slope, shift = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.05, 20), (-20, 20)]).x
    return float(slope), float(shift)
