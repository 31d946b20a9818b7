"""From scores to a route: thresholds, the signs of a minor, the four parts of a call. Pure and explained.

`review` in doubt lets go; `protect` in doubt helps: who is sure of the harm, but not of who speaks, helps.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from lachan.domain.assessment import Label
from lachan.domain.errors import RefusedError
from lachan.domain.taxonomy import (
    CALL_CATEGORIES,
    TESTIMONY_ONLY,
    Audience,
    Category,
    Context,
    Route,
    route_of,
)


@dataclass(frozen=True)
class Thresholds:
    """Scores (0 to 1) from which on a text is flagged. Shipped with the model; may be raised, never lowered.

    `review`: of promoting. `protect`: of any harm, where it is rather told than done. `category`: from which a
    category is named. `call`: from which one of the two call categories is named for `review`, where a mistake
    would touch a gathering.
    """

    review: float
    protect: float
    category: Mapping[Category, float] = field(default_factory=dict)
    default_category: float = 0.5
    call: float = 0.5

    def of(self, category: Category) -> float:
        return self.category.get(category, self.default_category)

    def raised(self, review: float | None = None, protect: float | None = None) -> Thresholds:
        """The same with higher route thresholds. Raises RefusedError for a lower one."""
        for given, shipped in ((review, self.review), (protect, self.protect)):
            if given is not None and given < shipped:
                raise RefusedError(f"thresholds may only be raised: {given} is under the shipped {shipped}")
        return Thresholds(
            review if review is not None else self.review,
            protect if protect is not None else self.protect,
            self.category,
            self.default_category,
            self.call,
        )


@dataclass(frozen=True)
class Evidence:
    """What the named rules found in the text itself.

    `minor`: a textual sign of a person under 18. `call_parts`: for each call category the parts present,
    out of `minors`, `purpose`, `call`, `target`. `listed`: categories for which a term or an address of a vetted
    list stands in the text; `vouched`: for which a vetted list names this very post by its address.
    """

    minor: bool
    call_parts: Mapping[Category, frozenset[str]] = field(default_factory=dict)
    listed: frozenset[Category] = frozenset()
    vouched: frozenset[Category] = frozenset()


ALL_PARTS = frozenset({"minors", "purpose", "call", "target"})


@dataclass(frozen=True)
class Scores:
    """Calibrated probabilities, 0 to 1: of `promoting`, of `victim` or `witness`, and of each category."""

    promoting: float
    victim: float
    witness: float
    categories: Mapping[Category, float]

    def is_told(self, threshold: float) -> bool:
        """Whether harm is as likely as `threshold`, and rather told by a victim or witness than done. That a post
        may also be the deed itself is no reason to leave a child without help."""
        return told_of_harm(self.promoting, self.victim + self.witness, threshold)


def told_of_harm(promoting: float, protect: float, threshold: float) -> bool:
    """`Scores.is_told` of the two route scores."""
    return protect >= promoting and promoting + protect >= threshold


@dataclass(frozen=True)
class Routed:
    """The outcome: for `none` empty labels and context `other`."""

    route: Route
    context: Context
    labels: tuple[Label, ...] = ()


def route(
    scores: Scores,
    evidence: Evidence,
    thresholds: Thresholds,
    *,
    audience: Audience,
    imported: bool = False,
) -> Routed:
    """Decide where a text goes.

    - Without any sign of a minor nothing is flagged; a registered audience of minors may stand in for it,
      but never for the two calls and never for an imported row.
    - A call category stands only with all its four parts in the text itself.
    - The testimony-only categories are never routed to review by the model alone: a vetted list must agree. A
      listed term needs a textual sign of a minor and the model's word that the text promotes this category. A
      post that a list names by its address needs the sign of a minor alone; a call for help stays one.
    """
    audience_counts = audience is Audience.MINORS and not imported
    named = _named(scores, evidence, thresholds, minor=evidence.minor or audience_counts)
    if scores.is_told(thresholds.protect):
        categories = named or _nearly(
            scores, thresholds, CALL_CATEGORIES if not evidence.minor else frozenset()
        )
        if categories and (evidence.minor or audience_counts):
            context = Context.VICTIM if scores.victim >= scores.witness else Context.WITNESS
            return Routed(route_of([c.category for c in categories], context), context, categories)
    if scores.promoting >= thresholds.review:
        categories = tuple(
            label
            for label in named or _likeliest(scores, thresholds, minor=evidence.minor or audience_counts)
            if (
                label.category not in TESTIMONY_ONLY or (evidence.minor and label.category in evidence.listed)
            )
            and (
                label.category not in CALL_CATEGORIES
                or (
                    label.score >= thresholds.call
                    and evidence.call_parts.get(label.category, frozenset()) >= ALL_PARTS
                )
            )
        )
        if categories:
            return Routed(Route.REVIEW, Context.PROMOTING, categories)
    vouched = evidence.vouched & TESTIMONY_ONLY
    if vouched and evidence.minor:
        labels = (Label(category, scores.categories.get(category, 0.0)) for category in sorted(vouched))
        return Routed(Route.REVIEW, Context.PROMOTING, tuple(labels))
    return Routed(Route.NONE, Context.OTHER)


def _named(scores: Scores, evidence: Evidence, thresholds: Thresholds, *, minor: bool) -> tuple[Label, ...]:
    if not minor:
        return ()
    labels = [
        Label(category, score)
        for category, score in scores.categories.items()
        if score >= thresholds.of(category) and (evidence.minor or category not in CALL_CATEGORIES)
    ]
    return tuple(sorted(labels, key=lambda label: (-label.score, label.category)))


def _likeliest(scores: Scores, thresholds: Thresholds, *, minor: bool) -> tuple[Label, ...]:
    """For `review`: `_nearly`, but neither a call nor one that only testimony taught."""
    best = _nearly(scores, thresholds, ())
    return (
        best if minor and not {label.category for label in best} & (CALL_CATEGORIES | TESTIMONY_ONLY) else ()
    )


def _nearly(scores: Scores, thresholds: Thresholds, without: Collection[Category]) -> tuple[Label, ...]:
    """Where no category reaches its cut: the likeliest one, if it reaches half. Who is sure of harm, but has no
    idea of which, has met a strong opinion or a grumble, not a plea."""
    left = [(score, category) for category, score in scores.categories.items() if category not in without]
    if not left:
        return ()
    score, category = max(left)
    return (Label(category, score),) if score >= thresholds.of(category) / 2 else ()
