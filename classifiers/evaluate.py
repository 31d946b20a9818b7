"""Measures a judge on labelled posts; every figure is named by the harm that it stands for.

rows -> assessments -> figures (route, category, context, urgency) with intervals -> slices -> errors
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np

from classifiers.labelled import REGISTERS, Row
from lachan.domain.assessment import Assessment
from lachan.domain.taxonomy import CALL_CATEGORIES, Category, Context, Route
from lachan.pipeline.ports import Judge, JudgeInput

_Label = TypeVar("_Label", Route, Category, Context)

#: Upper bounds of word counts of the length slices.
LENGTHS: Final = (12, 30, 60, 10_000)
_DRAWS: Final = 500


@dataclass(frozen=True)
class Figure:
    """A share from 0 to 1 with its bootstrap 95 % interval; `posts` is what it was taken over."""

    value: float
    low: float
    high: float
    posts: int


@dataclass(frozen=True)
class Fault:
    """A post whose route the judge got wrong, and what it said."""

    row: Row
    said: Assessment


@dataclass(frozen=True)
class Evaluation:
    """What a judge is worth on these posts."""

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
    by_category: dict[str, Figure] = field(default_factory=dict)
    by_register: dict[str, Figure] = field(default_factory=dict)
    by_length: dict[str, Figure] = field(default_factory=dict)
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


def assess_rows(judge: Judge, rows: Sequence[Row]) -> list[Assessment]:
    """The judge's word on each row, with its audience."""
    return judge.assess([JudgeInput(row.text, row.audience) for row in rows])


def f1(truth: Sequence[set[_Label]], told: Sequence[set[_Label]], labels: Sequence[_Label]) -> float:
    """Macro-F1 over the labels that occur in `truth`; 0 when none does."""
    values: list[float] = []
    for label in labels:
        real = sum(label in each for each in truth)
        if not real:
            continue
        right = sum(label in each and label in said for each, said in zip(truth, told, strict=True))
        values.append(2 * right / (real + sum(label in said for said in told)))
    return sum(values) / len(values) if values else 0.0


_Case = tuple[Row, Assessment]


def _route_f1(cases: Sequence[_Case]) -> float:
    return f1([{row.route} for row, _ in cases], [{said.route} for _, said in cases], list(Route))


def _context_f1(cases: Sequence[_Case]) -> float:
    return f1([{row.context} for row, _ in cases], [{said.context} for _, said in cases], list(Context))


def _category_f1(cases: Sequence[_Case]) -> float:
    """Over every post, so that a category missed with its route counts as missed."""
    return f1(
        [set(row.categories) for row, _ in cases], [set(said.categories) for _, said in cases], list(Category)
    )


def _urgent_f1(cases: Sequence[_Case]) -> float:
    right = sum(row.urgent and said.urgent for row, said in cases)
    return 2 * right / max(1, sum(row.urgent for row, _ in cases) + sum(said.urgent for _, said in cases))


def _told_route(route: Route) -> Callable[[Sequence[_Case]], float]:
    return lambda cases: sum(said.route is route for _, said in cases) / max(1, len(cases))


def _named(category: Category) -> Callable[[Sequence[_Case]], float]:
    return lambda cases: sum(category in said.categories for _, said in cases) / max(1, len(cases))


def _flagged(cases: Sequence[_Case]) -> float:
    return sum(said.route is not Route.NONE for _, said in cases) / max(1, len(cases))


def _figure(cases: Sequence[_Case], measure: Callable[[Sequence[_Case]], float], draws: int) -> Figure:
    value = measure(cases)
    if not cases:
        return Figure(0.0, 0.0, 1.0, 0)
    lot = np.random.default_rng(0)
    values = [measure([cases[at] for at in lot.integers(0, len(cases), len(cases))]) for _ in range(draws)]
    low, high = np.percentile(values, [2.5, 97.5])
    return Figure(value, float(low), float(high), len(cases))


def evaluate(judge: Judge, rows: Sequence[Row], *, draws: int = _DRAWS) -> Evaluation:
    """Every figure over `rows`, with `draws` bootstrap draws for each interval."""
    cases = list(zip(rows, assess_rows(judge, rows), strict=True))
    of = {route: [case for case in cases if case[0].route is route] for route in Route}
    called = sum(
        bool(CALL_CATEGORIES.intersection(said.categories)) and said.route is Route.REVIEW
        for _, said in of[Route.NONE]
    )
    by_category = {
        category.value: _figure(
            [case for case in cases if category in case[0].categories],
            _named(category),
            draws,
        )
        for category in Category
    }
    by_length: dict[str, Figure] = {}
    shortest = 0
    for longest in LENGTHS:
        name = f"{shortest + 1}-{longest}" if longest < LENGTHS[-1] else f"over {shortest}"
        some = [case for case in cases if shortest < len(case[0].text.split()) <= longest]
        by_length[name] = _figure(some, _route_f1, draws)
        shortest = longest
    return Evaluation(
        model=judge.name,
        posts=len(cases),
        route_f1=_figure(cases, _route_f1, draws),
        recall_review=_figure(of[Route.REVIEW], _told_route(Route.REVIEW), draws),
        recall_protect=_figure(of[Route.PROTECT], _told_route(Route.PROTECT), draws),
        harmless_flagged=_figure(of[Route.NONE], _flagged, draws),
        harmless_called=called,
        category_f1=_figure(cases, _category_f1, draws),
        context_f1=_figure(cases, _context_f1, draws),
        urgent_f1=_figure(cases, _urgent_f1, draws),
        by_category=by_category,
        by_register={
            name: _figure([case for case in cases if case[0].register == name], _route_f1, draws)
            for name in REGISTERS
        },
        by_length=by_length,
        faults=tuple(Fault(row, said) for row, said in cases if row.route is not said.route),
    )
