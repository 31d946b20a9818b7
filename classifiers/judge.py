"""The judge: texts in, assessments out, each with its reasons and the words that carried it.

normalise -> rules (no sign of a minor: let go at once) -> linear model (clearly harmless: let go, but for a few
drawn by lot) -> encoder, blended with the linear scores -> vetted lists -> domain.routing -> spans and reasons
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from classifiers import evidence, features, linear, model_folder, spans
from classifiers.lot import Lot
from classifiers.model_folder import Model
from classifiers.normalise import Normalised, normalise, normalise_text
from classifiers.scoring import RouteScores
from classifiers.vetted import Found, VettedLists
from lachan.domain.assessment import Assessment, Reason, Span, Stage
from lachan.domain.routing import Routed, Thresholds, route
from lachan.domain.taxonomy import CALL_CATEGORIES, TESTIMONY_ONLY, AgeBand, Audience, Context, Route
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
    signs: evidence.Signs
    listed: Found


@dataclass(frozen=True)
class _Flagged:
    """A suspect that is flagged, and why."""

    suspect: _Suspect
    traced: Normalised
    found: evidence.Findings
    routed: Routed
    margin: linear.F32


class CascadeJudge:
    """`ports.Judge` over a linear model and, where the folder has one, an encoder. Thread-safe."""

    def __init__(
        self,
        model: Model,
        thresholds: Thresholds | None = None,
        lists: VettedLists | None = None,
        lot: Lot | None = None,
    ) -> None:
        """`thresholds` may raise the shipped ones (`Thresholds.raised`), never lower them. Without a `lot` nothing
        that the first stage lets go is read in full."""
        shipped = model.card.thresholds
        self._model = model
        self._card = model.card
        self._thresholds = (
            shipped if thresholds is None else shipped.raised(thresholds.review, thresholds.protect)
        )
        self._lists = lists or VettedLists()
        self._lot = lot

    @staticmethod
    def load(folder: Path) -> CascadeJudge:
        """Read a model folder. Raises InputError when there is no sound model in it."""
        return CascadeJudge(model_folder.load(folder))

    @property
    def name(self) -> str:
        """`name@digest` (12 hex digits)."""
        return self._card.full_name

    @property
    def digest(self) -> str:
        """SHA-256 over weights and thresholds, 64 hex digits."""
        return self._card.digest

    @property
    def thresholds(self) -> Thresholds:
        return self._thresholds

    def raised(self, thresholds: Thresholds) -> CascadeJudge:
        """The same judge, flagging less. Raises RefusedError for a threshold under the shipped one."""
        return CascadeJudge(self._model, thresholds, self._lists, self._lot)

    def with_lists(self, lists: VettedLists) -> CascadeJudge:
        """The same judge with these vetted lists; they change no score."""
        return CascadeJudge(self._model, self._thresholds, lists, self._lot)

    def with_lot(self, lot: Lot) -> CascadeJudge:
        """The same judge, which reads in full what `lot` draws of what its first stage lets go."""
        return CascadeJudge(self._model, self._thresholds, self._lists, lot)

    @property
    def stages(self) -> int:
        """2 where the folder has an encoder, which reads what the linear model does not let go."""
        return 1 if self._model.encoder is None else 2

    def route_scores(self, items: Sequence[JudgeInput]) -> list[RouteScores]:
        """Scores of each text, read by every stage, whatever a rule or the first stage says."""
        found: list[RouteScores] = []
        for first in range(0, len(items), BATCH):
            texts = [normalise_text(item.text[:LONGEST_READ]) for item in items[first : first + BATCH]]
            each = [linear.scores_of(row) for row in scores(self._model, texts)]
            found.extend(RouteScores(one.promoting, one.victim + one.witness) for one in each)
        return found

    def assess(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        """One assessment an item, in order; span offsets are code points of the given text."""
        return self._in_batches(items, marked=True)

    def outcomes(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        """As `assess`, without the spans, which cost readings of their own: for measuring."""
        return self._in_batches(items, marked=False)

    def _in_batches(self, items: Sequence[JudgeInput], *, marked: bool) -> list[Assessment]:
        results: list[Assessment] = []
        for first in range(0, len(items), BATCH):
            results.extend(self._assess(items[first : first + BATCH], marked=marked))
        return results

    def _assess(self, items: Sequence[JudgeInput], *, marked: bool) -> list[Assessment]:
        results = [Assessment.harmless(self.name, Stage.RULES)] * len(items)
        suspects: list[_Suspect] = []
        for at, item in enumerate(items):
            text = normalise_text(item.text[:LONGEST_READ])
            signs = evidence.signs(text)
            if signs.minors or (item.audience is Audience.MINORS and not item.imported):
                listed = self._lists.find(text, item.text[:LONGEST_READ], item.url)
                suspects.append(_Suspect(at, text, signs, listed))
        if not suspects:
            return results
        flagged: list[_Flagged] = []
        for suspect, margin, row, stage in self._scored(suspects):
            results[suspect.at] = Assessment.harmless(self.name, stage)
            if stage is Stage.FIRST:
                continue
            item = items[suspect.at]
            found = suspect.signs.findings()
            routed = route(
                linear.scores_of(row),
                replace(found.evidence, listed=suspect.listed.listed, vouched=suspect.listed.vouched),
                self._thresholds,
                audience=item.audience,
                imported=item.imported,
            )
            if routed.route is not Route.NONE:
                each = _Flagged(suspect, normalise(item.text[:LONGEST_READ]), found, routed, margin)
                said = self._said(each, float(row[linear.URGENT]))
                results[suspect.at] = replace(said, stage=stage)
                flagged.append(each)
        if marked and flagged:
            for each, carried in zip(flagged, self._spans(flagged), strict=True):
                results[each.suspect.at] = replace(results[each.suspect.at], spans=carried)
        return results

    def _scored(
        self, suspects: Sequence[_Suspect]
    ) -> Iterator[tuple[_Suspect, linear.F32, linear.F32, Stage]]:
        """Each suspect with its margins, its probabilities, and how far it was read."""
        margins = self._model.linear.margins(
            features.occurrences([s.text for s in suspects], [s.signs.hits for s in suspects])
        )
        probabilities = self._model.linear.calibrated(margins)
        stages = [Stage.FULL] * len(suspects)
        if self._model.encoder is not None and self._model.blend is not None:
            doubtful = set(self._model.blend.doubtful(probabilities))
            stages = [self._stage(each, at in doubtful) for at, each in enumerate(suspects)]
            read = [at for at, stage in enumerate(stages) if stage is not Stage.FIRST]
            logits = self._model.encoder.logits([suspects[at].text for at in read])
            probabilities[read] = self._model.blend.probabilities(probabilities[read], logits)
        yield from zip(suspects, margins, probabilities, stages, strict=True)

    def _stage(self, suspect: _Suspect, doubtful: bool) -> Stage:
        if doubtful or suspect.listed.listed or suspect.listed.vouched:
            return Stage.SECOND
        return Stage.LOT if self._lot is not None and self._lot.draws(suspect.text) else Stage.FIRST

    def _said(self, flagged: _Flagged, urgency: float) -> Assessment:
        """All but the spans."""
        found, routed, listed = flagged.found, flagged.routed, flagged.suspect.listed
        reasons, urgent = self._reasons(found, routed, urgency)
        if routed.route is Route.REVIEW:
            named = TESTIMONY_ONLY.intersection(label.category for label in routed.labels)
            reasons += listed.reasons(named)
        return Assessment(
            route=routed.route,
            context=routed.context,
            model=self.name,
            labels=routed.labels,
            reasons=tuple(_given(flagged.traced.given_span, reason) for reason in reasons),
            urgent=urgent,
            age=found.age if found.minors else AgeBand.AGE_UNKNOWN,
        )

    def _spans(self, flagged: Sequence[_Flagged]) -> list[tuple[Span, ...]]:
        """The words that carry each decision."""
        texts = [each.traced.text for each in flagged]
        occurrences = features.occurrences(texts, [each.found.hits for each in flagged])
        asked = [
            (spans.rank(self._model.linear, each.traced.text, own, each.routed, each.margin), each.traced)
            for each, own in zip(flagged, occurrences.each(), strict=True)
        ]

        def still(shorter: Sequence[tuple[int, str]]) -> list[bool]:
            """Whether texts still score as they were routed, by the score alone."""
            rows = scores(self._model, [text for _, text in shorter])
            told = zip(shorter, map(linear.scores_of, rows), strict=True)
            return [
                said.promoting >= self._thresholds.review
                if flagged[at].routed.context is Context.PROMOTING
                else said.is_told(self._thresholds.protect)
                for (at, _), said in told
            ]

        return spans.carrying(asked, still)

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


def scores(model: Model, texts: Sequence[str]) -> linear.F32:
    """Probabilities of every normalised text, (texts, COLUMNS), read by every stage whatever an earlier says."""
    if not texts:
        return np.zeros((0, linear.COLUMNS), dtype=np.float32)
    hits = [evidence.signs(text).hits for text in texts]
    alone = model.linear.calibrated(model.linear.margins(features.occurrences(texts, hits)))
    if model.encoder is None or model.blend is None:
        return alone
    return model.blend.probabilities(alone, model.encoder.logits(texts))
