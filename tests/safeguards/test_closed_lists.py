"""Categories are closed and in one place; thresholds can be raised and nothing else."""

from __future__ import annotations

import ast
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.app.settings import read_settings
from lachan.domain.assessment import Label
from lachan.domain.errors import InputError, RefusedError
from lachan.domain.routing import Evidence, Scores, Thresholds, route
from lachan.domain.taxonomy import Audience, Category, Context, Route
from tests.safeguards.source_tree import enums, modules

TAXONOMY = "lachan/domain/taxonomy.py"
SHIPPED = Thresholds(0.6, 0.4, {Category.CHILD_VIOLENCE: 0.7})
shares = st.floats(0, 1)


def test_only_the_taxonomy_defines_categories() -> None:
    """Elsewhere a category's word may be a key or a value; a list of new words like them may not."""
    words = {category.value for category in Category}
    defined = [
        f"{path}: {name}"
        for path, tree in modules().items()
        for name, values in enums(tree)
        if path != TAXONOMY and (words & set(values) or name.endswith("Category"))
    ]
    assert defined == []
    bases = [
        f"{path}: {node.name}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(
            isinstance(base, ast.Name) and base.id in ("Category", "Context", "Route") for base in node.bases
        )
    ]
    assert bases == []


def test_a_word_outside_the_list_is_no_category() -> None:
    for word in ("gathering", "opinion", "", "child_sexual_content ", "CHILD_VIOLENCE"):
        with pytest.raises(ValueError, match="is not a valid Category"):
            Category(word)
    with pytest.raises(TypeError):

        class Wider(Category):  # type: ignore[misc]
            GATHERING = "gathering"


def test_no_module_adds_members_at_run_time() -> None:
    """`Category._member_map_`, `aenum.extend_enum` and the like."""
    hidden = ("_member_map_", "_value2member_map_", "extend_enum", "_missing_", "_add_member_")
    found = [
        f"{path}: {name}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        for name in [getattr(node, "attr", None) or getattr(node, "name", None) or getattr(node, "id", None)]
        if name in hidden
    ]
    assert found == []


@pytest.mark.parametrize(
    "key", ["categories", "category", "thresholds", "review_threshold", "keywords", "labels"]
)
def test_no_configuration_knows_categories_or_thresholds(key: str, tmp_path: Path) -> None:
    config = tmp_path / "lachan.toml"
    config.write_text(f'{key} = ["gathering"]\n', encoding="utf-8")
    with pytest.raises(InputError, match="unknown keys"):
        read_settings({}, tmp_path)
    config.unlink()
    named = read_settings({f"LACHAN_{key.upper()}": "gathering"}, tmp_path)
    assert named == read_settings({}, tmp_path)


@given(shares, shares)
def test_thresholds_are_only_raised(review: float, protect: float) -> None:
    if review < SHIPPED.review or protect < SHIPPED.protect:
        with pytest.raises(RefusedError, match="only be raised"):
            SHIPPED.raised(review, protect)
    else:
        raised = SHIPPED.raised(review, protect)
        assert (raised.review, raised.protect, raised.category) == (review, protect, SHIPPED.category)


def test_thresholds_cannot_be_changed_in_place() -> None:
    for field in fields(Thresholds):
        with pytest.raises(FrozenInstanceError):
            setattr(SHIPPED, field.name, 0.0)


@given(shares, shares, st.dictionaries(st.sampled_from(Category), shares), shares)
def test_higher_thresholds_never_flag_more_for_review(
    promoting: float, victim: float, categories: dict[Category, float], higher: float
) -> None:
    scores = Scores(promoting, victim, 0.0, categories)
    evidence = Evidence(minor=True, call_parts={})
    before = route(scores, evidence, SHIPPED, audience=Audience.GENERAL)
    after = route(scores, evidence, SHIPPED.raised(max(SHIPPED.review, higher)), audience=Audience.GENERAL)
    assert after.route is before.route or (before.route is Route.REVIEW and after.route is Route.NONE)


def test_what_is_let_go_has_no_label() -> None:
    routed = route(
        Scores(0.0, 0.0, 0.0, {Category.SELFHARM: 1.0}),
        Evidence(minor=True),
        SHIPPED,
        audience=Audience.GENERAL,
    )
    assert (routed.route, routed.context, routed.labels) == (Route.NONE, Context.OTHER, ())
    assert Label(Category.SELFHARM, 1.0) not in routed.labels
