"""What measuring asks of a judge beyond its word: the scores behind it, and where the thresholds stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from lachan.domain.assessment import Assessment
from lachan.domain.routing import Thresholds
from lachan.pipeline.ports import JudgeInput


@dataclass(frozen=True)
class RouteScores:
    """Probabilities, 0 to 1, that a text promotes harm, and that a victim or witness speaks in it."""

    review: float
    protect: float


@runtime_checkable
class Scoring(Protocol):
    """A judge that also tells its scores."""

    @property
    def thresholds(self) -> Thresholds: ...

    @property
    def stages(self) -> int:
        """1, or 2 where a first stage lets texts go that the second never reads."""
        ...

    def route_scores(self, items: Sequence[JudgeInput]) -> list[RouteScores]:
        """Of each text, read by every stage, whatever a rule or an earlier stage says."""
        ...

    def outcomes(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        """As `assess`, without the spans, which cost readings of their own."""
        ...
