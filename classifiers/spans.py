"""The words that carry a decision: what to delete so that the text is no longer flagged.

Each feature's share of the linear model's deciding margin is spread over the words it came from; words are
taken, the heaviest first, until what is left no longer scores as it did: the linear model guesses how many, and the
whole judge is asked whether they suffice.
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
from lachan.domain.assessment import Span
from lachan.domain.routing import Routed
from lachan.domain.taxonomy import Category, Context

SpanOf = Callable[[int, int], tuple[int, int]]
#: Of normalised texts, each with the place of the flagged one that it was: whether it is still scored as that was.
Still = Callable[[Sequence[tuple[int, str]]], list[bool]]

_WORD: Final = re.compile(r"\S+")
#: Never more than this share of the words: a span that marks everything explains nothing.
_MOST: Final = 0.6
#: Logits by which the linear model may still hold to its context without the words tried first. Lower costs fewer
#: readings and marks more words: on 412 training posts 2, 1 and 0 cost 1.6, 1.3 and 1.1 readings and marked 23, 25
#: and 28 % of the words; trying one word first, whatever the model says, 3.5 and 21 %.
_LEFT: Final = 1.0


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
    """The words of a normalised text, as ranges; which carry the decision, heaviest first; for what; and how many of
    them the linear model takes to suffice."""

    words: tuple[tuple[int, int], ...]
    heaviest: tuple[int, ...]
    category: tuple[Category, ...]
    first: int = 1


def rank(
    model: linear.LinearModel, text: str, found: features.Occurrences, routed: Routed, margin: linear.F32
) -> Ranking:
    """Words of the normalised `text` by their share of the decision; `found` are its features, `margin` is its row of
    raw margins."""
    words = tuple((match.start(), match.end()) for match in _WORD.finditer(text))
    if not words:
        return Ranking((), (), ())
    promoting = routed.context is Context.PROMOTING
    sides = (Context.PROMOTING,) if promoting else (Context.VICTIM, Context.WITNESS)
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
    other = index[Context.OTHER]
    decisive = contexts[:, [index[side] for side in sides]].max(axis=1) - contexts[:, other]
    heaviest = np.argsort(-decisive, kind="stable")
    logits = model.context_logits(margin[None])[0]
    surplus = max(logits[index[side]] for side in sides) - logits[other] - _LEFT
    return Ranking(
        words,
        tuple(int(word) for word in heaviest),
        tuple(_speaks_for(each, routed) for each in shares[:, count + len(top) :]),
        min(len(words), 1 + int(np.logical_and.accumulate(np.cumsum(decisive[heaviest]) < surplus).sum())),
    )


def carrying(asked: Sequence[tuple[Ranking, Normalised]], still: Still) -> list[tuple[Span, ...]]:
    """For each flagged text the spans of the given one, in order, neighbours of one category joined.

    So many of the heaviest words as are tried first, or, as long as `still` holds, more (in steps that grow); at most
    a fixed share of the words, and that many when none suffice.
    """
    most = [max(1, int(_MOST * len(ranking.words))) for ranking, _ in asked]
    sizes = [min(top, ranking.first) for top, (ranking, _) in zip(most, asked, strict=True)]
    left = [at for at, (ranking, _) in enumerate(asked) if ranking.words]
    while left:
        # The texts of a batch together: a round costs the linear model little more than one text.
        held = still([(at, _without(asked[at][1].text, asked[at][0], sizes[at])) for at in left])
        left = [at for at, is_held in zip(left, held, strict=True) if is_held and sizes[at] < most[at]]
        for at in left:
            sizes[at] = min(most[at], sizes[at] + 1 + sizes[at] // 2)
    return [
        _joined(sorted(ranking.heaviest[:size]), ranking.words, ranking.category, traced)
        for size, (ranking, traced) in zip(sizes, asked, strict=True)
    ]


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
