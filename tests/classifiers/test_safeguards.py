"""What must never be flagged, and what must not escape by changing its dress."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from classifiers import labelled
from classifiers.dress import DRESSES
from classifiers.evaluate import assess_rows
from classifiers.gate import CANARY_FILES
from classifiers.judge import CascadeJudge
from lachan.domain.taxonomy import CALL_CATEGORIES, Audience, Route
from lachan.pipeline.ports import JudgeInput

DATA = Path(__file__).parents[2] / "models" / "data"
PEACEFUL = (Path(__file__).parent / "peaceful.txt").read_text("utf-8").splitlines()


def inputs(rows: list[labelled.Row]) -> list[JudgeInput]:
    return [JudgeInput(row.text, row.audience) for row in rows]


def test_not_one_canary_is_flagged(judge: CascadeJudge) -> None:
    rows = labelled.read([DATA / name for name in CANARY_FILES])
    assert len(rows) >= 345
    flagged = [
        r.id for r, said in zip(rows, assess_rows(judge, rows), strict=True) if said.route is not Route.NONE
    ]
    assert flagged == []


@pytest.mark.parametrize("audience", list(Audience))
def test_not_one_peaceful_crowd_or_opinion_is_flagged(judge: CascadeJudge, audience: Audience) -> None:
    assert len(PEACEFUL) >= 30
    said = judge.assess([JudgeInput(text, audience) for text in PEACEFUL])
    assert [text for text, each in zip(PEACEFUL, said, strict=True) if each.route is not Route.NONE] == []


def test_no_harmless_test_post_is_taken_for_a_call(judge: CascadeJudge) -> None:
    rows = [row for row in labelled.read([DATA / "test.jsonl"]) if row.route is Route.NONE]
    called = [
        row.id
        for row, said in zip(rows, judge.outcomes(inputs(rows)), strict=True)
        if said.route is Route.REVIEW and CALL_CATEGORIES.intersection(said.categories)
    ]
    assert called == []


PARTS = (
    "học sinh lớp 9 trường mình",
    "đánh nhau với bọn trường bên",
    "ai cũng phải có mặt",
    "8 giờ tối nay chân cầu",
)


@pytest.mark.parametrize("missing", range(4))
def test_three_of_four_parts_are_never_a_call(judge: CascadeJudge, missing: int) -> None:
    text = ", ".join(part for at, part in enumerate(PARTS) if at != missing)
    if missing == 3:
        text = text.replace(" với bọn trường bên", "")
    (said,) = judge.assess([JudgeInput(text)])
    assert not (said.route is Route.REVIEW and CALL_CATEGORIES.intersection(said.categories)), said


@pytest.mark.parametrize("name", sorted(DRESSES))
def test_a_dress_hides_little(judge: CascadeJudge, name: str) -> None:
    """Recall on the kept-back posts falls by at most 10 points (without marks 9.5, else 8 at most); the goal is 3."""
    rows = [row for row in labelled.read([DATA / "heldback.jsonl"]) if row.route is not Route.NONE]
    draw = random.Random(5)
    plain = sum(said.route is not Route.NONE for said in judge.outcomes(inputs(rows)))
    dressed = judge.outcomes([JudgeInput(DRESSES[name](row.text, draw), row.audience) for row in rows])
    told = sum(said.route is not Route.NONE for said in dressed)
    assert plain - told <= (0.10 if name == "no_diacritics" else 0.08) * len(rows), f"{told} of {plain}"


def test_deleting_the_spans_lets_the_text_go(judge: CascadeJudge) -> None:
    rows = [row for row in labelled.read([DATA / "heldback.jsonl"]) if row.route is not Route.NONE]
    lost = total = 0
    for row, said in zip(rows, assess_rows(judge, rows), strict=True):
        if said.route is Route.NONE:
            continue
        text = row.text
        for span in reversed(said.spans):
            text = text[: span.start] + text[span.end :]
        total += 1
        lost += judge.assess([JudgeInput(text, row.audience)])[0].route is not said.route
    assert lost >= 0.8 * total > 0
