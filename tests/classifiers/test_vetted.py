"""Lists in the judge, with harmless stand-in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from classifiers import default_folder, model_folder
from classifiers.blend import Blend
from classifiers.encoder import Encoder
from classifiers.judge import CascadeJudge
from classifiers.linear import CATEGORIES, COLUMNS, CONTEXTS, F32
from classifiers.vetted import ListCode, VettedLists, try_terms
from lachan.domain.assessment import Assessment
from lachan.domain.errors import InputError, RefusedError
from lachan.domain.taxonomy import Category, Context, Route
from lachan.domain.vetted_list import ListContent
from lachan.pipeline.ports import JudgeInput
from tests.lists import TERM, URL

GROOMING = Category.GROOMING_SOLICITATION
LIST = ListContent("a", "b", GROOMING, date(2026, 11, 1), date(2027, 5, 1), (URL,), (TERM,))


class Says(Encoder):
    """Says `context` and `category` to whatever it is asked."""

    def __init__(self, context: Context, category: Category | None) -> None:
        self.row = np.full(COLUMNS, -9, dtype=np.float32)
        self.row[CONTEXTS.index(context)] = 9
        if category is not None:
            self.row[len(CONTEXTS) + CATEGORIES.index(category)] = 9

    def logits(self, texts: Sequence[str]) -> F32:
        return np.repeat(self.row[None], len(texts), axis=0)


def said(text: str, context: Context, category: Category | None = GROOMING, url: str = "") -> Assessment:
    blend = Blend(np.ones(COLUMNS, np.float32), np.zeros(COLUMNS, np.float32), 1.0, 0.0)
    model = replace(model_folder.load(default_folder()), encoder=Says(context, category), blend=blend)
    judge = CascadeJudge(model).with_lists(VettedLists([LIST]))
    return judge.assess([JudgeInput(text, url=url)])[0]


WITH_TERM = f"các bạn lớp 6 thả {TERM} ngoài đồng"


def test_a_term_with_a_minor_and_the_models_word_is_for_a_person_to_see() -> None:
    found = said(WITH_TERM, Context.PROMOTING)
    assert found.route is Route.REVIEW
    assert found.categories == (GROOMING,)
    (reason,) = (each for each in found.reasons if each.code == ListCode.LISTED_TERM)
    assert reason.start is not None
    assert WITH_TERM[reason.start : reason.end] == TERM


@pytest.mark.parametrize(
    ("text", "context", "category"),
    [
        (f"người lớn thả {TERM} ngoài đồng", Context.PROMOTING, GROOMING),
        (WITH_TERM, Context.OTHER, GROOMING),
        (WITH_TERM, Context.PROMOTING, None),
        ("các bạn lớp 6 thả diều ngoài đồng", Context.PROMOTING, GROOMING),
    ],
)
def test_a_term_alone_never_routes(text: str, context: Context, category: Category | None) -> None:
    assert said(text, context, category).route is Route.NONE


def test_who_asks_for_help_with_the_same_words_is_protected() -> None:
    assert said(WITH_TERM, Context.VICTIM).route is Route.PROTECT


@pytest.mark.parametrize(
    "text", ["thả  DIỀU giấy   xanh lơ, lớp 6", "lop 6 tha dieu giay xanh lo", "d.i.ề.u giấy xanh lơ lớp 6"]
)
def test_a_term_is_found_in_other_dress(text: str) -> None:
    assert said(text, Context.PROMOTING).route is Route.REVIEW


def test_a_listed_post_with_a_sign_of_a_minor_is_for_a_person_to_see() -> None:
    text = "các bạn lớp 6 ơi"
    found = said(text, Context.OTHER, None, URL)
    assert found.route is Route.REVIEW
    assert ListCode.LISTED_ADDRESS in {reason.code for reason in found.reasons}
    assert said(text, Context.OTHER, None, URL + "9").route is Route.NONE
    assert said(text, Context.OTHER, None, "").route is Route.NONE
    assert said("xin chào", Context.OTHER, None, URL).route is Route.NONE


def test_a_link_to_a_listed_post_counts_as_a_term_does() -> None:
    text = f"các bạn lớp 6 xem ({URL})."
    assert said(text, Context.PROMOTING).route is Route.REVIEW
    assert said(text, Context.OTHER, None).route is Route.NONE


def test_without_a_list_nothing_changes(judge: CascadeJudge) -> None:
    texts = [JudgeInput(WITH_TERM, url=URL), JudgeInput("hs lớp 9 nào cần pod thì nhắn anh, ship tận cổng")]
    assert judge.with_lists(VettedLists()).assess(texts) == judge.assess(texts)


def test_terms_are_tried_on_harmless_texts_in_any_dress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lachan.domain.vetted_list.HARMLESS_TEXTS", 50)
    harmless = [f"hôm nay trời đẹp, đi chơi số {at}" for at in range(60)]
    assert try_terms([TERM], harmless) == 60
    with pytest.raises(RefusedError, match="occurs in 2 of 62"):
        try_terms([TERM], [*harmless, f"cả nhà thả {TERM}", "ca nha tha dieu giay xanh lo"])
    with pytest.raises(RefusedError, match="too short"):
        try_terms(["\u200b\u200bd\u200bi\u200bề\u200bu\u0301"], harmless)
    with pytest.raises(InputError, match="larger file"):
        try_terms([TERM], harmless[:10])
