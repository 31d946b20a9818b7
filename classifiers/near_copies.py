"""Near-copies among labelled posts, and overlap between files: character 4-grams, Jaccard.

An inverted index over each text's rarest 4-grams finds the candidates (a text that shares half its 4-grams
with another shares one of the rarer half), so that thousands of posts take seconds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from classifiers.labelled import Row
from classifiers.normalise import normalise_text
from classifiers.syllable import fold

#: From this Jaccard on two posts are near-copies.
NEAR_COPY: Final = 0.5


def grams(text: str) -> frozenset[str]:
    """Character 4-grams of the normalised text without marks; a shorter text is one gram."""
    plain = fold(normalise_text(text))
    return frozenset(plain[at : at + 4] for at in range(max(1, len(plain) - 3)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared over all; 1.0 for two empty sets."""
    shared = len(one & other)
    return shared / max(1, len(one) + len(other) - shared)


def _pairs(sets: Sequence[frozenset[str]], asked: int = 0) -> list[tuple[int, int, float]]:
    """Near-copies among `sets`; with `asked`, only those of one of the first `asked` with a later one."""
    frequency = Counter(gram for each in sets for gram in each)
    index: dict[str, list[int]] = defaultdict(list)
    found: list[tuple[int, int, float]] = []
    for at, each in enumerate(sets):
        # Jaccard >= 0.5 means at least half of the larger set is shared: a prefix of half plus one, rarest first.
        ordered = sorted(each, key=lambda gram: (frequency[gram], gram))
        prefix = ordered[: len(ordered) - -(-len(ordered) // 2) + 1]
        candidates = {other for gram in prefix for other in index.get(gram, ())}
        for other in candidates:
            if not len(each) <= 2 * len(sets[other]) <= 4 * len(each):
                continue  # one is so much longer that half cannot be shared
            likeness = jaccard(each, sets[other])
            if likeness >= NEAR_COPY:
                found.append((other, at, likeness))
        if not asked or at < asked:
            for gram in prefix:
                index[gram].append(at)
    return found


def near_copies(rows: Sequence[Row]) -> list[tuple[str, str, float]]:
    """(id, id, Jaccard) of every two posts that are near-copies and no declared pair."""
    return [
        (rows[one].id, rows[other].id, likeness)
        for one, other, likeness in _pairs([grams(row.text) for row in rows])
        if rows[one].pair is None or rows[one].pair != rows[other].pair
    ]


def overlap(rows: Sequence[Row], others: Sequence[Row]) -> list[tuple[str, str, float]]:
    """(id of `rows`, id of `others`, Jaccard) of near-copies between two sets, such as training and test."""
    sets = [grams(row.text) for row in (*rows, *others)]
    count = len(rows)
    return [
        (rows[one].id, others[other - count].id, likeness)
        for one, other, likeness in _pairs(sets, count)
        if one < count <= other
    ]
