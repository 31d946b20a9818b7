"""Measures: which, by how many, with which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.errors import InputError, RefusedError
from lachan.domain.measure import (
    CRIME_GROUNDS,
    TWO_PERSON,
    Measure,
    allowed_measures,
    check_measure,
)
from lachan.domain.taxonomy import CALL_CATEGORIES, Category, Route

WHY = "Bài còn công khai, nhiều học sinh trong vùng đang xem và trả lời."


def check(measure: Measure, **changes: object) -> None:
    given_: dict[str, object] = {
        "route": Route.REVIEW,
        "categories": [Category.CHILD_TRAFFICKING],
        "reason": WHY,
        "citations": ["LTE-6-2"],
        **changes,
    }
    check_measure(measure, **given_)  # type: ignore[arg-type]


@pytest.mark.parametrize("measure", allowed_measures(Route.REVIEW, [Category.CHILD_TRAFFICKING]))
def test_allowed_with_the_right_words(measure: Measure) -> None:
    check(measure)


def test_the_least_intrusive_comes_first() -> None:
    assert allowed_measures(Route.REVIEW, [Category.CHILD_TRAFFICKING])[0] is Measure.DISMISS
    assert allowed_measures(Route.REVIEW, [Category.CHILD_TRAFFICKING])[-1] is Measure.CRIME_INFORMATION


@pytest.mark.parametrize("measure", [m for m in Measure if m not in (Measure.DISMISS, Measure.REFERRAL)])
def test_protect_is_never_a_takedown(measure: Measure) -> None:
    with pytest.raises(RefusedError):
        check(measure, route=Route.PROTECT)


@pytest.mark.parametrize("measure", Measure)
def test_nothing_is_decided_about_what_was_not_flagged(measure: Measure) -> None:
    with pytest.raises(RefusedError):
        check(measure, route=Route.NONE)


@given(st.lists(st.sampled_from(list(Category)), min_size=1, max_size=4))
def test_age_unsuitable_alone_is_warned_about_only(categories: list[Category]) -> None:
    allowed = set(allowed_measures(Route.REVIEW, categories))
    if set(categories) == {Category.AGE_UNSUITABLE}:
        assert allowed.isdisjoint(TWO_PERSON)
        assert Measure.OWNER_WARNING not in allowed
    else:
        assert Measure.REMOVAL_REQUEST in allowed
    assert (Measure.CRIME_INFORMATION in allowed) == bool(CRIME_GROUNDS & set(categories))


@pytest.mark.parametrize("category", sorted(CALL_CATEGORIES))
def test_a_call_alone_is_no_crime_information(category: Category) -> None:
    assert Measure.CRIME_INFORMATION not in allowed_measures(Route.REVIEW, [category])


def test_a_child_author_goes_to_child_protection() -> None:
    with pytest.raises(RefusedError, match="child protection"):
        check(Measure.CRIME_INFORMATION, author_seems_child=True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"reason": "  "}, "write the reason"),
        ({"reason": "ngắn"}, "at least 40"),
        ({"categories": []}, "category"),
        ({"citations": []}, "legal basis"),
        ({"recent_necessities": [WHY.upper() + "  "]}, "repeats"),
    ],
)
def test_missing_words_are_named(changes: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        check(Measure.REMOVAL_REQUEST, **changes)


def test_a_dismissal_needs_a_reason_and_nothing_else() -> None:
    check(Measure.DISMISS, reason="tin tức", citations=[])
    with pytest.raises(InputError):
        check(Measure.DISMISS, reason="")
