"""The judge, and what it works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from lachan.domain.assessment import Assessment
from lachan.domain.promotion import Promotion
from lachan.domain.taxonomy import Audience
from lachan.domain.vetted_list import Issuer, VettedList

UrgentWords = Callable[[str], bool]  # whether a text names imminent danger


class ListStore(Protocol):
    """Vetted lists and their issuers. Getting raises NotFound, adding a name twice ConflictError."""

    def add_issuer(self, issuer: Issuer) -> None: ...

    def issuer(self, name: str) -> Issuer: ...

    def save_issuer(self, issuer: Issuer) -> None: ...

    def remove_issuer(self, name: str) -> None: ...

    def issuers(self) -> list[Issuer]: ...

    def add(self, new: VettedList) -> None: ...

    def get(self, name: str) -> VettedList: ...

    def save(self, changed: VettedList) -> None: ...

    def remove(self, name: str) -> None: ...

    def all(self) -> list[VettedList]: ...


class ModelStore(Protocol):
    """Models proposed to go live, by digest."""

    def get(self, digest: str) -> Promotion:
        """Raises NotFound."""
        ...

    def save(self, promotion: Promotion) -> None: ...

    def all(self) -> list[Promotion]:
        """Oldest proposal first."""
        ...


@dataclass(frozen=True)
class JudgeInput:
    text: str
    audience: Audience = Audience.GENERAL
    imported: bool = False
    url: str = ""  # of the post itself, for vetted lists; never fetched, never kept


class Judge(Protocol):
    """Reads texts, in batches; holds no state between them."""

    @property
    def name(self) -> str:
        """`name@digest`."""
        ...

    def assess(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        """One assessment an item, in order. Span offsets are code points of the given text."""
        ...
