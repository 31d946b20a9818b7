"""The words that carry a decision: what to delete so that the text is no longer flagged.

Each feature's share of the deciding margin is spread over the words it came from; words are taken, the
heaviest first, until the score left is under its threshold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers import features, linear
from classifiers.normalise import Normalised
from classifiers.phrases import Hit
from lachan.domain.assessment import Span
from lachan.domain.routing import Routed, Thresholds
from lachan.domain.taxonomy import Category, Context

SpanOf = Callable[[int, int], tuple[int, int]]

_WORD: Final = re.compile(r"\S+")
#: What is left must lie this far under the threshold (in logits): deleting words makes new neighbours.
_CLEARANCE: Final = 1.0
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


def carrying(
    model: linear.LinearModel,
    thresholds: Thresholds,
    traced: Normalised,
    hits: Sequence[Hit],
    routed: Routed,
    margin: linear.F32,
) -> tuple[Span, ...]:
    """Spans of the given text for a flagged outcome, in order, neighbours of one category joined.

    `margin` is the text's row of raw margins.
    """
    words = [(match.start(), match.end()) for match in _WORD.finditer(traced.text)]
    if not words:
        return ()
    promoting = routed.context is Context.PROMOTING
    sides = (Context.PROMOTING,) if promoting else (Context.VICTIM, Context.WITNESS)
    threshold = thresholds.review if promoting else thresholds.protect
    found = features.occurrences([traced.text], [hits])
    count = len(linear.CONTEXTS)
    top = [int(column) for column in linear.top_categories(margin[None])[0]]
    columns = [
        *range(count),
        *top,
        *(count + linear.CATEGORIES.index(label.category) for label in routed.labels),
    ]
    shares = _word_shares(found, model.contributions(found, columns), words, len(traced.text))
    logits = model.context_logits(margin[None])[0]
    contexts = shares[:, : count + len(top)] @ model.mixing
    index = {context: at for at, context in enumerate(linear.CONTEXTS)}
    for_sides = [index[side] for side in sides]
    against = index[Context.OTHER]
    decisive = contexts[:, for_sides].max(axis=1) - contexts[:, against]
    need = _logit(threshold) - _CLEARANCE
    left = float(np.logaddexp.reduce(logits[for_sides]) - _others(logits, for_sides))
    chosen: list[int] = []
    for word in np.argsort(-decisive):
        if left < need or (len(chosen) + 1 > _MOST * len(words) and chosen) or decisive[word] <= 0:
            break
        chosen.append(int(word))
        left -= float(decisive[word])
    category = {word: _speaks_for(shares[word, count + len(top) :], routed) for word in chosen}
    return _joined(sorted(chosen), words, category, traced)


def _logit(probability: float) -> float:
    return float(np.log(probability / (1.0 - probability)))


def _others(logits: linear.F32, sides: Sequence[int]) -> float:
    rest = [at for at in range(len(logits)) if at not in sides]
    return float(np.logaddexp.reduce(logits[rest]))


def _speaks_for(shares: NDArray[np.float64], routed: Routed) -> Category:
    return routed.labels[int(np.argmax(shares))].category


def _joined(
    chosen: Sequence[int], words: Sequence[tuple[int, int]], category: dict[int, Category], traced: Normalised
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
