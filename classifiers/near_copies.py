"""Near-copies among labelled posts, and overlap between files: character 4-grams, Jaccard.

What two texts share is a product of sparse matrices, some rows at a time: 12,000 posts take 20 seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from scipy import sparse

from classifiers.labelled import Row
from classifiers.normalise import normalise_text
from classifiers.syllable import fold

#: From this Jaccard on two posts are near-copies.
NEAR_COPY: Final = 0.5
_AT_ONCE: Final = 500


def grams(text: str) -> frozenset[str]:
    """Character 4-grams of the normalised text without marks; a shorter text is one gram."""
    plain = fold(normalise_text(text))
    return frozenset(plain[at : at + 4] for at in range(max(1, len(plain) - 3)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared over all; 1.0 for two empty sets."""
    shared = len(one & other)
    return shared / max(1, len(one) + len(other) - shared)


def _alike(
    sets: Sequence[frozenset[str]], others: Sequence[frozenset[str]]
) -> Iterator[tuple[int, int, float]]:
    """(place in `sets`, place in `others`, Jaccard) of near-copies."""
    columns: dict[str, int] = {}
    left, right = _matrix(sets, columns), _matrix(others, columns)
    right.resize(right.shape[0], len(columns))
    left.resize(left.shape[0], len(columns))
    turned = right.T.tocsr()
    sizes, other_sizes = np.diff(left.indptr), np.diff(right.indptr)
    for first in range(0, len(sets), _AT_ONCE):
        shared = (left[first : first + _AT_ONCE] @ turned).tocoo()
        one, other = shared.row + first, shared.col
        likeness = shared.data / (sizes[one] + other_sizes[other] - shared.data)
        near = likeness >= NEAR_COPY
        yield from zip(one[near].tolist(), other[near].tolist(), likeness[near].tolist(), strict=True)


def _matrix(sets: Sequence[frozenset[str]], columns: dict[str, int]) -> sparse.csr_array:
    """1.0 where the text of the row has the 4-gram of the column; unmet grams are added to `columns`."""
    cells = [columns.setdefault(gram, len(columns)) for each in sets for gram in sorted(each)]
    starts = np.cumsum([0, *map(len, sets)])
    return sparse.csr_array((np.ones(len(cells)), cells, starts), shape=(len(sets), len(columns)))


def near_copies(rows: Sequence[Row]) -> list[tuple[str, str, float]]:
    """(id, id, Jaccard) of every two posts that are near-copies and no declared pair."""
    sets = [grams(row.text) for row in rows]
    return [
        (rows[one].id, rows[other].id, likeness)
        for one, other, likeness in _alike(sets, sets)
        if one < other and (rows[one].pair is None or rows[one].pair != rows[other].pair)
    ]


def overlap(rows: Sequence[Row], others: Sequence[Row]) -> list[tuple[str, str, float]]:
    """(id of `rows`, id of `others`, Jaccard) of near-copies between two sets, such as training and test."""
    found = _alike([grams(row.text) for row in rows], [grams(row.text) for row in others])
    return [(rows[one].id, others[other].id, likeness) for one, other, likeness in found]
