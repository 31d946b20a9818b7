"""Who asks for help is helped: never asked to take something down, never found, never counted by words."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest

from index import open_index
from lachan.domain.case import CaseState
from lachan.domain.errors import RefusedError
from lachan.domain.measure import Measure, allowed_measures
from lachan.domain.referral import HarmSource, RecipientKind
from lachan.domain.taxonomy import AgeBand, Category, Context, Route, route_of
from lachan.pipeline.ports import ReportFormat, ReportKind, SearchRequest
from lachan.pipeline.publish import Publisher
from lachan.pipeline.review import Decision
from lachan.pipeline.search import Search
from lachan.reports import Reports
from tests.safeguards.scanner import Scanner
from tests.world import WHY, World, takedown

CRY = "[child_violence victim] mình mệt lắm, chỗ qxzvkwbdhtrn không ai nghe mình nói, ai giúp với"
WORD = "qxzvkwbdhtrn"


def _cry(world: World) -> int:
    case = world.case_of(CRY)
    world.review.claim(world.actor("protection_officer"), case)
    return case


@pytest.mark.parametrize("context", [Context.VICTIM, Context.WITNESS])
def test_no_category_of_a_victim_leads_to_a_measure_but_help(context: Context) -> None:
    for one, two in combinations(Category, 2):
        assert route_of((one, two), context) is Route.PROTECT
        assert set(allowed_measures(Route.PROTECT, (one, two))) == {Measure.DISMISS, Measure.REFERRAL}


def test_nobody_decides_a_cry_for_help_as_a_review(world: World) -> None:
    case = _cry(world)
    for name in ("officer", "approver", "protection_officer", "admin"):
        for measure in Measure:
            decision = Decision(measure, WHY, takedown().citations, "Nền tảng")
            with pytest.raises(RefusedError):
                world.review.decide(world.actor(name), case, decision)
    with world.database.read() as unit:
        assert unit.cases.get(case).state is CaseState.CLAIMED
        assert unit.notices.of_case(case) == []


def test_a_victim_is_not_made_a_promoter_by_a_correction(world: World) -> None:
    case = _cry(world)
    corrected = world.review.correct(
        world.actor("protection_officer"), case, categories=[Category.DRUGS_TO_MINORS], urgent=False,
        age=AgeBand.AGE_UNKNOWN,
    )  # fmt: skip
    assert (corrected.route, corrected.context) == (Route.PROTECT, Context.VICTIM)


def test_it_is_in_no_index_no_search_and_no_report(world: World, tmp_path: Path) -> None:
    case = _cry(world)
    world.protect.refer(
        world.actor("protection_officer"),
        case,
        recipient=RecipientKind.HOTLINE_111,
        harm_source=HarmSource.UNKNOWN,
        need="Cần người gọi lại và lắng nghe.",
    )
    confirmed = world.confirmed("[drugs_to_minors] bán cho học sinh trước cổng trường, ai cần thì nhắn")
    index = open_index(str(tmp_path / "index"))
    publisher = Publisher(world.database, index, world.clock)
    assert publisher.drain() == 1
    assert publisher.rebuild() == 1
    assert index.cases() == {confirmed}
    search = Search(world.database, index, world.clock)
    for query in (WORD, "mình", "giúp OR học", "NOT zzz"):
        assert case not in [hit.case for hit in search.run(SearchRequest(query), "analyst").hits]
    index.close()
    scanner = Scanner([WORD])
    assert scanner.found_in_folder(tmp_path / "index") == {}
    reports = Reports(world.database, world.clock)
    monday = world.clock().date() - timedelta(days=world.clock().weekday())
    for form in ReportFormat:
        written = reports.write(ReportKind.WEEKLY, monday, monday + timedelta(days=6), form)
        assert not scanner.found(written)
        assert b"M\xc3\xacnh m\xe1\xbb\x87t" not in written
    told = json.loads(reports.write(ReportKind.WEEKLY, monday, monday + timedelta(days=6), ReportFormat.JSON))
    assert '"value": 1' not in json.dumps([row for row in told.get("rows", []) if "protect" in str(row)])
