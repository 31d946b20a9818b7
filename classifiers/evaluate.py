"""Measures a judge on labelled posts; every figure is named by the harm that it stands for.

rows -> assessments -> figures (route, category, context, urgency) with intervals -> the same by register,
category and length -> reliability of the scores -> the spans against random words -> errors
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.calibration import Reliability, reliability
from classifiers.intervals import UNMEASURED, Draws, Figure, Measure, clopper_pearson, macro_f1, share
from classifiers.labelled import REGISTERS, Row
from classifiers.scoring import RouteScores, Scoring
from classifiers.span_control import SpanControl, control
from classifiers.tradeoff import Point, curve
from lachan.domain.assessment import Assessment, Stage
from lachan.domain.routing import told_of_harm
from lachan.domain.taxonomy import CALL_CATEGORIES, Category, Context, Route
from lachan.pipeline.ports import Judge, JudgeInput

Mask = NDArray[np.bool_]

#: Upper bounds of word counts of the length slices.
LENGTHS: Final = (12, 30, 60, 10_000)
_DRAWS: Final = 500


@dataclass(frozen=True)
class Fault:
    """A post whose route the judge got wrong, and what it said."""

    row: Row
    said: Assessment


@dataclass(frozen=True)
class Slice:
    """A part of the posts. By register and length: macro-F1 of each field over these posts (urgency: F1). By
    category: the share of its posts on their right route, the F1 of this category over all posts, the share of
    its posts in their right context, and the F1 of urgency among them."""

    route: Figure
    category: Figure
    context: Figure
    urgent: Figure


@dataclass(frozen=True)
class Evaluation:
    """What a judge is worth on these posts. `calibration`, `curves` (by route) and `spans` are there for judges that
    tell their scores (`scoring.Scoring`).

    `first_stage`: of the harmful posts that the rules let through, the share that the first stage does not let
    go (Clopper-Pearson); None for a judge of one stage.
    """

    model: str
    posts: int
    route_f1: Figure
    recall_review: Figure
    recall_protect: Figure
    harmless_flagged: Figure
    harmless_called: int
    category_f1: Figure
    context_f1: Figure
    urgent_f1: Figure
    by_category: dict[str, Slice] = field(default_factory=dict)
    by_register: dict[str, Slice] = field(default_factory=dict)
    by_length: dict[str, Slice] = field(default_factory=dict)
    calibration: dict[str, Reliability] = field(default_factory=dict)
    curves: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    spans: SpanControl | None = None
    first_stage: Figure | None = None
    faults: tuple[Fault, ...] = ()

    def figures(self) -> dict[str, float]:
        """The headline figures by name, as floors pin them."""
        return {
            "route_f1": self.route_f1.value,
            "recall_review": self.recall_review.value,
            "recall_protect": self.recall_protect.value,
            "harmless_flagged": self.harmless_flagged.value,
            "harmless_called": float(self.harmless_called),
            "category_f1": self.category_f1.value,
            "context_f1": self.context_f1.value,
            "urgent_f1": self.urgent_f1.value,
        }

    def document(self) -> dict[str, Any]:
        """Everything but the texts, for JSON. What was not measured is null."""
        left_out = ("faults", "calibration")
        told = {name: value for name, value in asdict(self).items() if name not in left_out}
        calibration = {route: asdict(each) for route, each in self.calibration.items()}
        whole: dict[str, Any] = _written({**told, "calibration": calibration, "errors": len(self.faults)})
        return whole


def _written(value: Any) -> Any:
    """Rounded, tuples as lists, and null for a figure taken over nothing."""
    if isinstance(value, dict):
        if value.keys() == asdict(UNMEASURED).keys() and not value["posts"]:
            return None
        return {name: _written(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_written(each) for each in value]
    return round(value, 4) if isinstance(value, float) else value


def assess_rows(judge: Judge, rows: Sequence[Row]) -> list[Assessment]:
    """The judge's word on each row, with its audience."""
    return judge.assess(_inputs(rows))


def _inputs(rows: Sequence[Row]) -> list[JudgeInput]:
    return [JudgeInput(row.text, row.audience) for row in rows]


class _Cases:
    """Truth and what was said as arrays, so that a bootstrap is a few products of matrices."""

    def __init__(self, rows: Sequence[Row], said: Sequence[Assessment], draws: int) -> None:
        self.count = len(rows)
        self.draws = Draws.of([row.pair or row.id for row in rows], draws)
        self.route = self._labels([{row.route} for row in rows], list(Route))
        self.said_route = self._labels([{each.route} for each in said], list(Route))
        self.category = self._labels([set(row.categories) for row in rows], list(Category))
        self.said_category = self._labels([set(each.categories) for each in said], list(Category))
        self.context = self._labels([{row.context} for row in rows], list(Context))
        self.said_context = self._labels([{each.context} for each in said], list(Context))
        self.urgent = np.array([[row.urgent] for row in rows], dtype=bool).reshape(-1, 1)
        self.said_urgent = np.array([[each.urgent] for each in said], dtype=bool).reshape(-1, 1)
        self.all = np.ones(self.count, dtype=bool)

    def _labels(self, of: Sequence[set[Any]], labels: Sequence[Any]) -> Mask:
        return np.array([[label in each for label in labels] for each in of], dtype=bool).reshape(
            self.count, len(labels)
        )

    def figure(self, measure: Measure, rows: Mask) -> Figure:
        return self.draws.figure(measure, rows)

    def urgency(self, rows: Mask) -> Figure:
        """F1 of `urgent`; not measured where nothing is urgent."""
        if not self.urgent[rows].any():
            return UNMEASURED
        return self.figure(macro_f1(self.urgent, self.said_urgent), rows)

    def slice(self, rows: Mask) -> Slice:
        return Slice(
            self.figure(macro_f1(self.route, self.said_route), rows),
            # Over every post, so that a category missed with its route counts as missed.
            self.figure(macro_f1(self.category, self.said_category), rows)
            if self.category[rows].any()
            else UNMEASURED,
            self.figure(macro_f1(self.context, self.said_context), rows),
            self.urgency(rows),
        )

    def of_category(self, at: int) -> Slice:
        rows = self.category[:, at]
        right = (self.route == self.said_route).all(axis=1)
        spoken = (self.context == self.said_context).all(axis=1)
        one = macro_f1(self.category[:, [at]], self.said_category[:, [at]])
        count = int(rows.sum())
        return Slice(
            share(int((right & rows).sum()), count),
            self.figure(one, self.all) if count else UNMEASURED,
            share(int((spoken & rows).sum()), count),
            self.urgency(rows),
        )


def _by_length(rows: Sequence[Row]) -> dict[str, Mask]:
    words = np.array([len(row.text.split()) for row in rows])
    masks: dict[str, Mask] = {}
    shortest = 0
    for longest in LENGTHS:
        name = f"{shortest + 1}-{longest}" if longest < LENGTHS[-1] else f"over {shortest}"
        masks[name] = (words > shortest) & ((words <= longest) | (longest == LENGTHS[-1]))
        shortest = longest
    return masks


def evaluate(judge: Judge, rows: Sequence[Row], *, draws: int = _DRAWS, brief: bool = False) -> Evaluation:
    """Every figure over `rows`, with `draws` bootstrap draws for the intervals of F1s.

    `brief`: neither the reliability of the scores nor the spans, which take most of the time.
    """
    scoring = judge if isinstance(judge, Scoring) else None
    said = scoring.outcomes(_inputs(rows)) if brief and scoring else assess_rows(judge, rows)
    cases = _Cases(rows, said, draws)
    pairs = list(zip(rows, said, strict=True))
    of = {route: [each for row, each in pairs if row.route is route] for route in Route}
    whole = cases.slice(cases.all)
    scores = _scores(scoring, pairs) if scoring and not brief else None
    return Evaluation(
        model=judge.name,
        posts=len(rows),
        route_f1=whole.route,
        recall_review=_told(of[Route.REVIEW], {Route.REVIEW}),
        recall_protect=_told(of[Route.PROTECT], {Route.PROTECT}),
        harmless_flagged=_told(of[Route.NONE], {Route.REVIEW, Route.PROTECT}),
        harmless_called=sum(
            bool(CALL_CATEGORIES.intersection(each.categories)) and each.route is Route.REVIEW
            for each in of[Route.NONE]
        ),
        category_f1=whole.category,
        context_f1=whole.context,
        urgent_f1=whole.urgent,
        by_category={category.value: cases.of_category(at) for at, category in enumerate(Category)},
        by_register={
            name: cases.slice(np.array([row.register == name for row in rows], dtype=bool))
            for name in REGISTERS
        },
        by_length={name: cases.slice(mask) for name, mask in _by_length(rows).items()},
        calibration=_calibration(scores, pairs) if scores is not None else {},
        curves=_curves(scores, pairs) if scores is not None else {},
        spans=_spans(scoring, pairs) if scoring and not brief else None,
        first_stage=_first_stage(pairs) if scoring and scoring.stages > 1 else None,
        faults=tuple(Fault(row, each) for row, each in pairs if row.route is not each.route),
    )


def _told(said: Sequence[Assessment], routes: set[Route]) -> Figure:
    return share(sum(each.route in routes for each in said), len(said))


def _scores(judge: Scoring, pairs: Sequence[tuple[Row, Assessment]]) -> list[RouteScores | None]:
    """None for what the rules let go: it is never scored."""
    scored = [row for row, each in pairs if each.stage is not Stage.RULES]
    told = iter(judge.route_scores(_inputs(scored)))
    return [None if each.stage is Stage.RULES else next(told) for _, each in pairs]


def _calibration(
    scores: Sequence[RouteScores | None], pairs: Sequence[tuple[Row, Assessment]]
) -> dict[str, Reliability]:
    """Of what the rules let through."""
    scored = [(row.route, each) for (row, _), each in zip(pairs, scores, strict=True) if each is not None]
    return {
        Route.REVIEW.value: reliability(
            [each.review for _, each in scored], [route is Route.REVIEW for route, _ in scored]
        ),
        Route.PROTECT.value: reliability(
            [each.protect for _, each in scored], [route is Route.PROTECT for route, _ in scored]
        ),
    }


def _curves(
    scores: Sequence[RouteScores | None], pairs: Sequence[tuple[Row, Assessment]]
) -> dict[str, tuple[Point, ...]]:
    """What is let go, by a rule or by the first stage, is flagged at no cut."""
    nothing = RouteScores(0.0, 0.0)
    told = [
        nothing if each is None or said.stage is Stage.FIRST else each
        for (_, said), each in zip(pairs, scores, strict=True)
    ]
    routes = [row.route for row, _ in pairs]
    harmless = [route is Route.NONE for route in routes]
    return {
        Route.REVIEW.value: curve([e.review for e in told], [r is Route.REVIEW for r in routes], harmless),
        Route.PROTECT.value: curve([e.protect for e in told], [r is Route.PROTECT for r in routes], harmless),
    }


def _spans(judge: Scoring, pairs: Sequence[tuple[Row, Assessment]]) -> SpanControl:
    def still(asked: Sequence[tuple[str, Assessment]]) -> list[bool]:
        scores = judge.route_scores([JudgeInput(text) for text, _ in asked])
        limits = judge.thresholds
        return [
            each.review >= limits.review
            if said.route is Route.REVIEW
            else told_of_harm(each.review, each.protect, limits.protect)
            for each, (_, said) in zip(scores, asked, strict=True)
        ]

    return control([(row.text, said) for row, said in pairs if said.route is not Route.NONE], still)


def _first_stage(pairs: Sequence[tuple[Row, Assessment]]) -> Figure:
    reached = [each for row, each in pairs if row.route is not Route.NONE and each.stage is not Stage.RULES]
    kept = sum(each.stage is Stage.SECOND for each in reached)
    if not reached:
        return UNMEASURED
    return Figure(kept / len(reached), *clopper_pearson(kept, len(reached)), len(reached))
