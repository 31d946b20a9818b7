"""The judge: texts in, assessments out, each with its reasons and the words that carried it.

normalise -> rules (no sign of a minor: let go at once) -> scores -> domain.routing -> spans and reasons
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from classifiers import evidence, features, linear, spans
from classifiers.normalise import normalise, normalise_text
from lachan.domain.assessment import Assessment, Reason
from lachan.domain.routing import Routed, Thresholds, route
from lachan.domain.taxonomy import CALL_CATEGORIES, AgeBand, Audience, Context, Route
from lachan.pipeline.ports import JudgeInput

#: Code points of a text that are read; a post longer than this carries its message before.
LONGEST_READ: Final = 20_000
#: Texts scored together: bounds memory, whatever the batch given.
BATCH: Final = 256


@dataclass(frozen=True)
class _Suspect:
    """A text with a sign of a minor (or a source of minors): the only ones that are scored."""

    at: int
    text: str
    found: evidence.Findings


class LinearJudge:
    """`ports.Judge` over a linear model. Thread-safe: nothing changes after construction."""

    def __init__(
        self, model: linear.LinearModel, card: linear.Card, thresholds: Thresholds | None = None
    ) -> None:
        """`thresholds` may raise the shipped ones (`Thresholds.raised`), never lower them."""
        shipped = card.thresholds
        self._model = model
        self._card = card
        self._thresholds = (
            shipped if thresholds is None else shipped.raised(thresholds.review, thresholds.protect)
        )

    @staticmethod
    def load(folder: Path) -> LinearJudge:
        """Read a model folder. Raises InputError when there is no sound model in it."""
        return LinearJudge(*linear.load(folder))

    @property
    def name(self) -> str:
        """`name@digest` (12 hex digits)."""
        return self._card.full_name

    @property
    def digest(self) -> str:
        """SHA-256 over weights and thresholds, 64 hex digits."""
        return self._card.digest

    @property
    def model(self) -> linear.LinearModel:
        return self._model

    @property
    def thresholds(self) -> Thresholds:
        return self._thresholds

    def raised(self, thresholds: Thresholds) -> LinearJudge:
        """The same judge, flagging less. Raises RefusedError for a threshold under the shipped one."""
        return LinearJudge(self._model, self._card, thresholds)

    def assess(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        """One assessment an item, in order; span offsets are code points of the given text."""
        results: list[Assessment] = []
        for first in range(0, len(items), BATCH):
            results.extend(self._assess(items[first : first + BATCH]))
        return results

    def _assess(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        results = [Assessment.harmless(self.name)] * len(items)
        suspects: list[_Suspect] = []
        for at, item in enumerate(items):
            text = normalise_text(item.text[:LONGEST_READ])
            found = evidence.find(text)
            if found.minors or (item.audience is Audience.MINORS and not item.imported):
                suspects.append(_Suspect(at, text, found))
        if not suspects:
            return results
        margins = self._model.margins(
            features.occurrences([s.text for s in suspects], [s.found.hits for s in suspects])
        )
        probabilities = self._model.calibrated(margins)
        for suspect, margin, row in zip(suspects, margins, probabilities, strict=True):
            item = items[suspect.at]
            routed = route(
                linear.scores_of(row),
                suspect.found.evidence,
                self._thresholds,
                audience=item.audience,
                imported=item.imported,
            )
            if routed.route is not Route.NONE:
                results[suspect.at] = self._flagged(item, suspect, routed, margin, float(row[linear.URGENT]))
        return results

    def _flagged(
        self, item: JudgeInput, suspect: _Suspect, routed: Routed, margin: linear.F32, urgency: float
    ) -> Assessment:
        traced = normalise(item.text[:LONGEST_READ])
        reasons, urgent = self._reasons(suspect.found, routed, urgency)
        return Assessment(
            route=routed.route,
            context=routed.context,
            model=self.name,
            labels=routed.labels,
            spans=spans.carrying(self._model, self._thresholds, traced, suspect.found.hits, routed, margin),
            reasons=tuple(_given(traced.given_span, reason) for reason in reasons),
            urgent=urgent,
            age=suspect.found.age if suspect.found.minors else AgeBand.AGE_UNKNOWN,
        )

    def _reasons(self, found: evidence.Findings, routed: Routed, urgency: float) -> tuple[list[Reason], bool]:
        """The rules that held for this outcome, and whether it is urgent: a rule and the model agree."""
        reasons = list(found.minors[:3]) or [Reason(evidence.Code.AUDIENCE_OF_MINORS.value)]
        for label in routed.labels:
            if label.category in CALL_CATEGORIES and routed.context is Context.PROMOTING:
                reasons.extend(found.parts[label.category].values())
        dangers = evidence.dangers_of(found.dangers, routed.context)
        urgent = bool(dangers) and urgency >= self._card.urgent
        if urgent:
            reasons.extend(dangers)
        return reasons, urgent


def _given(span_of: spans.SpanOf, reason: Reason) -> Reason:
    if reason.start is None or reason.end is None:
        return reason
    return Reason(reason.code, *span_of(reason.start, reason.end))


def scores(judge: LinearJudge, texts: Sequence[str]) -> linear.F32:
    """Calibrated probabilities of every text, (texts, COLUMNS), whether it has a sign of a minor or not."""
    normal = [normalise_text(text[:LONGEST_READ]) for text in texts]
    hits = [evidence.find(text).hits for text in normal]
    if not normal:
        return np.zeros((0, linear.COLUMNS), dtype=np.float32)
    return judge.model.calibrated(judge.model.margins(features.occurrences(normal, hits)))
