"""Counts the words and pairs of words from which lost marks are put back; writes `tables/marks.npz`.

python -m classifiers.marks_counting --corpus FILE [--characters N]

plain text (.txt or .xz), every third line, and the training posts that are not held out -> counts -> table
"""

from __future__ import annotations

import argparse
import lzma
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from classifiers import default_folder, labelled, marks
from classifiers.normalise import normalise_text
from classifiers.release import held_out
from classifiers.syllable import is_syllable

#: How often a training post counts: what people write is nearer to it than an encyclopaedia.
_WEIGHT: Final = 8
_FEWEST: Final = 16
_FEWEST_PAIRS: Final = 2
_EVERY: Final = 3


def count(texts: Iterable[tuple[str, int]]) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Words and pairs of lower-case texts, each with its weight; rare ones and what is no syllable left out."""
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text, weight in texts:
        before = marks.SIGN
        for token in marks.TOKENS.findall(text):
            word = marks.token_class(token)
            words[word] += weight
            pairs[before, word] += weight
            before = word
    kept = {
        word: n
        for word, n in words.items()
        if word in (marks.NUMBER, marks.SIGN) or (n >= _FEWEST and is_syllable(word))
    }
    return kept, {
        pair: n for pair, n in pairs.items() if n >= _FEWEST_PAIRS and pair[0] in kept and pair[1] in kept
    }


def _corpus(path: Path, most: int) -> Iterable[tuple[str, int]]:
    with (
        lzma.open(path, "rt", encoding="utf-8")
        if path.suffix == ".xz"
        else path.open(encoding="utf-8") as lines
    ):
        read = 0
        for at, line in enumerate(lines):
            if at % _EVERY:
                continue
            read += len(line)
            yield unicodedata.normalize("NFC", line.lower()), 1
            if read > most:
                return


def _posts() -> Iterable[tuple[str, int]]:
    """Training posts that are written with marks, and that no threshold is chosen on."""
    for row in labelled.read(sorted((default_folder().parent / "data").glob("train-*.jsonl"))):
        text = normalise_text(row.text)
        words = text.split()
        if not held_out(row) and 2 * sum(not word.isascii() for word in words) >= len(words):
            yield text, _WEIGHT


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m classifiers.marks_counting", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--characters", type=int, default=22_000_000, help="of the corpus, at most")
    given = parser.parse_args()
    words, pairs = count(chain(_posts(), _corpus(given.corpus, given.characters)))
    place = Path(marks.__file__).parent / "tables" / "marks.npz"
    np.savez_compressed(place, **marks.packed(words, pairs))  # type: ignore[arg-type]
    print(f"{len(words)} words, {len(pairs)} pairs")


if __name__ == "__main__":
    main()
