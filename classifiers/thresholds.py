"""Chooses thresholds by the cost of each error, on posts that the scoring model has not seen.

A harmless post shown to an officer costs more than a promoting one missed; a child's call missed costs more
than a harmless post in the protection queue. The share of harmless posts flagged is bounded first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from classifiers import evidence, linear
from classifiers.labelled import Row
from classifiers.linear import CATEGORIES, CONTEXTS, F32, URGENT
from classifiers.normalise import normalise_text
from lachan.domain.routing import ALL_PARTS, Scores, Thresholds, route
from lachan.domain.taxonomy import CALL_CATEGORIES, Category, Context, Route

#: At most this share of harmless posts (hard ones, all of them) may be flagged, by each route.
_REVIEW_ALARMS: Final = 0.006
_PROTECT_ALARMS: Final = 0.014
#: The lowest cut of the two call categories, and how far it stands above the highest harmless post.
_LEAST_CALL: Final = 0.75
_CALL_MARGIN: Final = 0.03
_GRID: Final = tuple(round(0.20 + 0.01 * step, 2) for step in range(80))


@dataclass(frozen=True)
class Choice:
    thresholds: Thresholds
    urgent: float
    figures: dict[str, float]


def _best_cut(scores: F32, wanted: F32, low: float, high: float) -> float:
    """The cut within bounds with the best F1."""
    best, best_f1 = 0.5, -1.0
    for cut in np.arange(low, high + 1e-6, 0.025):
        told = scores >= cut
        right = float((told & (wanted > 0)).sum())
        f1 = 2 * right / max(1.0, float(told.sum()) + float(wanted.sum()))
        if f1 > best_f1:
            best, best_f1 = float(cut), f1
    return round(best, 3)


def _above_harmless(
    rows: Sequence[Row], scores: Sequence[Scores], found: Sequence[evidence.Findings], review: float
) -> float:
    """Not one harmless post may be taken for a call: the cut stands above the highest that could be."""
    highest = max(
        (
            score.categories[category]
            for row, score, each in zip(rows, scores, found, strict=True)
            if row.route is Route.NONE and score.promoting >= review
            for category in CALL_CATEGORIES
            if each.evidence.call_parts[category] >= ALL_PARTS
        ),
        default=0.0,
    )
    return min(0.99, max(_LEAST_CALL, round(highest + _CALL_MARGIN, 3)))


def choose(rows: Sequence[Row], probabilities: F32) -> Choice:
    """Thresholds for `rows`, whose calibrated `probabilities` (rows, COLUMNS) come from unseen folds."""
    found = [evidence.find(normalise_text(row.text)) for row in rows]
    flagged = np.array([row.route is not Route.NONE for row in rows])
    cuts: dict[Category, float] = {}
    for at, category in enumerate(CATEGORIES):
        column = len(CONTEXTS) + at
        wanted = np.array([category in row.categories for row in rows], dtype=np.float32)
        cuts[category] = _best_cut(probabilities[flagged, column], wanted[flagged], 0.2, 0.6)
    scores = [linear.scores_of(row) for row in probabilities]

    def routes(review: float, protect: float, call: float = 0.0) -> list[Route]:
        limits = Thresholds(review, protect, cuts, call=call)
        return [
            route(score, each.evidence, limits, audience=row.audience).route
            for score, each, row in zip(scores, found, rows, strict=True)
        ]

    truth = [row.route for row in rows]
    harmless = max(1, truth.count(Route.NONE))

    def cut_for(which: Route, most: float) -> float:
        """The lowest cut for `which` that keeps alarms under `most`; the other route is shut."""
        for cut in _GRID:
            told = routes(cut, 1.1) if which is Route.REVIEW else routes(1.1, cut)
            alarms = sum(t is which and r is Route.NONE for t, r in zip(told, truth, strict=True))
            if alarms / harmless <= most:
                return cut
        return _GRID[-1]

    review, protect = cut_for(Route.REVIEW, _REVIEW_ALARMS), cut_for(Route.PROTECT, _PROTECT_ALARMS)
    call = _above_harmless(rows, scores, found, review)
    told = routes(review, protect, call)
    danger = np.array(
        [
            bool(evidence.dangers_of(each.dangers, row.context)) and row.context is not Context.OTHER
            for each, row in zip(found, rows, strict=True)
        ]
    )
    urgent = np.array([row.urgent for row in rows], dtype=np.float32)
    urgent_cut = _best_cut(probabilities[danger, URGENT], urgent[danger], 0.1, 0.8)
    figures = {
        "alarms": sum(t is not r for t, r in zip(told, truth, strict=True) if r is Route.NONE) / harmless
    }
    for which in (Route.REVIEW, Route.PROTECT):
        of = [t for t, r in zip(told, truth, strict=True) if r is which]
        figures[f"recall_{which}"] = sum(t is which for t in of) / max(1, len(of))
    return Choice(Thresholds(review, protect, cuts, call=call), urgent_cut, figures)
