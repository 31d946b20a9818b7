"""Whether the marked words carry the decision: they are deleted, and as many words drawn by lot for comparison.

flagged post -> its text without the marked spans -> score -> under the threshold?
             -> its text without random runs of as many words -> score -> under the threshold?

Asked is the score alone, never the rules: a span that takes out the sign of a minor would let every text go.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from classifiers.intervals import Figure, share
from lachan.domain.assessment import Assessment, Span

#: Whether the texts, given with how they were flagged, still score over the threshold of that route.
StillFlagged = Callable[[Sequence[tuple[str, Assessment]]], list[bool]]

_WORD: Final = re.compile(r"\S+")


@dataclass(frozen=True)
class SpanControl:
    """Shares of deletions that bring the score under its threshold: of the marked spans, of random words; and
    which share of a post's words is marked, on average."""

    marked: Figure
    random: Figure
    words_marked: float


def control(flagged: Sequence[tuple[str, Assessment]], still: StillFlagged, seed: int = 0) -> SpanControl:
    """Over posts that a judge flagged, given with what it said. The same seed draws the same words."""
    lot = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    asked = [(text, said) for text, said in flagged if said.spans]
    without = [(_deleted(text, [(s.start, s.end) for s in said.spans]), said) for text, said in asked]
    drawn = [(_deleted(text, _random_runs(text, said.spans, lot)), said) for text, said in asked]
    lost = sum(not flag for flag in still(without))
    lost_at_random = sum(not flag for flag in still(drawn))
    shares = [sum(_touched(text, said.spans)) / max(1, len(_words(text))) for text, said in asked]
    mean = sum(shares) / len(shares) if shares else 0.0
    return SpanControl(share(lost, len(asked)), share(lost_at_random, len(asked)), mean)


def _words(text: str) -> list[tuple[int, int]]:
    return [(match.start(), match.end()) for match in _WORD.finditer(text)]


def _touched(text: str, spans: Sequence[Span]) -> list[bool]:
    """Of each word, whether a span touches it."""
    return [any(s.start < end and start < s.end for s in spans) for start, end in _words(text)]


def _deleted(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(ranges, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _random_runs(text: str, spans: Sequence[Span], lot: random.Random) -> list[tuple[int, int]]:
    """Runs of words, as many and as long as the marked ones, in any order, anywhere, none over another."""
    words, touched = _words(text), _touched(text, spans)
    runs: list[int] = []
    for at, marked in enumerate(touched):
        if marked and at and touched[at - 1]:
            runs[-1] += 1
        elif marked:
            runs.append(1)
    lot.shuffle(runs)
    # Runs stand among the free words as drawn slots do: every arrangement is equally likely.
    slots = sorted(lot.sample(range(len(words) - sum(runs) + len(runs)), len(runs)))
    chosen: list[tuple[int, int]] = []
    longer = 0
    for slot, run in zip(slots, runs, strict=True):
        first = slot + longer
        chosen.append((words[first][0], words[first + run - 1][1]))
        longer += run - 1
    return chosen
