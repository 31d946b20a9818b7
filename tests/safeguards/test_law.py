"""A letter stands on the release's allowlist alone; what is denied cannot be built, by any spelling."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from lachan.domain import citation
from lachan.domain.citation import build
from lachan.domain.errors import InputError, LachanError, RefusedError
from lachan.domain.measure import NOTICE_MEASURES, Measure
from lachan.domain.taxonomy import Category
from lachan.pipeline.review import Decision
from lachan.reports import Letters
from tests.reports.samples import LETTERHEAD
from tests.safeguards.source_tree import modules
from tests.world import WHY, World, takedown

ADVERT = "[drugs_to_minors] hàng mới về cho học sinh, nhắn lại mình chỉ chỗ, để lại lời nhắn bên dưới nhé"
LAW = re.compile(r"(?:Điều|khoản)\s+\d|điểm\s+[a-zđ]\s+khoản|\d+/\d{4}/(?:QH|NĐ)")


@pytest.mark.parametrize("rule", citation.denylist(), ids=lambda rule: f"{rule.instrument}-{rule.article}")
def test_a_denied_clause_cannot_be_built(rule: citation.Denied) -> None:
    row = {
        "id": "x", "instrument": rule.instrument, "title": "", "article": rule.article or "1",
        "clause": rule.clause or "1", "point": rule.point or "a", "effective_from": "2020-01-01",
        "effective_to": None, "verified": True, "dates_verified": True, "role": "ground",
        "categories": [category.value for category in Category], "age_bands": [], "requests": ["warning"],
        "summary": "",
    }  # fmt: skip
    with pytest.raises(RefusedError, match="may not be cited"):
        build(row, citation.denylist())


def test_whatever_is_no_row_of_the_release_is_refused(world: World) -> None:
    case = world.case_of(ADVERT)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    for basis in ("BLHS-331", "BLHS-318", "Điều 331 Bộ luật Hình sự", "L116-16-3-b ", ""):
        with pytest.raises(LachanError):
            world.review.decide(officer, case, replace(takedown(), citations=(*takedown().citations, basis)))
    with pytest.raises(InputError):
        world.review.decide(officer, case, Decision(Measure.OWNER_WARNING, WHY, (), "Chủ tài khoản"))


def test_a_clause_that_is_not_in_force_is_refused() -> None:
    row = next(row for row in citation.allowlist() if row.effective_from > date(2026, 1, 1))
    with pytest.raises(LachanError):
        citation.check(
            (row.id,), measure=Measure.REMOVAL_REQUEST, categories=tuple(row.categories)[:1],
            age=next(iter(row.age_bands)), on=date(2025, 12, 31),
        )  # fmt: skip


def test_a_letter_names_chosen_clauses_and_no_other_law(world: World) -> None:
    case = world.case_of(ADVERT)
    officer, approver = world.actor("officer"), world.actor("approver")
    world.review.claim(officer, case)
    world.review.decide(officer, case, takedown())
    world.review.check_page(approver, case)
    notice = world.review.approve(approver, case)
    html = Letters().html(notice, LETTERHEAD, demo=False)
    for basis in notice.citations:
        row = citation.get(basis)
        html = html.replace(row.place, "")
    assert LAW.search(re.sub(r"<[^>]+>", " ", html)) is None
    denied = {rule.article for rule in citation.denylist() if rule.instrument == "100/2015/QH13"}
    assert denied >= {"318", "331", "117"}


def test_no_module_writes_law_of_its_own() -> None:
    """Clauses come from `citations.json`; code and templates name none to be cited."""
    import ast

    found = [
        f"{path}: {node.value[:60]}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"Điều (?:318|331|117|200)\b", node.value)
    ]
    assert found == []


def test_every_letter_measure_has_its_kind_of_request() -> None:
    assert set(citation.KINDS) == NOTICE_MEASURES
