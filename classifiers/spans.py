"""The words that carry a decision: what to delete so that the text is no longer flagged.

Each feature's share of the linear model's deciding margin is spread over the words it came from; words are
taken, the heaviest first, until what is left no longer scores as it did: the whole judge is asked, not a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers import features, linear
from classifiers.normalise import Normalised
from classifiers.phrases import Hit
from lachan.domain.assessment import Span
from lachan.domain.routing import Routed
from lachan.domain.taxonomy import Category, Context

SpanOf = Callable[[int, int], tuple[int, int]]
#: Whether each normalised text is still scored as the flagged one was.
Still = Callable[[Sequence[str]], list[bool]]

_WORD: Final = re.compile(r"\S+")
#: Never more than this share of the words: a span that marks everything explains nothing.
_MOST: Final = 0.6


def _word_shares(
    found: features.Occurrences, contributions: linear.F32, words: Sequence[tuple[int, int]], length: int
) -> NDArray[np.float64]:
    """(words, columns): each occurrence's contribution, spread evenly over the words it touches."""
    word_at = np.zeros(length + 1, dtype=np.int64)
    for index, (start, _) in enumerate(words):
        word_at[start:] = index
    first = word_at[np.clip(found.start, 0, length)]
    last = word_at[np.clip(found.end - 1, 0, length)]
    last = np.maximum(first, last)
    share = contributions / (last - first + 1)[:, None]
    steps = np.zeros((len(words) + 1, contributions.shape[1]))
    np.add.at(steps, first, share)
    np.add.at(steps, last + 1, -share)
    spread: NDArray[np.float64] = np.cumsum(steps, axis=0)[: len(words)]
    return spread


@dataclass(frozen=True)
class Ranking:
    """The words of a normalised text, as ranges; which carry the decision, heaviest first; and for what."""

    words: tuple[tuple[int, int], ...]
    heaviest: tuple[int, ...]
    category: tuple[Category, ...]


def rank(
    model: linear.LinearModel, text: str, hits: Sequence[Hit], routed: Routed, margin: linear.F32
) -> Ranking:
    """Words of the normalised `text` by their share of the decision; `margin` is its row of raw margins."""
    words = tuple((match.start(), match.end()) for match in _WORD.finditer(text))
    if not words:
        return Ranking((), (), ())
    promoting = routed.context is Context.PROMOTING
    sides = (Context.PROMOTING,) if promoting else (Context.VICTIM, Context.WITNESS)
    found = features.occurrences([text], [hits])
    count = len(linear.CONTEXTS)
    top = [int(column) for column in linear.top_categories(margin[None])[0]]
    columns = [
        *range(count),
        *top,
        *(count + linear.CATEGORIES.index(label.category) for label in routed.labels),
    ]
    shares = _word_shares(found, model.contributions(found, columns), words, len(text))
    contexts = shares[:, : count + len(top)] @ model.mixing
    index = {context: at for at, context in enumerate(linear.CONTEXTS)}
    decisive = contexts[:, [index[side] for side in sides]].max(axis=1) - contexts[:, index[Context.OTHER]]
    return Ranking(
        words,
        tuple(int(word) for word in np.argsort(-decisive, kind="stable")),
        tuple(_speaks_for(each, routed) for each in shares[:, count + len(top) :]),
    )


def carrying(ranking: Ranking, traced: Normalised, still: Still) -> tuple[Span, ...]:
    """Spans of the given text, in order, neighbours of one category joined.

    The fewest of the heaviest words (in steps that grow) without which `still` is false; at most a fixed share
    of the words, and that many when none suffice.
    """
    if not ranking.words:
        return ()
    most = max(1, int(_MOST * len(ranking.words)))
    sizes = [1]
    while sizes[-1] < most:
        sizes.append(min(most, sizes[-1] + 1 + sizes[-1] // 2))
    # One after another: the first sizes are mostly enough, and reading a text again is what costs.
    size = next((size for size in sizes if not still([_without(traced.text, ranking, size)])[0]), most)
    chosen = sorted(ranking.heaviest[:size])
    return _joined(chosen, ranking.words, ranking.category, traced)


def _without(text: str, ranking: Ranking, size: int) -> str:
    gone = set(ranking.heaviest[:size])
    return " ".join(text[a:b] for word, (a, b) in enumerate(ranking.words) if word not in gone)


def _speaks_for(shares: NDArray[np.float64], routed: Routed) -> Category:
    return routed.labels[int(np.argmax(shares))].category


def _joined(
    chosen: Sequence[int],
    words: Sequence[tuple[int, int]],
    category: Sequence[Category],
    traced: Normalised,
) -> tuple[Span, ...]:
    result: list[Span] = []
    before = -2
    for word in chosen:
        start, end = traced.given_span(*words[word])
        if word == before + 1 and result and result[-1].category is category[word]:
            result[-1] = Span(result[-1].start, max(end, result[-1].end), category[word])
        elif result and start < result[-1].end:  # one given word stands behind two normalised ones
            result[-1] = Span(result[-1].start, max(end, result[-1].end), result[-1].category)
        else:
            result.append(Span(start, end, category[word]))
        before = word
    return tuple(result)
