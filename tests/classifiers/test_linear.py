from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from classifiers import default_folder, evidence, features, linear, model_folder
from classifiers.linear import CATEGORIES, COLUMNS, CONTEXTS, TOP, URGENT, LinearModel
from lachan.domain.errors import InputError
from lachan.domain.taxonomy import Context

MARGINS = arrays_of.arrays(np.float32, (3, COLUMNS), elements=st.floats(-30, 30, width=32))


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return model_folder.load(default_folder()).linear


def found(*texts: str) -> features.Occurrences:
    return features.occurrences(texts, [evidence.find(text).hits for text in texts])


@given(MARGINS)
@settings(deadline=None)
def test_probabilities_are_probabilities(model: LinearModel, margins: linear.F32) -> None:
    told = model.calibrated(margins)
    assert np.all((told >= 0) & (told <= 1))
    assert np.allclose(told[:, : len(CONTEXTS)].sum(axis=1), 1, atol=1e-4)


@given(MARGINS)
@settings(deadline=None)
def test_the_top_categories_are_the_highest(margins: linear.F32) -> None:
    top = linear.top_categories(margins)
    assert top.shape == (3, TOP)
    for row in range(3):
        categories = margins[row, len(CONTEXTS) : URGENT]
        assert margins[row, top[row, 0]] == categories.max()
        assert margins[row, top[row, 0]] >= margins[row, top[row, 1]]


def test_what_each_occurrence_adds_sums_to_the_margin(model: LinearModel) -> None:
    of = found("hs lớp 9 nào cần pod thì nhắn anh", "trời đẹp quá")
    margins = model.margins(of)
    parts = model.contributions(of, range(COLUMNS))
    for row in range(2):
        assert np.allclose(parts[of.row == row].sum(axis=0) + model.intercepts, margins[row], atol=1e-4)
    assert np.allclose(model.margins(found("\u4e00")), model.margins(found("\u4e00")))


def test_rows_do_not_touch_each_other(model: LinearModel) -> None:
    together = model.margins(found("một", "hs lớp 9 mua pod", "ba"))
    assert np.allclose(together[1], model.margins(found("hs lớp 9 mua pod"))[0], atol=1e-5)
    assert model.margins(found()).shape == (0, COLUMNS)


def test_what_is_stored_comes_back_within_a_step(model: LinearModel) -> None:
    again = linear.of_arrays(linear.arrays_of(model, 7.0))
    steps = np.abs(model.coefficients).max(axis=0) / 127
    assert np.all(np.abs(again.coefficients - model.coefficients) <= steps + 1e-6)
    assert (again.buckets == model.buckets).all()
    assert again.mixing.tolist() == model.mixing.tolist()


def test_arrays_that_do_not_fit_are_refused(model: LinearModel) -> None:
    good = linear.arrays_of(model, 7.0)
    for name, bad in (
        ("coefficients", good["coefficients"][:-1]),
        ("rarity", good["rarity"][:-1]),
        ("intercepts", good["intercepts"][:-1]),
        ("mixing", good["mixing"][:-1]),
        ("buckets", good["buckets"] + np.uint32(features.BUCKETS)),
    ):
        with pytest.raises((InputError, ValueError)):
            linear.of_arrays({**good, name: bad})
    with pytest.raises(KeyError):
        linear.of_arrays({name: value for name, value in good.items() if name != "slopes"})


def test_scores_stand_under_their_names() -> None:
    row = np.arange(COLUMNS, dtype=np.float32) / 100
    scores = linear.scores_of(row)
    assert scores.promoting == pytest.approx(row[CONTEXTS.index(Context.PROMOTING)])
    assert scores.witness == pytest.approx(row[CONTEXTS.index(Context.WITNESS)])
    assert [scores.categories[each] for each in CATEGORIES] == pytest.approx(
        row[len(CONTEXTS) : URGENT].tolist()
    )


def test_calibration_changes_no_order_within_a_column(model: LinearModel) -> None:
    margins = np.zeros((50, COLUMNS), dtype=np.float32)
    margins[:, URGENT] = np.linspace(-5, 5, 50)
    told = replace(model).calibrated(margins)[:, URGENT]
    assert np.all(np.diff(told) >= 0)
