from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import default_folder, load_judge
from classifiers.evidence import Code
from classifiers.judge import CascadeJudge
from lachan.domain.errors import InputError, RefusedError
from lachan.domain.taxonomy import Audience, Category, Context, Route
from lachan.pipeline.ports import JudgeInput

ADVERT = "hs lớp 9 nào cần pod thì nhắn anh, ship tận cổng trường giờ ra chơi, giá rẻ"
PLEA = "Em học lớp 8, em bị bố dượng đánh bầm tím mỗi đêm, em sợ lắm, em phải làm sao, ai giúp em với"


def test_an_advert_goes_to_review_with_its_reasons(judge: CascadeJudge) -> None:
    (said,) = judge.assess([JudgeInput(ADVERT)])
    assert said.route is Route.REVIEW
    assert Category.DRUGS_TO_MINORS in said.categories
    assert {reason.code for reason in said.reasons} & {Code.MINOR_GRADE, Code.MINOR_WORD}
    assert "pod" in " ".join(ADVERT[span.start : span.end] for span in said.spans)


def test_a_childs_plea_goes_to_protection(judge: CascadeJudge) -> None:
    (said,) = judge.assess([JudgeInput(PLEA)])
    assert said.route is Route.PROTECT
    assert said.context is Context.VICTIM


def test_the_same_advert_to_adults_is_let_go(judge: CascadeJudge) -> None:
    (said,) = judge.assess([JudgeInput("ai trên 18 tuổi cần pod thì nhắn anh, ship tận nhà, giá rẻ")])
    assert said.route is Route.NONE


def test_an_audience_of_minors_never_counts_for_an_imported_row(judge: CascadeJudge) -> None:
    text = "pod đủ vị về hàng, ai cần nhắn tin, ship tận nơi, giá rẻ, bao test"
    imported, general = judge.assess(
        [JudgeInput(text, Audience.MINORS, imported=True), JudgeInput(text, Audience.GENERAL)]
    )
    assert imported.route is Route.NONE
    assert general.route is Route.NONE


def test_results_do_not_depend_on_the_batch(judge: CascadeJudge) -> None:
    texts = [ADVERT, "trời đẹp", PLEA, "", "con mèo"] * 80
    together = judge.assess([JudgeInput(text) for text in texts])
    assert together == [judge.assess([JudgeInput(text)])[0] for text in texts[:5]] * 80


def test_a_judge_may_flag_less_but_never_more(judge: CascadeJudge) -> None:
    shipped = judge.thresholds
    strict = judge.raised(shipped.raised(review=0.999999, protect=0.999999))
    assert strict.assess([JudgeInput(ADVERT)])[0].route is Route.NONE
    with pytest.raises(RefusedError):
        judge.raised(replace(shipped, review=shipped.review - 0.1))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lachan train"):
        load_judge(tmp_path)


def test_the_default_is_the_packaged_model() -> None:
    assert load_judge().name == load_judge(default_folder()).name


@given(st.lists(st.text(), max_size=4), st.sampled_from(Audience))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_judge(judge: CascadeJudge, texts: list[str], audience: Audience) -> None:
    for text, said in zip(texts, judge.assess([JudgeInput(text, audience) for text in texts]), strict=True):
        for span in said.spans:
            assert 0 <= span.start < span.end <= len(text)
