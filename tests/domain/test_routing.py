"""How far a vetted list reaches: never further than to a person's queue, never without a sign of a minor."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.domain.routing import Evidence, Routed, Scores, Thresholds, route
from lachan.domain.taxonomy import TESTIMONY_ONLY, Audience, Category, Context, Route

LIMITS = Thresholds(0.6, 0.4)
GROOMING = Category.GROOMING_SOLICITATION
shares = st.floats(0, 1)
categories = st.dictionaries(st.sampled_from(Category), shares)
some = st.frozensets(st.sampled_from(Category))


def routed(
    *, minor: bool, promoting: float, category: float, listed: bool = False, vouched: bool = False
) -> Routed:
    evidence = Evidence(
        minor,
        {},
        frozenset({GROOMING}) if listed else frozenset(),
        frozenset({GROOMING}) if vouched else frozenset(),
    )
    scores = Scores(promoting, 0.0, 0.0, {GROOMING: category})
    return route(scores, evidence, LIMITS, audience=Audience.MINORS)


def test_a_term_a_minor_and_the_model_together_lead_to_review() -> None:
    found = routed(minor=True, promoting=0.9, category=0.9, listed=True)
    assert (found.route, found.context) == (Route.REVIEW, Context.PROMOTING)
    assert [label.category for label in found.labels] == [GROOMING]


@pytest.mark.parametrize(
    ("minor", "promoting", "category", "listed"),
    [(False, 0.9, 0.9, True), (True, 0.5, 0.9, True), (True, 0.9, 0.4, True), (True, 0.9, 0.9, False)],
)
def test_each_of_them_is_needed(minor: bool, promoting: float, category: float, listed: bool) -> None:
    found = routed(minor=minor, promoting=promoting, category=category, listed=listed)
    assert found.route is Route.NONE


def test_a_listed_address_needs_a_sign_of_a_minor_in_the_text() -> None:
    assert routed(minor=True, promoting=0.0, category=0.0, vouched=True).route is Route.REVIEW
    assert routed(minor=False, promoting=1.0, category=1.0, vouched=True).route is Route.NONE


@given(shares, shares, shares, categories, some, some, st.sampled_from(Audience))
@settings(deadline=None)
def test_lists_never_flag_without_a_minor_and_only_their_two_categories(
    promoting: float,
    victim: float,
    witness: float,
    scored: dict[Category, float],
    listed: frozenset[Category],
    vouched: frozenset[Category],
    audience: Audience,
) -> None:
    scores = Scores(promoting, victim, witness, scored)
    for minor in (True, False):
        before = route(scores, Evidence(minor), LIMITS, audience=audience)
        after = route(scores, Evidence(minor, {}, listed, vouched), LIMITS, audience=audience)
        if not minor:
            assert after == before, "no textual sign of a minor: a list changes nothing"
        if before.route is Route.PROTECT:
            assert after == before, "a call for help stays one"
        added = {x.category for x in after.labels} - {x.category for x in before.labels}
        assert added <= TESTIMONY_ONLY & (listed | vouched)
