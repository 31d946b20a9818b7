from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import evidence, features
from classifiers.features import BUCKETS, Block, Occurrences, occurrences, weights
from classifiers.normalise import normalise_text

RARE = np.ones(BUCKETS, dtype=np.float32)


def found(*texts: str) -> Occurrences:
    return occurrences(texts, [evidence.find(text).hits for text in texts])


def buckets(of: Occurrences, row: int = 0) -> set[int]:
    return set(of.bucket[of.row == row].tolist())


def test_a_text_has_the_same_features_in_any_company() -> None:
    alone = found("học sinh lớp 9")
    among = found("trời đẹp", "học sinh lớp 9", "")
    assert buckets(alone) == buckets(among, 1)
    assert not buckets(among, 2) & buckets(among, 0) or len(buckets(among, 2)) < 5


def test_words_without_marks_share_features_with_their_marked_form() -> None:
    marked, bare = buckets(found("bán thuốc lá")), buckets(found("ban thuoc la"))
    assert marked & bare
    assert marked - bare, "and the marks are told, too"


def test_order_matters() -> None:
    assert buckets(found("mẹ đánh con")) != buckets(found("con đánh mẹ"))


@given(st.lists(st.text(max_size=60), max_size=6))
@settings(max_examples=80, deadline=None)
def test_every_occurrence_lies_in_its_text(texts: list[str]) -> None:
    normal = [normalise_text(text) for text in texts]
    of = found(*normal)
    assert of.rows == len(texts)
    assert np.all(np.diff(of.row) >= 0)
    assert np.all((of.bucket >= 0) & (of.bucket < BUCKETS))
    lengths = np.array([len(text) for text in normal])
    assert np.all(of.start >= 0)
    assert np.all(of.start <= lengths[of.row])
    assert np.all(of.end > of.start)
    assert set(of.block.tolist()) <= {int(block) for block in Block}


@given(st.text(min_size=1, max_size=80))
@settings(max_examples=60, deadline=None)
def test_each_block_of_a_text_has_one_length(text: str) -> None:
    of = found(normalise_text(text))
    value = weights(of, RARE)
    for block in Block:
        mine = value[of.block == block]
        assert not len(mine) or float((mine**2).sum()) == pytest.approx(
            float(features.BLOCK_SCALE[block]) ** 2, rel=1e-4
        )


def test_a_rare_feature_weighs_more_than_a_common_one() -> None:
    of = found("vape")
    rarity = RARE.copy()
    rarity[of.bucket[0]] = 9.0
    assert weights(of, rarity)[0] > weights(of, RARE)[0]
    assert weights(occurrences([], []), RARE).shape == (0,)
