from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from classifiers import labelled
from classifiers.evaluate import evaluate, f1
from classifiers.evaluation_page import to_html
from lachan.domain.assessment import Assessment, Label
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
    assert result.by_category["drugs_to_minors"].value == 12 / 30
    assert len(result.faults) == 18 + 30
    assert result.recall_review.low <= result.recall_review.value <= result.recall_review.high


def test_macro_f1_counts_labels_that_occur() -> None:
    truth = [{Route.NONE}, {Route.REVIEW}]
    assert f1(truth, truth, list(Route)) == 1.0
    assert f1(truth, [{Route.NONE}, {Route.NONE}], list(Route)) == (2 / 3 + 0) / 2


def test_the_page_escapes_every_text(labelled_file: Path) -> None:
    from dataclasses import replace

    rows = [replace(row, text=f"<script>{row.text}") for row in labelled.read([labelled_file])]
    page = to_html(evaluate(SaysDrugs(), rows, draws=2))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
