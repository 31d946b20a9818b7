from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.intervals import UNMEASURED, Draws, clopper_pearson, macro_f1, share, wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662), (10, 10, 0.7225, 1.0)],
)
def test_wilson_gives_the_published_intervals(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.3085), (4, 20, 0.0573, 0.4366), (20, 20, 0.8316, 1.0)],
)
def test_clopper_pearson_gives_the_published_intervals(
    part: int, whole: int, low: float, high: float
) -> None:
    assert clopper_pearson(part, whole) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(0, 400), st.integers(1, 400))
@settings(deadline=None)
def test_an_interval_holds_its_share(part: int, whole: int) -> None:
    part = min(part, whole)
    for low, high in (wilson(part, whole), clopper_pearson(part, whole)):
        assert 0 <= low <= part / whole <= high <= 1


def test_nothing_was_measured_over_nothing() -> None:
    assert share(0, 0) == UNMEASURED
    assert wilson(0, 0) == clopper_pearson(0, 0) == (0.0, 1.0)
    assert Draws.of([], 5).figure(lambda weights: weights.sum(axis=1), np.zeros(0, dtype=bool)) == UNMEASURED


def test_the_rows_of_a_group_are_drawn_together() -> None:
    weights = Draws.of(["a", "b", "a", "c", "b"], 50).weights
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 1] == weights[:, 4]).all()
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert (weights == Draws.of(["a", "b", "a", "c", "b"], 50).weights).all(), "the same seed, the same draws"


def test_macro_f1_counts_the_labels_that_occur() -> None:
    truth = np.array([[1, 0, 0], [0, 1, 0]], dtype=bool)
    told = np.array([[1, 0, 0], [1, 0, 0]], dtype=bool)
    both = np.ones(2, dtype=bool)
    assert Draws.of([0, 1], 3).figure(macro_f1(truth, truth), both).value == 1
    assert Draws.of([0, 1], 3).figure(macro_f1(truth, told), both).value == pytest.approx((2 / 3 + 0) / 2)
    assert Draws.of([0, 1], 3).figure(macro_f1(truth, told), np.array([False, True])).value == 0


def test_more_posts_narrow_a_bootstrap_interval() -> None:
    def width(count: int) -> float:
        truth = np.array([[at % 2 == 0, at % 2 == 1] for at in range(count)])
        told = np.array([[at % 2 == 0 or at % 10 == 1, at % 2 == 1 and at % 10 != 1] for at in range(count)])
        found = Draws.of(range(count), 200).figure(macro_f1(truth, told), np.ones(count, dtype=bool))
        assert found.low <= found.value <= found.high
        return found.high - found.low

    assert width(1000) < width(50)
