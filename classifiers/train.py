"""Trains the linear judge from labelled files: one command, seeded, with its thresholds and its card.

labelled rows -> folds by pair -> margins of unseen posts -> calibration and thresholds -> fit on all -> save
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from classifiers import fitting, labelled, linear, model_folder, thresholds
from classifiers.labelled import Row
from lachan.domain.errors import InputError

NAME: Final = "lachan-linear"
FOLDS: Final = 3


@dataclass(frozen=True)
class TrainReport:
    """What training did. `unseen` are figures on posts left out of each fold, by name."""

    model: str
    posts: int
    features: int
    data: dict[str, str]
    unseen: dict[str, float]


def folds(rows: Sequence[Row], count: int, seed: int) -> list[int]:
    """A fold for each row; the two halves of a minimal pair stand in one."""
    draw = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    of_pair: dict[str, int] = {}
    result: list[int] = []
    for row in rows:
        key = row.pair or row.id
        result.append(of_pair.setdefault(key, draw.randrange(count)))
    return result


def unseen_margins(rows: Sequence[Row], seed: int, say: Callable[[str], None]) -> linear.F32:
    """Raw margins of every row from a model that was not trained on it."""
    fold_of = np.array(folds(rows, FOLDS, seed))
    margins = np.zeros((len(rows), linear.COLUMNS), dtype=np.float32)
    for fold in range(FOLDS):
        inside = [row for row, of in zip(rows, fold_of, strict=True) if of != fold]
        outside = [row for row, of in zip(rows, fold_of, strict=True) if of == fold]
        model, _ = fitting.fit(fitting.examples(inside, copies=True, seed=seed), seed)
        margins[fold_of == fold] = model.margins(fitting.featured([row.text for row in outside]))
        say(f"fold {fold + 1} of {FOLDS}")
    return margins


def train(
    data: Sequence[Path], out: Path, seed: int = 0, say: Callable[[str], None] = lambda line: None
) -> TrainReport:
    """Train on the labelled files and write `weights.npz` and `model.json` into `out`.

    The same files and seed give the same model. Raises InputError for bad rows or too few of them.
    """
    rows = labelled.read(data)
    routes = Counter(row.route for row in rows)
    if len(routes) < 3 or min(routes.values()) < FOLDS:
        raise InputError(f"training needs at least {FOLDS} posts of each route; there are {dict(routes)}")
    margins = unseen_margins(rows, seed, say)
    targets = fitting.targets_of(rows)
    model, unknown = fitting.fit(fitting.examples(rows, copies=True, seed=seed), seed)
    model = fitting.calibrate(model, margins, targets)
    chosen = thresholds.choose(rows, model.calibrated(margins))
    say("fitted on all")
    digests = {path.name: labelled.digest(path) for path in data}
    card = model_folder.save(out, NAME, model, unknown, chosen.thresholds, chosen.urgent, digests, seed)
    return TrainReport(card.full_name, len(rows), len(model.buckets), digests, chosen.figures)
