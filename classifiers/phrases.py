"""Finds the phrases of a concept table in normalised text: whole words, with their marks, without, or with some.

A single word without marks counts for its marked form only where the text writes without marks: "danh" is
"đánh" in "ra danh nhau di", not in "báo danh ở sân". Where a word is met that has lost its marks for certain
("hoc", "mưoi"), any of a phrase may have: "đưoi hoc" stands for "đuổi học"; elsewhere "đưa con" is no "đứa con".

text -> words -> longest phrases at each word -> hits (concept, first word, last word, start, end)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from classifiers.syllable import fold, is_worn, lost_marks
from classifiers.tables import rows

_WORD: Final = re.compile(r"[^\W_]+\+?")
#: Single words that, written without marks, are quite another common word; they count with marks only.
_MARKS_NEEDED: Final = frozenset(row[0] for row in rows("marks_needed.txt"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of `concept` at words `first` to `last` (inclusive), code points `start` to `end`."""

    concept: str
    first: int
    last: int
    start: int
    end: int


class PhraseTable:
    """Immutable after construction. Looking up costs a few dictionary reads a word, however large the table."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        exact: dict[str, list[str]] = {}
        bare: dict[str, list[str]] = {}
        forms: dict[str, list[str]] = {}
        for concept, phrase in phrases:
            form = " ".join(_WORD.findall(phrase))
            exact.setdefault(form, []).append(concept)
            forms.setdefault(fold(form), []).append(form)
            if phrase not in _MARKS_NEEDED:
                bare.setdefault(fold(form), []).append(concept)
        self._exact = {form: tuple(dict.fromkeys(of)) for form, of in exact.items() if form}
        for form, of in self._exact.items():
            bare.setdefault(form, []).extend(of)
        self._concepts = {form: tuple(dict.fromkeys(of)) for form, of in bare.items() if form}
        self._forms = {plain: tuple(dict.fromkeys(of)) for plain, of in forms.items() if plain}
        sizes: dict[tuple[str, str], set[int]] = {}
        for form in self._forms:
            words = form.split()
            if len(words) > 1:
                sizes.setdefault((words[0], words[1]), set()).add(len(words))
        self._sizes = {start: tuple(sorted(of)) for start, of in sizes.items()}

    def hits(self, text: str) -> list[Hit]:
        """Every phrase in normalised `text`, in order of its first word."""
        matches = list(_WORD.finditer(text))
        words = [match[0] for match in matches]
        plain = fold(text)
        bare = words if plain is text else [plain[match.start() : match.end()] for match in matches]
        following = [*bare[1:], ""]
        found: list[Hit] = []
        marked = 4 * sum(not word.isascii() for word in words) >= len(words) > 0
        losing = plain is not text and any(map(lost_marks, words))
        singles = self._exact if marked else self._concepts
        for first, word in enumerate(words):
            concepts = singles.get(word)
            if concepts is not None:
                start, end = matches[first].span()
                found.extend([Hit(concept, first, first, start, end) for concept in concepts])
            for size in self._sizes.get((bare[first], following[first]), ()):
                if first + size > len(words):
                    continue
                concepts = self._concepts.get(" ".join(words[first : first + size]))
                if concepts is None and losing:
                    concepts = self._with_lost_marks(words[first : first + size], bare[first : first + size])
                if concepts is None:
                    continue
                last = first + size - 1
                start, end = matches[first].start(), matches[last].end()
                found.extend([Hit(concept, first, last, start, end) for concept in concepts])
        return found

    def _with_lost_marks(self, words: list[str], bare: list[str]) -> tuple[str, ...] | None:
        """The concepts of a phrase some of whose words have lost marks: "tieu học", "mưoi bảy"."""
        forms = self._forms.get(" ".join(bare), ())
        given = " ".join(words)
        lost = [form for form in forms if is_worn(given, form)]
        return tuple(dict.fromkeys(concept for form in lost for concept in self._exact[form])) or None


#: The one table, read once: data, not state.
CONCEPTS: Final = PhraseTable((row[0], row[1]) for row in rows("concepts.tsv"))
