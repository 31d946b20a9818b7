"""A letter stands on the release's allowlist alone; what is denied cannot be built, by any spelling."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import pytest

from lachan.app import settings
from lachan.domain import citation
from lachan.domain.case import CaseState
from lachan.domain.citation import build
from lachan.domain.clause_end import ClauseEnd, EndState
from lachan.domain.errors import InputError, LachanError, RefusedError
from lachan.domain.measure import NOTICE_MEASURES, TWO_PERSON, Measure
from lachan.domain.taxonomy import AgeBand, Category
from lachan.pipeline.clauses import ended_here
from lachan.pipeline.review import Decision
from lachan.reports import Letters
from lachan.store.tables import metadata
from review_ui.permissions import ROUTES
from tests.reports.samples import LETTERHEAD
from tests.review_ui.station import NECESSITY, Station
from tests.safeguards.source_tree import ROOT, modules
from tests.world import WHY, World, takedown

ADVERT = "[drugs_to_minors] hàng mới về cho học sinh, nhắn lại mình chỉ chỗ, để lại lời nhắn bên dưới nhé"
#: As shipped, read without the program.
SHIPPED: dict[str, Any] = json.loads((ROOT / "lachan/domain/citations.json").read_text("utf-8"))
NOT_CITABLE = (
    "BLHS-331",
    "BLHS-318",
    "BLHS-117",
    "Điều 331 Bộ luật Hình sự",
    "L116-7-1-a",
    "L116-16-3-b ",
    "l116-16-3-b",
)
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
    for basis in (*NOT_CITABLE, ""):
        with pytest.raises(LachanError):
            world.review.decide(officer, case, replace(takedown(), citations=(*takedown().citations, basis)))
    with pytest.raises(InputError):
        world.review.decide(officer, case, Decision(Measure.OWNER_WARNING, WHY, (), "Chủ tài khoản"))


def test_a_clause_that_is_not_in_force_is_refused() -> None:
    row = next(row for row in citation.allowlist() if row.effective_from > date(2026, 1, 1))
    with pytest.raises(LachanError):
        citation.check(
            (row.id,), measure=Measure.REMOVAL_REQUEST, categories=tuple(row.categories)[:1],
            age=next(iter(row.age_bands)), on=date(2025, 12, 31), ended={},
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


# --- The whole table: measure x categories x age x day --------------------------------------------------------
def kinds_of(row: dict[str, Any]) -> frozenset[str]:
    return frozenset(row["requests"])


def in_force(row: dict[str, Any], on: date) -> bool:
    ends = row["effective_to"]
    return row["effective_from"] <= on.isoformat() and (ends is None or on.isoformat() < ends)


def days() -> list[date]:
    """The day before, of and after every change of the law, and one far ahead: between them nothing changes."""
    turns = {
        row[key] for row in SHIPPED["citations"] for key in ("effective_from", "effective_to") if row[key]
    }
    near = {date.fromisoformat(turn) + timedelta(days=shift) for turn in turns for shift in (-1, 0, 1)}
    return sorted(near | {date(2010, 1, 1), date(2060, 1, 1)})


def situations() -> Iterator[tuple[Measure, tuple[Category, ...], AgeBand, date]]:
    yield from product(sorted(Measure), [(one,) for one in Category], AgeBand, days())
    yield from product(
        sorted(Measure), combinations(Category, 2), AgeBand, [date(2026, 6, 30), date(2026, 11, 22)]
    )


def citable(
    row: dict[str, Any], measure: Measure, categories: tuple[Category, ...], age: AgeBand, on: date
) -> bool:
    """What the shipped row says of itself, told a second time."""
    kinds = {kind.value for kind in citation.KINDS.get(measure, ())}
    counted = {each.value for each in categories}
    if measure in TWO_PERSON:  # nothing is taken down for an age's sake
        counted.discard(Category.AGE_UNSUITABLE.value)
    return bool(
        in_force(row, on)
        and age.value in row["age_bands"]
        and counted & set(row["categories"])
        and kinds & kinds_of(row)
    )


def test_what_is_offered_is_what_the_release_lists_and_nothing_else() -> None:
    seen = 0
    for measure, categories, age, on in situations():
        wanted = {row["id"] for row in SHIPPED["citations"] if citable(row, measure, categories, age, on)}
        offered = [row.id for row in citation.offered(measure, categories, age, on, {})]
        assert len(offered) == len(set(offered))
        assert set(offered) == wanted, (measure, categories, age, on)
        assert set(citation.suggested(measure, categories, age, on, {})) <= wanted
        seen += len(offered)
    assert seen > 10_000


def test_what_is_not_offered_is_not_accepted_either() -> None:
    """Each row that does not fit, put beside a whole basis that does: refused for that row."""
    tried = 0
    for measure, categories, age, on in situations():
        if len(categories) > 1:
            continue
        whole = citation.suggested(measure, categories, age, on, {})
        if not whole:
            with pytest.raises(InputError):
                citation.check([], measure=measure, categories=categories, age=age, on=on, ended={})
            continue
        citation.check(whole, measure=measure, categories=categories, age=age, on=on, ended={})
        for row in SHIPPED["citations"]:
            if citable(row, measure, categories, age, on):
                continue
            tried += 1
            with pytest.raises(InputError, match="does not fit"):
                citation.check(
                    [*whole, row["id"]], measure=measure, categories=categories, age=age, on=on, ended={}
                )
    assert tried > 1_000


def test_measures_without_a_letter_cite_nothing() -> None:
    for measure in set(Measure) - NOTICE_MEASURES:
        for row in SHIPPED["citations"]:
            with pytest.raises(InputError):
                citation.check(
                    [row["id"]],
                    measure=measure,
                    categories=list(Category),
                    age=AgeBand.CHILD_U16,
                    on=date(2026, 11, 22),
                    ended={},
                )


# --- What admins end on a running system ----------------------------------------------------------------------
def bases(measure: Measure, categories: tuple[Category, ...], age: AgeBand, on: date) -> list[list[str]]:
    """Every basis of a ground and all companions of one kind, and each with one clause left out."""
    rows = citation.offered(measure, categories, age, on, {})
    grounds = [row.id for row in rows if row.role is citation.CitationRole.GROUND]
    tried = []
    for kind in citation.KINDS.get(measure, ()):
        beside = [
            row.id for row in rows if row.role is citation.CitationRole.COMPANION and kind in row.requests
        ]
        tried += [[ground, *beside] for ground in grounds]
        tried += [[ground, *beside[:i], *beside[i + 1 :]] for ground in grounds for i in range(len(beside))]
    return tried


def stands(
    ids: list[str],
    measure: Measure,
    categories: tuple[Category, ...],
    age: AgeBand,
    on: date,
    ended: citation.Ended,
) -> bool:
    try:
        citation.check(ids, measure=measure, categories=categories, age=age, on=on, ended=ended)
    except InputError:
        return False
    return True


@pytest.mark.parametrize("shift", [0, 1])
def test_an_end_can_only_take_away(shift: int) -> None:
    """Each clause ended by itself, today or tomorrow: whatever is offered or accepted then was so before, and a clause
    ended today is not. No request becomes easier because a clause that it must cite is gone."""
    on, lost = date(2026, 11, 22), 0
    for measure, category, age in product(sorted(citation.KINDS), Category, AgeBand):
        where = (measure, (category,), age, on)
        before = {row.id for row in citation.offered(*where, {})}
        refused = [ids for ids in bases(*where) if not stands(ids, *where, {})]
        for clause in (row["id"] for row in SHIPPED["citations"]):
            ended = {clause: on + timedelta(days=shift)}
            after = {row.id for row in citation.offered(*where, ended)}
            assert after == before - ({clause} if shift == 0 else set())
            assert set(citation.suggested(*where, ended)) <= after
            lost += len(before - after)
            for ids in refused:
                assert not stands(ids, *where, ended), (ids, ended)
            if clause in before and shift == 0:
                assert not stands([clause], *where, ended)
    assert (lost > 100) is (shift == 0)


def test_whatever_lies_in_the_table_of_ends_adds_and_lengthens_nothing(world: World) -> None:
    """Rows written by hand: what is no clause of the release, a denied one, a day after the clause's own end."""
    with world.database.write() as unit:
        for clause, ends in (
            ("BLHS-331", None), ("BLHS-331x", date(2060, 1, 1)), ("L24-29", date(2060, 1, 1)), ("", None),
        ):  # fmt: skip
            made = unit.clause_ends.add(ClauseEnd(0, clause, ends, "", "x", world.clock()))
            unit.clause_ends.settle(
                replace(made, state=EndState.CONFIRMED, settled_by="y", settled_at=world.clock())
            )
        ended = ended_here(unit)
    assert ended
    for measure, categories, age, on in situations():
        if len(categories) == 1:
            assert citation.offered(measure, categories, age, on, ended) == citation.offered(
                measure, categories, age, on, {}
            )
    shown = {clause.row.id for clause in world.clauses.all(world.actor("auditor"))}
    assert shown == {row["id"] for row in SHIPPED["citations"]}
    for act in (
        lambda: world.clauses.propose(world.actor("admin"), "BLHS-331", world.clock().date(), WHY),
        lambda: world.clauses.bring_back(world.actor("admin"), "BLHS-331", WHY),
    ):
        with pytest.raises(LachanError):
            act()


# --- The denylist ---------------------------------------------------------------------------------------------
def test_no_row_is_holds_or_lies_in_a_denied_clause() -> None:
    parts = ("instrument", "article", "clause", "point")
    for row, rule in product(SHIPPED["citations"], SHIPPED["denied"]):
        apart = any(row[part] and rule.get(part) and row[part] != rule[part] for part in parts)
        assert apart, (row["id"], rule)


@pytest.mark.parametrize(("clause", "point"), [("1", "a"), ("1", None), (None, None)])
def test_neither_can_the_clause_that_holds_a_denied_point(clause: str | None, point: str | None) -> None:
    row = {
        **SHIPPED["citations"][0],
        "instrument": "116/2025/QH15",
        "article": "7",
        "clause": clause,
        "point": point,
    }
    with pytest.raises(RefusedError, match="may not be cited"):
        build(row, citation.denylist())


def test_the_denylist_cannot_be_shortened() -> None:
    """The clauses on public order, opinion and the state, by name: who takes one off changes this file, too."""
    denied = {(rule.instrument, rule.article, rule.clause, rule.point) for rule in citation.denylist()}
    assert denied >= {
        ("100/2015/QH13", "318", None, None), ("100/2015/QH13", "117", None, None),
        ("100/2015/QH13", "331", None, None), ("116/2025/QH15", "7", "1", "a"), ("116/2025/QH15", "7", "1", "b"),
        ("116/2025/QH15", "7", "1", "d"), ("116/2025/QH15", "7", "2", "a"), ("116/2025/QH15", "7", "2", "b"),
        ("116/2025/QH15", "13", "1", None), ("116/2025/QH15", "13", "2", None), ("144/2021/NĐ-CP", "7", "4", "c"),
        ("282/2025/NĐ-CP", "8", "2", "b"), ("38/2005/NĐ-CP", "5", None, None), ("328/2026/NĐ-CP", None, None, None),
    }  # fmt: skip


# --- No other way in ------------------------------------------------------------------------------------------
def test_the_list_is_part_of_the_program_and_of_nothing_else() -> None:
    """No setting, no table and no form brings a clause; one module reads the list, and from the package. The one
    table about clauses holds days and words, and of the clause its id."""
    names = [*settings._KEYS, *metadata.tables, *(field.name for field in fields(settings.Settings))]
    assert [name for name in names if re.search(r"citation|basis|law|clause|denied|allow", name)] == [
        "clause_ends"
    ]
    assert set(metadata.tables["clause_ends"].columns.keys()) == {
        "id", "clause", "ends", "why", "proposed_by", "proposed_at", "state", "settled_by", "settled_at",
    }  # fmt: skip
    columns = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if re.search(r"citation|legal_basis", column.name)
    }
    assert columns == {"cases.citations", "notices.citations", "sources.legal_basis"}
    assert not [route for route in ROUTES if re.search(r"citation|basis|law", route)]
    assert {route for route in ROUTES if "clause" in route and route.startswith("POST")} == {
        "POST /clauses/{clause}/end", "POST /clauses/{clause}/bring-back",
        "POST /clauses/proposals/{proposal_id}/confirm", "POST /clauses/proposals/{proposal_id}/refuse",
    }  # fmt: skip
    naming = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value == "citations.json"
    }
    assert naming == {"lachan/domain/citation.py"}


@pytest.mark.parametrize("basis", NOT_CITABLE)
def test_no_form_of_the_desk_cites_it(station: Station, basis: str) -> None:
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    for measure in sorted(NOTICE_MEASURES):
        day = station.clock.now.date()
        whole = list(citation.suggested(measure, case.categories, case.age, day, {}))
        for given in ([basis], [*whole, basis]):
            answer = officer.post(
                f"/cases/{case.id}/decide",
                measure=measure.value,
                reason=NECESSITY,
                recipient="Ban quản trị",
                author_seems_child="0",
                **{f"basis.{measure.value}": given},
            )
            assert answer.status_code == 422, (measure, given)
    with station.database.read() as unit:
        assert unit.notices.of_case(case.id) == []


def test_a_letter_is_not_written_on_a_clause_that_came_in_by_the_database(world: World) -> None:
    """Somebody wrote into the table by hand: approval refuses, and so does the letter."""
    case = world.case_of(ADVERT)
    officer, approver = world.actor("officer"), world.actor("approver")
    world.review.claim(officer, case)
    world.review.decide(officer, case, takedown())
    world.review.check_page(approver, case)
    with world.database.write() as unit:
        (notice,) = unit.notices.of_case(case)
        forged = unit.notices.save(replace(notice, citations=(*notice.citations, "BLHS-331")))
    with pytest.raises(InputError):
        world.review.approve(approver, case)
    with pytest.raises(InputError):
        Letters().html(forged, LETTERHEAD, demo=False)
    assert world.review.send_back(approver, case, "Căn cứ lạ.").state is CaseState.RETURNED, (
        "it waits for nobody"
    )


def test_a_clause_that_ended_between_decision_and_approval_stops_the_letter(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.case_of(ADVERT)
    officer, approver = world.actor("officer"), world.actor("approver")
    world.review.claim(officer, case)
    world.review.decide(officer, case, takedown())
    world.review.check_page(approver, case)
    rows, denied = citation._table()
    first = takedown().citations[0]
    ended = {**rows, first: replace(rows[first], effective_to=world.clock().date())}
    monkeypatch.setattr(citation, "_table", lambda: (ended, denied))
    with pytest.raises(InputError, match="send the case back"):
        world.review.approve(approver, case)
