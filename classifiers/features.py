"""From texts to hashed features, a batch at a time: character and word n-grams and pairs of concepts.

Everything is array arithmetic over one long array of code points, so that a text costs microseconds and no
vocabulary of strings is kept. Three blocks, each scaled to its own length, so that none drowns the others:
characters (plain and without marks), words (the same, with skips), concepts (single, pairs, order).

Each occurrence of a feature knows which characters it came from: that is what spans are made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.phrases import Hit
from classifiers.syllable import fold

#: Features are hashed into 2 ** BITS buckets.
BITS: Final = 20
BUCKETS: Final = 1 << BITS

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

_PRIME: Final = np.uint64(0x100000001B3)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_TOP: Final = np.uint64(64 - BITS)


class Block(IntEnum):
    """Blocks are scaled apart."""

    CHARACTERS = 0
    WORDS = 1
    CONCEPTS = 2


@dataclass(frozen=True)
class Occurrences:
    """Every feature of a batch: bucket, text (row), block, and the half-open characters it came from.

    Characters are offsets of the text given; sorted by row.
    """

    rows: int
    bucket: I64
    row: I64
    block: NDArray[np.int8]
    start: I64
    end: I64

    def each(self) -> Iterator[Occurrences]:
        """Those of one text after another."""
        bounds = np.searchsorted(self.row, np.arange(self.rows + 1))
        for first, last in pairwise(bounds.tolist()):
            part = slice(first, last)
            row = np.zeros(last - first, dtype=np.int64)
            yield Occurrences(1, self.bucket[part], row, self.block[part], self.start[part], self.end[part])


def _mixed(values: U64) -> U64:
    """splitmix64: every bit of the input stirs every bit of the output."""
    values = values + _GOLDEN
    values = (values ^ (values >> _S30)) * _MIX_1
    values = (values ^ (values >> _S27)) * _MIX_2
    return values ^ (values >> _S31)


def _bucket(values: U64, salt: int) -> I64:
    mixed = _mixed(values ^ np.uint64(salt * 0x632BE59BD9B4E019 & 0xFFFFFFFFFFFFFFFF))
    return (mixed >> _TOP).astype(np.int64)


@dataclass(frozen=True)
class _Part:
    bucket: I64
    row: I64
    block: int
    start: I64
    end: I64


def _codes(texts: Sequence[str]) -> tuple[U64, I64, I64]:
    """Code points of all texts, each between two spaces; the row of each; its place in its text."""
    padded = [f" {text} " for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter((len(text) for text in padded), dtype=np.int64, count=len(padded))
    row = np.repeat(np.arange(len(padded)), lengths)
    place = np.arange(len(codes)) - np.repeat(np.cumsum(lengths) - lengths, lengths) - 1
    return codes.astype(np.uint64), row, place


def _characters(codes: U64, row: I64, place: I64, sizes: Sequence[int], salt: int) -> list[_Part]:
    parts: list[_Part] = []
    mixed = _mixed(codes)
    rolling = mixed.copy()
    for size in range(2, max(sizes) + 1):
        if len(codes) < size:
            break
        rolling = rolling[:-1] * _PRIME + mixed[size - 1 :]
        if size not in sizes:
            continue
        within = row[: len(rolling)] == row[size - 1 :]
        first = np.flatnonzero(within)
        parts.append(
            _Part(
                _bucket(rolling[first], salt + size),
                row[first],
                Block.CHARACTERS,
                np.maximum(place[first], 0),
                place[first] + size,
            )
        )
    return parts


def _words(codes: U64, row: I64, place: I64, salt: int, *, skips: bool) -> list[_Part]:
    letter = codes != np.uint64(32)
    begins = letter & np.concatenate(([True], ~letter[:-1]))
    starts = np.flatnonzero(begins)
    if not len(starts):
        return []
    word_of = np.cumsum(begins) - 1
    inside = np.flatnonzero(letter)
    nth = (inside - starts[word_of[inside]]).astype(np.uint64)
    stirred = _mixed(codes[inside] + nth * np.uint64(0x10001))
    hashes = np.add.reduceat(stirred, np.searchsorted(inside, starts))
    lengths = np.bincount(word_of[inside], minlength=len(starts))
    word_row = row[starts]
    start = place[starts]
    end = start + lengths
    parts = [_Part(_bucket(hashes, salt), word_row, Block.WORDS, start, end)]
    patterns = [(0, 1), (0, 1, 2)] + ([(0, 2), (0, 3)] if skips else [])
    for pattern in patterns:
        reach = pattern[-1]
        if len(starts) <= reach:
            continue
        count = len(starts) - reach
        joined = hashes[:count]
        for step in pattern[1:]:
            joined = _mixed(joined) + hashes[step : step + count]
        within = np.flatnonzero(word_row[:count] == word_row[reach:])
        parts.append(
            _Part(
                _bucket(joined[within], salt + sum(pattern) * 8 + len(pattern)),
                word_row[within],
                Block.WORDS,
                start[within],
                end[within + reach],
            )
        )
    return parts


@cache
def _concept(name: str) -> int:
    """A concept, or two that the rules' own table pairs, as a number that never depends on the process."""
    value = 0
    for char in name:
        value = (value * 131 + ord(char)) & 0xFFFFFFFF
    return value


def _concepts(hits: Sequence[Sequence[Hit]]) -> list[_Part]:
    value: list[int] = []
    row: list[int] = []
    start: list[int] = []
    end: list[int] = []

    for at, found in enumerate(hits):
        firsts: dict[str, Hit] = {}
        before: Hit | None = None
        for hit in found:
            firsts.setdefault(hit.concept, hit)
            if before is not None and before.concept != hit.concept and hit.first - before.last <= 4:
                value.append(_concept(f"{before.concept}>{hit.concept}"))
                row.append(at)
                start.append(min(before.start, hit.start))
                end.append(max(before.end, hit.end))
            before = hit
        names = sorted(firsts)
        for index, name in enumerate(names):
            # A pair speaks through its first half: its words are what a span may show.
            paired = [_concept(name), *(_concept(f"{name}&{other}") for other in names[index + 1 :])]
            value += paired
            row += [at] * len(paired)
            start += [firsts[name].start] * len(paired)
            end += [firsts[name].end] * len(paired)
    if not value:
        return []
    values = np.array(value, dtype=np.uint64)
    return [
        _Part(
            _bucket(values, 97),
            np.array(row, dtype=np.int64),
            Block.CONCEPTS,
            np.array(start, dtype=np.int64),
            np.array(end, dtype=np.int64),
        )
    ]


def occurrences(texts: Sequence[str], hits: Sequence[Sequence[Hit]]) -> Occurrences:
    """The features of normalised `texts`, `hits` being what `PhraseTable.hits` found in each."""
    codes, row, place = _codes(texts)
    plain = np.frombuffer(
        "".join(f" {fold(text)} " for text in texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32
    ).astype(np.uint64)
    parts = [
        *_characters(plain, row, place, (3, 4, 5), 10),
        *_characters(codes, row, place, (3, 4), 20),
        *_words(plain, row, place, 40, skips=True),
        *_words(codes, row, place, 70, skips=False),
        *_concepts(hits),
    ]
    if not parts:
        empty = np.zeros(0, dtype=np.int64)
        return Occurrences(len(texts), empty, empty, empty.astype(np.int8), empty, empty)
    rows = np.concatenate([part.row for part in parts])
    order = np.argsort(rows, kind="stable")
    blocks = np.concatenate([np.full(len(part.row), part.block, dtype=np.int8) for part in parts])
    return Occurrences(
        len(texts),
        np.concatenate([part.bucket for part in parts])[order],
        rows[order],
        blocks[order],
        np.concatenate([part.start for part in parts])[order],
        np.concatenate([part.end for part in parts])[order],
    )


#: How much each block weighs beside the others.
BLOCK_SCALE: Final = np.array([1.0, 1.0, 0.9], dtype=np.float32)


def weights(found: Occurrences, rarity: NDArray[np.float32]) -> NDArray[np.float32]:
    """The value of each occurrence: rarity of its bucket, each block of a text scaled to unit length."""
    value = rarity[found.bucket]
    group = found.row * len(Block) + found.block
    square = np.bincount(group, weights=value * value, minlength=found.rows * len(Block))
    length = np.sqrt(np.maximum(square, 1e-9)).astype(np.float32)
    scaled: NDArray[np.float32] = value / length[group] * BLOCK_SCALE[found.block]
    return scaled
