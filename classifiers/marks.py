"""Puts lost marks back: the likeliest marked words behind a text that is written without marks, or has lost some.

words -> the marked forms that each may stand for -> the likeliest chain by counts of words and of pairs (Viterbi)

For the encoder alone, which learnt to read from marked text; the rules and the linear model read both kinds. What
comes back is a guess, nine words of ten right, so it is shown to nobody and decides nothing by itself.
"""

from __future__ import annotations

import math
import re
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from classifiers.syllable import fold, is_worn, lost_marks

#: Words that are worked out; the encoder reads no further.
MOST_WORDS: Final = 120
#: Below this share of marked words a text counts as written without marks: plain text has two of three.
_MARKED: Final = 0.25
#: How many occurrences of a word its pairs must outweigh.
_PRIOR: Final = 30.0
_UNSEEN: Final = 1e-7
_LOG: Final = 16.0
#: What stands for a number, and for a sign or the start.
NUMBER, SIGN = "0", "."
TOKENS: Final = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")


class MarkTable:
    """Counts of words and of pairs of words. Immutable after construction."""

    def __init__(self, words: dict[str, float], pairs: dict[tuple[str, str], float]) -> None:
        total = sum(words.values())
        self._share = {word: count / total for word, count in words.items()}
        self._count = words
        self._pairs = pairs
        forms: dict[str, list[str]] = {}
        for word in words:
            forms.setdefault(fold(word), []).append(word)
        self._forms = forms

    def with_marks(self, text: str) -> str:
        """Normalised `text`, of the same length, with marks put back; as it stands where it has lost none."""
        if not self._has_lost(text):
            return text
        matches = [match for _, match in zip(range(MOST_WORDS), TOKENS.finditer(text), strict=False)]
        letters = list(text)
        for match, word in zip(matches, self._likeliest([match[0] for match in matches]), strict=True):
            if match[0].isalpha():
                letters[match.start() : match.end()] = word
        return "".join(letters)

    def _has_lost(self, text: str) -> bool:
        words = [word for word in TOKENS.findall(text) if word.isalpha()]
        if not words:
            return False
        marked = sum(not word.isascii() for word in words)
        return marked < _MARKED * len(words) or any(map(lost_marks, words))

    def _of(self, token: str) -> list[str]:
        if not token.isalpha():
            return [token_class(token)]
        if not token.replace("đ", "d").isascii() and not lost_marks(token):
            return [token]
        return [form for form in self._forms.get(fold(token), ()) if is_worn(token, form)] or [token]

    def _likeliest(self, tokens: list[str]) -> list[str]:
        """The best chain of forms. The cost of a token: its forms times those of the one before."""
        before: dict[str, float] = {SIGN: 0.0}
        steps: list[dict[str, str]] = []
        for token in tokens:
            now: dict[str, float] = {}
            came: dict[str, str] = {}
            for form in self._of(token):
                prior = _PRIOR * self._share.get(form, _UNSEEN)
                value, best = max(
                    (
                        score
                        + math.log(
                            (self._pairs.get((last, form), 0.0) + prior)
                            / (self._count.get(last, 0.0) + _PRIOR)
                        ),
                        last,
                    )
                    for last, score in before.items()
                )
                now[form], came[form] = value, best
            steps.append(came)
            before = now
        chain: list[str] = []
        at = max(before, key=before.__getitem__)
        for came in reversed(steps):
            chain.append(at)
            at = came[at]
        return chain[::-1]


def token_class(token: str) -> str:
    """What a token counts as: itself if it is a word, else a number or a sign."""
    if token.isalpha():
        return token
    return NUMBER if token[0].isdigit() else SIGN


def packed(words: dict[str, int], pairs: dict[tuple[str, str], int]) -> dict[str, np.ndarray]:
    """The arrays of `marks.npz`: words, and counts as rounded logarithms, 8 bits each."""
    order = sorted(words)
    place = {word: at for at, word in enumerate(order)}
    keys = sorted((place[first], place[second]) for first, second in pairs)

    def logs(counts: list[int]) -> np.ndarray:
        return np.minimum(255, np.round(np.log(counts) * _LOG)).astype(np.uint8)

    return {
        "words": np.frombuffer("\n".join(order).encode(), dtype=np.uint8),
        "counts": logs([words[word] for word in order]),
        "first": np.array([first for first, _ in keys], dtype=np.uint16),
        "second": np.array([second for _, second in keys], dtype=np.uint16),
        "pairs": logs([pairs[order[first], order[second]] for first, second in keys]),
    }


@cache
def table() -> MarkTable:
    """The shipped table, read once: data, not state."""
    with files("classifiers.tables").joinpath("marks.npz").open("rb") as file, np.load(file) as arrays:
        order = arrays["words"].tobytes().decode().split("\n")
        counts = np.exp(arrays["counts"] / _LOG).tolist()
        pairs = np.exp(arrays["pairs"] / _LOG).tolist()
        first, second = arrays["first"].tolist(), arrays["second"].tolist()
    keys = ((order[one], order[two]) for one, two in zip(first, second, strict=True))
    return MarkTable(dict(zip(order, counts, strict=True)), dict(zip(keys, pairs, strict=True)))


def with_marks(text: str) -> str:
    """`MarkTable.with_marks` of the shipped table."""
    return table().with_marks(text)
