"""How far a vetted list reaches: never further than to a person's queue, never without a sign of a minor."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.domain.routing import ALL_PARTS, Evidence, Routed, Scores, Thresholds, route
from lachan.domain.taxonomy import CALL_CATEGORIES, TESTIMONY_ONLY, Audience, Category, Context, Route

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


def told(promoting: float, victim: float, witness: float, threshold: float) -> Routed:
    scores = Scores(promoting, victim, witness, {Category.CHILD_VIOLENCE: 0.9})
    return route(scores, Evidence(True), Thresholds(0.7, threshold), audience=Audience.GENERAL)


def test_sure_harm_that_is_rather_told_than_done_is_helped() -> None:
    found = told(0.3, 0.2, 0.4, 0.8)
    assert (found.route, found.context) == (Route.PROTECT, Context.WITNESS)
    assert told(0.3, 0.4, 0.2, 0.8).context is Context.VICTIM
    assert told(0.3, 0.1, 0.4, 0.85).route is Route.NONE, "less sure than the threshold"
    assert told(0.5, 0.2, 0.2, 0.8).route is Route.NONE, (
        "rather done than told, and not surely enough for review"
    )
    assert told(0.8, 0.1, 0.1, 0.8).route is Route.REVIEW


def test_who_is_sure_of_harm_but_of_none_in_particular_has_met_a_grumble() -> None:
    """A minor's strong opinion reads like a plea; what it lacks is any one harm. Half of a cut (0.5) is enough."""
    for score, expected in ((0.24, Route.NONE), (0.26, Route.PROTECT)):
        scores = Scores(0.0, 0.9, 0.05, {Category.CHILD_VIOLENCE: score, Category.SELFHARM: 0.1})
        assert route(scores, Evidence(True), LIMITS, audience=Audience.GENERAL).route is expected


def promoted(evidence: Evidence, **categories: float) -> Routed:
    scores = Scores(0.9, 0.0, 0.0, {Category(name): score for name, score in categories.items()})
    return route(scores, evidence, LIMITS, audience=Audience.GENERAL)


def test_a_post_that_surely_promotes_is_named_by_its_likeliest_category() -> None:
    """Its cut is 0.5; half of it will do where none reaches its own."""
    found = promoted(Evidence(True), drugs_to_minors=0.3, child_violence=0.1)
    assert [label.category for label in found.labels] == [Category.DRUGS_TO_MINORS]
    assert promoted(Evidence(True), drugs_to_minors=0.2).route is Route.NONE
    assert promoted(Evidence(False), drugs_to_minors=0.3).route is Route.NONE


@pytest.mark.parametrize("category", sorted(TESTIMONY_ONLY | CALL_CATEGORIES))
def test_but_never_by_a_call_or_by_what_is_learnt_from_testimony(category: Category) -> None:
    evidence = Evidence(True, dict.fromkeys(CALL_CATEGORIES, ALL_PARTS), frozenset({category}))
    assert promoted(evidence, **{category: 0.45, Category.DRUGS_TO_MINORS: 0.4}).route is Route.NONE


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
