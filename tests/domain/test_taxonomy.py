"""The closed lists."""

from __future__ import annotations

import pytest

from lachan.domain.taxonomy import (
    SEVERITY,
    Category,
    Context,
    Route,
    route_of,
    severity,
)


def test_the_list_is_closed() -> None:
    assert [c.value for c in Category] == [
        "child_sexual_content",
        "grooming_solicitation",
        "child_trafficking",
        "child_labour_exploitation",
        "child_violence",
        "child_privacy_bullying",
        "selfharm",
        "drugs_to_minors",
        "crime_recruitment_minors",
        "youth_violence_call",
        "youth_racing_call",
        "age_unsuitable",
    ]
    assert set(SEVERITY) == set(Category)


@pytest.mark.parametrize("context", Context)
def test_without_a_category_nothing_is_flagged(context: Context) -> None:
    assert route_of([], context) is Route.NONE


@pytest.mark.parametrize("category", Category)
def test_the_route_follows_from_who_speaks(category: Category) -> None:
    assert route_of([category], Context.PROMOTING) is Route.REVIEW
    assert route_of([category], Context.VICTIM) is Route.PROTECT
    assert route_of([category], Context.WITNESS) is Route.PROTECT
    assert route_of([category], Context.OTHER) is Route.NONE


def test_severity_is_the_highest() -> None:
    assert severity([Category.AGE_UNSUITABLE, Category.CHILD_VIOLENCE]) == 4
    assert severity([]) == 0
