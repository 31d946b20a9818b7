"""Vetted lists at work: which listed terms and addresses stand in a text, and how common a term is in harmless ones.

A term is looked up as the concepts are: whole words of the normalised text, with their marks or with none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from classifiers.normalise import normalise_text
from classifiers.phrases import PhraseTable
from lachan.domain.assessment import Reason
from lachan.domain.taxonomy import Category
from lachan.domain.vetted_list import ListContent, address, check_frequency, check_term

_LINK: Final = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_AFTER: Final = ".,;:!?)]}…"


class ListCode(StrEnum):
    """Reasons that an officer is shown."""

    LISTED_TERM = "listed_term"
    LISTED_ADDRESS = "listed_address"


@dataclass(frozen=True)
class Found:
    """What of the lists stands in a text. `terms` are reasons with offsets of the normalised text; `addresses`
    have none: normalising takes them apart."""

    terms: tuple[tuple[Category, Reason], ...] = ()
    addresses: frozenset[Category] = frozenset()
    vouched: frozenset[Category] = frozenset()

    @property
    def listed(self) -> frozenset[Category]:
        return self.addresses.union(category for category, _ in self.terms)

    def reasons(self, categories: Iterable[Category]) -> list[Reason]:
        """For these categories: which rule held, and on which words."""
        wanted = set(categories)
        reasons = [reason for category, reason in self.terms if category in wanted]
        if (self.addresses | self.vouched) & wanted:
            reasons.append(Reason(ListCode.LISTED_ADDRESS.value))
        return reasons


NOTHING: Final = Found()


class VettedLists:
    """The lists in use. Immutable."""

    def __init__(self, lists: Sequence[ListContent] = ()) -> None:
        self._table = PhraseTable(
            (each.category.value, normalise_text(term)) for each in lists for term in each.terms
        )
        addresses: dict[str, set[Category]] = {}
        for each in lists:
            for url in each.urls:
                place = address(url)
                if place is not None:
                    addresses.setdefault(place, set()).add(each.category)
        self._addresses = {place: frozenset(of) for place, of in addresses.items()}
        self._empty = not lists

    def find(self, normal: str, given: str, url: str) -> Found:
        """`normal` is the normalised `given` text, `url` the address of the post or ""."""
        if self._empty:
            return NOTHING
        terms = tuple(
            (Category(hit.concept), Reason(ListCode.LISTED_TERM.value, hit.start, hit.end))
            for hit in self._table.hits(normal)
        )
        inside: set[Category] = set()
        for link in _LINK.findall(given):
            inside |= self._of(link.rstrip(_AFTER))
        return Found(terms, frozenset(inside), self._of(url))

    def _of(self, url: str) -> frozenset[Category]:
        place = address(url) if url else None
        return self._addresses.get(place, frozenset()) if place else frozenset()


def try_terms(terms: Sequence[str], harmless: Iterable[str]) -> int:
    """Look every term up in harmless texts; returns how many texts there were. Raises RefusedError for a term that
    says nothing once normalised, or occurs too often; InputError for too few texts."""
    normal = {normalise_text(term): term for term in terms}
    for form in normal:
        check_term(form)
    table = PhraseTable((form, form) for form in normal)
    counts = dict.fromkeys(terms, 0)
    texts = 0
    for text in harmless:
        texts += 1
        for form in {hit.concept for hit in table.hits(normalise_text(text))}:
            counts[normal[form]] += 1
    check_frequency(counts, texts)
    return texts
