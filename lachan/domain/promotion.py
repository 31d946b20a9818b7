"""A model that goes live beside those of the release: proposed by one person, approved by another, withdrawn by any.

proposed -> approved -> withdrawn;  proposed -> withdrawn. The model last approved judges; when it is withdrawn the
one approved before it does, and after the last of them the release's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ModelState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Promotion:
    """`digest` (64 hex digits) covers every file and setting of the model; `figures` are those it passed with."""

    digest: str
    name: str
    proposed_by: str
    proposed_at: datetime
    state: ModelState = ModelState.PROPOSED
    figures: Mapping[str, float] = field(default_factory=dict)
    approved_by: str | None = None
    approved_at: datetime | None = None


def current(promotions: Iterable[Promotion]) -> Promotion | None:
    """The one that judges; None for the release's own model."""
    approved = [each for each in promotions if each.state is ModelState.APPROVED]
    return max(approved, key=lambda each: (each.approved_at or each.proposed_at, each.digest), default=None)
