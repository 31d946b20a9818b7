"""What the judge says of one text, in words that an officer can check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lachan.domain.taxonomy import AgeBand, Category, Context, Route


class Stage(StrEnum):
    """How far a judge read a text before it decided."""

    RULES = "rules"  # let go by a rule (no sign of a minor), never scored
    FIRST = "first"  # let go by the first of two stages
    LOT = "lot"  # let go by the first stage, and read in full all the same: drawn by lot
    SECOND = "second"  # passed on by the first stage
    FULL = "full"  # by a judge of one stage


@dataclass(frozen=True)
class Label:
    """A category with its calibrated score, 0 to 1."""

    category: Category
    score: float


@dataclass(frozen=True)
class Span:
    """Code points `start` (from 0) to `end` (exclusive) of the given text, and the category they speak for."""

    start: int
    end: int
    category: Category


@dataclass(frozen=True)
class Reason:
    """A named rule that held (`code`), and the words in the text that it held on, as offsets or None."""

    code: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Assessment:
    """One judgement. For route `none`: no labels, no spans, no reasons, context `other`, not urgent."""

    route: Route
    context: Context
    model: str
    labels: tuple[Label, ...] = ()
    spans: tuple[Span, ...] = ()
    reasons: tuple[Reason, ...] = ()
    urgent: bool = False
    age: AgeBand = AgeBand.AGE_UNKNOWN
    stage: Stage = Stage.FULL

    @property
    def categories(self) -> tuple[Category, ...]:
        """The categories, best score first."""
        return tuple(label.category for label in self.labels)

    @staticmethod
    def harmless(model: str, stage: Stage = Stage.FULL) -> Assessment:
        """The one shape of a text that is let go."""
        return Assessment(route=Route.NONE, context=Context.OTHER, model=model, stage=stage)
