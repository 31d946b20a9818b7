from __future__ import annotations

import random

import pytest

from classifiers.calibration import reliability


def test_bins_hold_what_a_hand_count_gives() -> None:
    found = reliability([0.05, 0.05, 0.95, 1.0, 0.55], [False, True, True, True, False])
    assert [(each.low, each.true.posts, each.true.value) for each in found.bins] == [
        (0.0, 2, 0.5),
        (0.5, 1, 0.0),
        (0.9, 2, 1.0),
    ]
    assert found.error == pytest.approx((2 * 0.45 + 0.55 + 2 * 0.025) / 5)
    assert all(each.true.low <= each.true.value <= each.true.high for each in found.bins)


def test_honest_scores_have_next_to_no_error_and_boastful_ones_have() -> None:
    draw = random.Random(3)
    scores = [draw.random() for _ in range(4000)]
    truth = [draw.random() < score for score in scores]
    assert reliability(scores, truth).error < 0.03
    assert reliability([score**0.3 for score in scores], truth).error > 0.2


def test_nothing_was_measured_over_nothing() -> None:
    assert reliability([], []).bins == ()
    assert reliability([], []).error == 0
