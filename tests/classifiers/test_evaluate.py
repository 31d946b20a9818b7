from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers import labelled
from classifiers.evaluate import Evaluation, evaluate
from classifiers.evaluation_page import to_html
from classifiers.judge import CascadeJudge
from classifiers.scoring import RouteScores
from lachan.domain.assessment import Assessment, Label, Span, Stage
from lachan.domain.routing import Thresholds
from lachan.domain.taxonomy import Category, Context, Route
from lachan.pipeline.ports import JudgeInput


class SaysDrugs:
    """Flags what speaks of a vape, and nothing else."""

    name = "says-drugs@000000000000"

    def assess(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        return [
            Assessment(Route.REVIEW, Context.PROMOTING, self.name, (Label(Category.DRUGS_TO_MINORS, 0.9),))
            if "vape" in item.text
            else Assessment.harmless(self.name)
            for item in items
        ]


def test_figures_are_what_a_hand_count_gives(labelled_file: Path) -> None:
    rows = labelled.read([labelled_file])
    result = evaluate(SaysDrugs(), rows, draws=20)
    assert result.recall_review.value == 12 / 30
    assert result.recall_protect.value == 0
    assert result.harmless_flagged.value == 0
    assert result.harmless_called == 0
    assert result.by_category["drugs_to_minors"].route.value == 12 / 30
    assert len(result.faults) == 18 + 30
    assert result.recall_review.low <= result.recall_review.value <= result.recall_review.high


def test_every_field_has_its_interval_in_every_slice(labelled_file: Path) -> None:
    rows = labelled.read([labelled_file])
    rows[0] = replace(rows[0], register="teencode", text="vui quá")
    result = evaluate(SaysDrugs(), rows, draws=20)
    assert set(result.by_register) == {"standard", "teencode", "no_diacritics", "evasive"}
    assert set(result.by_length) == {"1-12", "13-30", "31-60", "over 60"}
    assert set(result.by_category) == {category.value for category in Category}
    assert sum(each.route.posts for each in result.by_length.values()) == len(rows)
    for each in (result.by_register["standard"], result.by_category["drugs_to_minors"]):
        for figure in (each.route, each.category, each.context):
            assert 0 <= figure.low <= figure.value <= figure.high <= 1
            assert figure.posts
    assert result.by_register["standard"].urgent.posts, "six of them are urgent"
    assert not result.by_category["drugs_to_minors"].urgent.posts, "none of these is urgent: not measured"
    assert not result.by_register["evasive"].route.posts
    drugs = result.by_category["drugs_to_minors"]
    assert drugs.category.value == pytest.approx(2 * 12 / (30 + 12))
    assert drugs.context.value == 12 / 30


class Graded(SaysDrugs):
    """Says drugs, tells scores, and has a first stage that lets every plea go."""

    stages = 2
    thresholds = Thresholds(0.5, 0.5)

    def assess(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        told = []
        for item, said in zip(items, super().assess(items), strict=True):
            at = item.text.find("vape")
            if at >= 0:
                marked = (Span(at, at + 4, Category.DRUGS_TO_MINORS),)
                told.append(replace(said, spans=marked, stage=Stage.SECOND))
            else:
                told.append(Assessment.harmless(self.name, Stage.FIRST if "?" in item.text else Stage.SECOND))
        return told

    def outcomes(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        return [replace(said, spans=()) for said in self.assess(items)]

    def route_scores(self, items: Sequence[JudgeInput]) -> list[RouteScores]:
        return [RouteScores(0.9 if "vape" in item.text else 0.1, 0.0) for item in items]


def graded(labelled_file: Path) -> Evaluation:
    return evaluate(Graded(), labelled.read([labelled_file]), draws=5)


def test_scores_spans_and_the_first_stage_are_measured_where_a_judge_tells_them(labelled_file: Path) -> None:
    result = graded(labelled_file)
    assert [(each.mean, each.true.value) for each in result.calibration["review"].bins] == [
        (pytest.approx(0.1), 18 / 78),
        (pytest.approx(0.9), 1.0),
    ]
    assert [point.recall.value for point in result.curves["review"]] == [0.4] * 5
    assert [point.recall.value for point in result.curves["protect"]] == [0.0] * 5
    assert result.spans is not None
    assert result.spans.marked.value == 1
    assert result.spans.random.value < 0.5
    assert result.first_stage is not None
    asked = [row for row in labelled.read([labelled_file]) if row.categories]
    assert result.first_stage.value == sum("?" not in row.text for row in asked) / len(asked)
    plain = evaluate(SaysDrugs(), asked, draws=2)
    assert (plain.calibration, plain.curves, plain.spans, plain.first_stage) == ({}, {}, None, None)


def test_a_brief_evaluation_has_the_same_figures_and_leaves_the_rest(labelled_file: Path) -> None:
    whole, brief = (
        evaluate(Graded(), labelled.read([labelled_file]), draws=5, brief=each) for each in (False, True)
    )
    assert brief.route_f1 == whole.route_f1
    assert brief.category_f1 == whole.category_f1
    assert (brief.calibration, brief.spans) == ({}, None)


def test_the_packaged_judge_tells_its_scores(judge: CascadeJudge, labelled_file: Path) -> None:
    rows = labelled.read([labelled_file])
    result = evaluate(judge, rows, draws=2)
    assert result.calibration["protect"].posts == len(rows)
    assert result.spans is not None
    assert result.spans.marked.posts
    assert result.spans.marked.value > result.spans.random.value
    assert (result.first_stage is None) == (judge.stages == 1)


def test_the_document_has_no_text_and_says_null_where_nothing_was_measured(labelled_file: Path) -> None:
    document = graded(labelled_file).document()
    assert document["by_register"]["evasive"] == dict.fromkeys(("route", "category", "context", "urgent"))
    assert document["route_f1"].keys() == {"value", "low", "high", "posts"}
    assert document["calibration"]["review"]["bins"][0]["true"]["posts"] == 78
    assert "học sinh" not in str(document)


def test_the_page_draws_the_reliability_and_names_what_was_not_measured(labelled_file: Path) -> None:
    page = to_html(graded(labelled_file))
    assert page.count("<svg") == 2
    assert page.count("<circle") == 3
    assert "marked words deleted" in page
    assert "What other cuts would bring" in page
    assert "not measured" in page or "–" in page


def test_the_page_escapes_every_text(labelled_file: Path) -> None:
    rows = [replace(row, text=f"<script>{row.text}") for row in labelled.read([labelled_file])]
    page = to_html(evaluate(SaysDrugs(), rows, draws=2))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
