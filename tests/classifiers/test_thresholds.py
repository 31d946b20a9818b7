"""Thresholds by the cost of each error: harmless posts first, then recall."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers import labelled, thresholds
from classifiers.labelled import Row
from classifiers.linear import CATEGORIES, COLUMNS, CONTEXTS, F32, URGENT
from lachan.domain.taxonomy import CALL_CATEGORIES, Category, Context, Route


@pytest.fixture(scope="module")
def rows(labelled_file: Path) -> list[Row]:
    return labelled.read([labelled_file])


def scored(rows: list[Row], right: float) -> F32:
    """Probabilities of a model that gives every post `right` for what it is, and the rest to harmless."""
    found = np.full((len(rows), COLUMNS), 0.01, dtype=np.float32)
    for at, row in enumerate(rows):
        found[at, CONTEXTS.index(Context.OTHER)] = 1 - right
        found[at, CONTEXTS.index(row.context)] = right
        for category in row.categories:
            found[at, len(CONTEXTS) + CATEGORIES.index(category)] = 0.9
        found[at, URGENT] = 0.9 if row.urgent else 0.1
    return found


def test_a_model_that_tells_everything_apart_finds_everything(rows: list[Row]) -> None:
    chosen = thresholds.choose(rows, scored(rows, 0.95))
    assert chosen.figures == {"alarms": 0.0, "recall_review": 1.0, "recall_protect": 1.0}


def test_one_loud_harmless_post_lifts_the_threshold_above_it(rows: list[Row]) -> None:
    """A single one of thirty is above every bound, so recall is given up before it."""
    found = scored(rows, 0.7)
    loud = next(at for at, row in enumerate(rows) if row.route is Route.NONE)
    found[loud, CONTEXTS.index(Context.PROMOTING)] = 0.8
    found[loud, len(CONTEXTS) + CATEGORIES.index(Category.DRUGS_TO_MINORS)] = 0.9
    chosen = thresholds.choose(rows, found)
    assert chosen.thresholds.review > 0.8
    assert chosen.figures["alarms"] == 0
    assert chosen.figures["recall_review"] == 0
    assert chosen.figures["recall_protect"] == 1, "the other route pays nothing for it"


def test_a_harmless_post_scored_as_a_call_lifts_the_cut_of_calls(rows: list[Row]) -> None:
    """Among posts that are let through to review and hold all four parts; others never become a call."""
    call = "học sinh lớp 9 hỗn chiến, ai có mặt báo danh, 8 giờ tối nay sau cầu"
    harmless = replace(next(row for row in rows if row.route is Route.NONE), text=call)
    many = [*rows * 10, harmless]  # one in hundreds, so that the route's own threshold stays where it is
    found = scored(many, 0.95)
    found[-1, CONTEXTS.index(Context.OTHER)] = 0.05
    found[-1, CONTEXTS.index(Context.PROMOTING)] = 0.95
    for category in CALL_CATEGORIES:
        found[-1, len(CONTEXTS) + CATEGORIES.index(category)] = 0.85
    chosen = thresholds.choose(many, found).thresholds
    assert chosen.review <= 0.95
    assert chosen.call > 0.85
    quiet = thresholds.choose(many[:-1], found[:-1]).thresholds
    assert quiet.call < 0.85


def test_every_category_has_its_cut(rows: list[Row]) -> None:
    chosen = thresholds.choose(rows, scored(rows, 0.95))
    assert set(chosen.thresholds.category) == set(Category)
    assert all(0 < cut < 1 for cut in chosen.thresholds.category.values())
    assert 0 < chosen.urgent < 1
