from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import blending
from classifiers.blend import Blend
from classifiers.linear import COLUMNS, CONTEXTS, F32

PLAIN = Blend(np.ones(COLUMNS, np.float32), np.zeros(COLUMNS, np.float32), 0.5, 0.99)


def linear_scores(seed: int, rows: int = 8) -> F32:
    draw = np.random.default_rng(seed)
    contexts = draw.dirichlet(np.ones(len(CONTEXTS)), rows)
    return np.hstack([contexts, draw.uniform(0.01, 0.99, (rows, COLUMNS - len(CONTEXTS)))]).astype(np.float32)


def logits(seed: int, rows: int = 8) -> F32:
    return np.random.default_rng(seed).normal(0, 4, (rows, COLUMNS)).astype(np.float32)


def test_without_a_share_the_encoder_changes_nothing() -> None:
    told = replace(PLAIN, share=0.0).probabilities(linear_scores(1), logits(2))
    np.testing.assert_allclose(told, linear_scores(1), atol=1e-4)


def test_with_all_of_it_the_linear_model_changes_nothing() -> None:
    alone = replace(PLAIN, share=1.0)
    np.testing.assert_allclose(
        alone.probabilities(linear_scores(1), logits(2)),
        alone.probabilities(linear_scores(3), logits(2)),
        atol=1e-6,
    )


@given(st.integers(0, 1000), st.floats(0, 1))
def test_contexts_sum_to_one_and_the_rest_are_probabilities(seed: int, share: float) -> None:
    told = replace(PLAIN, share=share).probabilities(linear_scores(seed), logits(seed + 1))
    np.testing.assert_allclose(told[:, : len(CONTEXTS)].sum(axis=1), 1, atol=1e-4)
    assert (told >= 0).all() and (told <= 1).all()


def test_settings_come_back_and_misshapen_ones_are_refused() -> None:
    again = Blend.of(PLAIN.settings())
    assert again.settings() == PLAIN.settings()
    with pytest.raises(ValueError, match="columns"):
        Blend.of({**PLAIN.settings(), "shifts": [0.0]})


def test_the_better_opinion_gets_the_larger_share() -> None:
    draw = np.random.default_rng(5)
    targets = np.zeros((400, COLUMNS), dtype=np.float32)
    targets[np.arange(400), draw.integers(0, len(CONTEXTS), 400)] = 1
    targets[:, len(CONTEXTS) :] = draw.random((400, COLUMNS - len(CONTEXTS))) < 0.3
    knowing = (targets * 6 - 3 + draw.normal(0, 1, targets.shape)).astype(np.float32)
    guessing = linear_scores(6, 400)
    assert blending.fit(guessing, knowing, targets, 0.9).share == 1.0
    sure = np.clip(targets, 0.02, 0.98)
    sure[:, : len(CONTEXTS)] /= sure[:, : len(CONTEXTS)].sum(axis=1, keepdims=True)
    assert blending.fit(sure, logits(7, 400), targets, 0.9).share < 0.5


def test_next_to_nothing_harmful_is_let_go() -> None:
    scores = linear_scores(8, 2000)
    flagged = np.random.default_rng(9).random(2000) < 0.4
    cut = blending.let_go(scores, flagged)
    lost = (scores[flagged, len(CONTEXTS) - 1] >= cut).mean()
    assert lost <= 0.005
    assert (scores[flagged, len(CONTEXTS) - 1] >= cut - 0.05).mean() > lost
    assert blending.let_go(scores, np.zeros(2000, dtype=bool)) == 1.0


def test_gains_are_those_of_the_better_ranking() -> None:
    draw = np.random.default_rng(3)
    targets = np.zeros((300, COLUMNS), dtype=np.float32)
    targets[np.arange(300), draw.integers(0, len(CONTEXTS), 300)] = 1
    right = np.clip(targets, 0.1, 0.7)
    gained = blending.gains(linear_scores(4, 300), right, targets)
    assert set(gained) == {"review", "protect"}
    assert min(gained.values()) > 0.3
    assert set(blending.gains(right, right, targets).values()) == {0.0}
