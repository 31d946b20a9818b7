"""A post's text cut into stretches for the page: masked, highlighted, explained. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from lachan.domain.assessment import Span
from lachan.domain.privacy import MARKS, DetailKind, mask
from lachan.domain.taxonomy import Category


@dataclass(frozen=True)
class Stretch:
    """Text of one look. `category`: highlighted for it. `detail`: the number of the personal detail that it is
    (from 0), with its `kind`; `hidden` while only its mark is shown."""

    text: str
    category: Category | None = None
    detail: int | None = None
    kind: DetailKind | None = None
    hidden: bool = False


def stretches(
    text: str, spans: Sequence[Span], *, wide: bool, revealed: Collection[int] = ()
) -> list[Stretch]:
    """The whole text in order. Offsets of `spans` are code points of `text`; where spans overlap, the first
    one counts. Details whose number is in `revealed` show their words."""
    details = mask(text, wide=wide).details
    cuts = {0, len(text)}
    cuts |= {max(0, min(cut, len(text))) for span in spans for cut in (span.start, span.end)}
    cuts |= {cut for detail in details for cut in (detail.start, detail.end)}
    for detail in details:  # a detail is shown or hidden whole
        cuts -= {cut for cut in cuts if detail.start < cut < detail.end}
    points = sorted(cuts)
    parts = []
    for start, end in pairwise(points):
        category = next((s.category for s in spans if s.start < end and start < s.end), None)
        number = next((n for n, d in enumerate(details) if d.start <= start < d.end), None)
        if number is None:
            parts.append(Stretch(text[start:end], category))
        else:
            kind, hidden = details[number].kind, number not in revealed
            parts.append(Stretch(MARKS[kind] if hidden else text[start:end], category, number, kind, hidden))
    return parts


@dataclass(frozen=True)
class Change:
    """A run of words: `same`, only in the `first` text, or only in the `other`."""

    where: str
    text: str


def changes(first: str, other: str) -> list[Change]:
    """What differs between two masked texts, word by word."""
    a, b = first.split(), other.split()
    found = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Change("same", " ".join(a[a1:a2])))
            continue
        if a2 > a1:
            found.append(Change("first", " ".join(a[a1:a2])))
        if b2 > b1:
            found.append(Change("other", " ".join(b[b1:b2])))
    return found
