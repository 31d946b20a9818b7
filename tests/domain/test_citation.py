"""The law's table: what may be cited, what never, and when."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain import citation
from lachan.domain.citation import CitationRole, Denied, build
from lachan.domain.errors import InputError, RefusedError
from lachan.domain.measure import NOTICE_MEASURES, Measure, allowed_measures
from lachan.domain.taxonomy import CALL_CATEGORIES, AgeBand, Category, Route

TODAY = date(2026, 11, 22)
TAKEDOWNS = (Measure.REMOVAL_REQUEST, Measure.OWNER_REMOVAL_REQUEST)
#: Every clause that a release has offered: decided cases, issued letters and ended clauses name them by these.
ONCE_SHIPPED = frozenset(
    {
        "L116-16-3-b",
        "L116-25-2-b",
        "L116-7-2-d",
        "L116-7-2-c",
        "L116-7-2-h",
        "L116-7-2-i",
        "L116-13-4-đ",
        "ND333-16-4",
        "ND56-35-3",
        "ND56-37",
        "ND56-33",
        "ND56-36-3",
        "ND147-36-7",
        "ND147-23-3-g",
        "ND330-31-2-a",
        "ND330-31-2-b",
        "ND330-31-3-b",
        "LTE-6-2",
        "LTE-6-3",
        "LTE-6-5",
        "LTE-6-9",
        "LTE-6-10",
        "LTE-6-11",
        "LTE-21",
        "BLHS-131",
        "BLHS-134",
        "BLHS-142",
        "BLHS-144",
        "BLHS-145",
        "BLHS-146",
        "BLHS-147",
        "BLHS-150",
        "BLHS-151",
        "BLHS-255",
        "BLHS-257",
        "BLHS-265",
        "BLHS-266",
        "BLHS-296",
        "BLHS-326",
        "BLHS-329",
        "BLHS-143-4",
        "BLHS-258-2-d",
        "BLHS-325-1-a",
        "L24-16",
        "L24-29",
    }
)


def test_a_clause_that_ends_gets_an_end_day_and_never_leaves_the_table() -> None:
    """Else an older letter could not be printed or appealed any more; a new clause is added to the list above."""
    assert {row.id for row in citation.allowlist()} == ONCE_SHIPPED


def test_denied_clauses_are_not_in_the_allowlist() -> None:
    for row in citation.allowlist():
        for rule in citation.denylist():
            assert not rule.covers(row.instrument, row.article, row.clause, row.point), row.id


@pytest.mark.parametrize(
    ("instrument", "article", "clause", "point"),
    [
        ("100/2015/QH13", "318", None, None),
        ("100/2015/QH13", "318", "2", "d"),
        ("100/2015/QH13", "117", None, None),
        ("100/2015/QH13", "331", "1", None),
        ("116/2025/QH15", "7", "1", "a"),
        ("116/2025/QH15", "7", "1", "b"),
        ("116/2025/QH15", "7", "1", "d"),
        ("116/2025/QH15", "7", "2", "a"),
        ("116/2025/QH15", "7", "2", "b"),
        ("116/2025/QH15", "13", "1", None),
        ("116/2025/QH15", "13", "2", "a"),
        ("144/2021/NĐ-CP", "7", "4", "c"),
        ("282/2025/NĐ-CP", "8", "2", "b"),
        ("38/2005/NĐ-CP", "5", None, None),
        ("328/2026/NĐ-CP", "3", "1", None),
    ],
)
def test_a_denied_clause_cannot_be_built(
    instrument: str, article: str, clause: str | None, point: str | None
) -> None:
    row = {
        "id": "x",
        "instrument": instrument,
        "title": "",
        "article": article,
        "clause": clause,
        "point": point,
        "effective_from": "2020-01-01",
        "effective_to": None,
        "verified": True,
        "dates_verified": True,
        "role": "ground",
        "categories": ["youth_violence_call"],
        "age_bands": ["minor_u18"],
        "requests": ["cyber_law"],
        "summary": "",
    }
    with pytest.raises(RefusedError, match="may not be cited"):
        build(row, citation.denylist())


def test_the_two_calls_stand_on_violence_racing_and_incitement_alone() -> None:
    """Never on public order: that clause is used against crowds too."""
    grounds = {
        row.id
        for row in citation.allowlist()
        if row.role is CitationRole.GROUND and row.categories & CALL_CATEGORIES
    }
    assert grounds == {
        "L116-7-2-i",
        "LTE-6-5",
        "BLHS-134",
        "BLHS-265",
        "BLHS-266",
        "BLHS-325-1-a",
        "L24-29",
    }


@pytest.mark.parametrize("category", [c for c in Category if c is not Category.AGE_UNSUITABLE])
@pytest.mark.parametrize("measure", TAKEDOWNS)
@pytest.mark.parametrize("age", AgeBand)
def test_every_takedown_has_a_basis(category: Category, measure: Measure, age: AgeBand) -> None:
    basis = citation.suggested(measure, [category], age, TODAY, {})
    assert basis
    citation.check(basis, measure=measure, categories=[category], age=age, on=TODAY, ended={})


def test_age_unsuitable_is_warning_only() -> None:
    for measure in TAKEDOWNS:
        assert citation.suggested(measure, [Category.AGE_UNSUITABLE], AgeBand.CHILD_U16, TODAY, {}) == ()
        assert measure not in allowed_measures(Route.REVIEW, [Category.AGE_UNSUITABLE])
    label = Measure.PLATFORM_LABEL
    assert citation.suggested(label, [Category.AGE_UNSUITABLE], AgeBand.AGE_UNKNOWN, TODAY, {})


@pytest.mark.parametrize("article", ["146", "147", "151"])
def test_clauses_that_protect_under_16_are_not_offered_above(article: str) -> None:
    for age in (AgeBand.MINOR_U18, AgeBand.AGE_UNKNOWN):
        offered = citation.offered(Measure.CRIME_INFORMATION, list(Category), age, TODAY, {})
        assert f"BLHS-{article}" not in {row.id for row in offered}
    offered = citation.offered(Measure.CRIME_INFORMATION, list(Category), AgeBand.CHILD_U16, TODAY, {})
    assert f"BLHS-{article}" in {row.id for row in offered}


def test_a_repealed_law_is_offered_for_its_own_days_only() -> None:
    then, now = date(2026, 6, 30), date(2026, 7, 1)
    age, categories = AgeBand.MINOR_U18, [Category.CHILD_VIOLENCE]

    def ids(day: date) -> set[str]:
        return {row.id for row in citation.offered(Measure.REMOVAL_REQUEST, categories, age, day, {})}

    assert "L24-29" in ids(then)
    assert "L116-7-2-d" not in ids(then)
    assert "L24-29" not in ids(now)
    assert "L116-7-2-d" in ids(now)
    with pytest.raises(InputError, match="does not fit"):
        citation.check(
            ["L24-29"], measure=Measure.REMOVAL_REQUEST, categories=categories, age=age, on=now, ended={}
        )


def test_companions_are_needed() -> None:
    with pytest.raises(InputError, match="companions"):
        citation.check(
            ["L116-7-2-d", "L116-16-3-b"],
            measure=Measure.REMOVAL_REQUEST,
            categories=[Category.CHILD_VIOLENCE],
            age=AgeBand.MINOR_U18,
            on=TODAY,
            ended={},
        )


def test_a_category_without_its_hook_cannot_go_under_cyber_law() -> None:
    """Self-harm has no clause in Đ7.2 or Đ13.4: it goes as a child-law request."""
    with pytest.raises(InputError, match="companions"):
        citation.check(
            ["BLHS-131", "L116-16-3-b", "L116-25-2-b"],
            measure=Measure.REMOVAL_REQUEST,
            categories=[Category.SELFHARM],
            age=AgeBand.MINOR_U18,
            on=TODAY,
            ended={},
        )


def test_an_unknown_clause_is_refused() -> None:
    with pytest.raises(InputError, match="not a legal basis"):
        citation.get("BLHS-318")


@given(
    st.sampled_from(sorted(NOTICE_MEASURES)),
    st.lists(st.sampled_from(list(Category)), min_size=1, max_size=3),
    st.sampled_from(list(AgeBand)),
    st.dates(date(2017, 1, 1), date(2035, 1, 1)),
)
def test_what_is_offered_is_in_force_and_fits(
    measure: Measure, categories: list[Category], age: AgeBand, on: date
) -> None:
    for row in citation.offered(measure, categories, age, on, {}):
        assert row.in_force(on)
        assert age in row.age_bands
        assert row.categories & set(categories)
        assert row.requests & citation.KINDS[measure]


def test_a_denial_covers_everything_beneath() -> None:
    rule = Denied("1", "2", None, None, "")
    assert rule.covers("1", "2", "3", "a")
    assert not rule.covers("1", "3", None, None)
