"""Who asks for help is helped: never asked to take something down, never found, joined, clustered, shown to others,
pushed out of the house or told of in small numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from index import open_index
from lachan.domain.case import Case, CaseState
from lachan.domain.errors import ConflictError, LachanError, PermissionDenied, RefusedError
from lachan.domain.measure import Measure, allowed_measures
from lachan.domain.referral import HarmSource
from lachan.domain.taxonomy import AgeBand, Category, Context, Route, route_of
from lachan.pipeline.oncall import Message, OnCall
from lachan.pipeline.ports import ReportFormat, ReportKind, SearchRequest
from lachan.pipeline.publish import Publisher
from lachan.pipeline.review import Decision
from lachan.pipeline.rising import Rising
from lachan.pipeline.search import Search
from lachan.reports import Reports
from review_ui.permissions import ROUTES
from tests.review_ui.station import Station
from tests.safeguards.scanner import Scanner
from tests.world import WHY, MemoryIndex, World, takedown

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
    _refer(world, case)
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
    for form in ReportFormat:
        assert not scanner.found(reports.write(ReportKind.WEEKLY, *week(world), form))


# --- Beside a review case of nearly the same words ------------------------------------------------------------
def _twins(world: World) -> tuple[int, int]:
    """A cry for help, and an open review case whose text is nearly the same, for one category: what near-copies are."""
    text = f"mình mệt lắm, chỗ {WORD} không ai nghe mình nói, ngày nào cũng vậy, ai đọc thì nhắn giúp với nhé"
    cry = world.case_of(f"[child_violence victim] {text}")
    review = world.case_of(f"[child_violence promoting] {text}")
    assert cry != review
    return cry, review


def test_it_joins_no_other_and_no_other_joins_it(world: World) -> None:
    cry, review = _twins(world)
    with world.database.read() as unit:
        assert [unit.cases.get(case).route for case in (cry, review)] == [Route.PROTECT, Route.REVIEW]
        assert [unit.cases.get(case).post_count for case in (cry, review)] == [1, 1]
        assert unit.cases.get(review).linked_case is None
        assert cry not in {found.case for found in unit.cases.sharing(review)}


def test_it_is_in_no_cluster_and_no_cluster_takes_it(world: World) -> None:
    cry, review = _twins(world)
    officer = world.actor("officer")
    world.review.claim(officer, review)
    assert cry not in [member.case.id for member in world.clusters.of(officer, review)]
    taken = world.clusters.dismiss(officer, review, [cry], "Là tin tức", dry=False)
    assert (taken.dismissed, taken.left) == ((review,), (cry,))
    world.review.claim(world.actor("protection_officer"), cry)
    for name in ("officer", "protection_officer"):
        with pytest.raises((PermissionDenied, RefusedError, ConflictError)):
            world.clusters.of(world.actor(name), cry)
    with world.database.read() as unit:
        assert unit.cases.get(cry).state is CaseState.CLAIMED


@pytest.mark.parametrize("name", ["officer", "approver", "protection_officer", "admin", "analyst", "auditor"])
def test_no_step_of_a_takedown_takes_it(world: World, name: str) -> None:
    case, actor = _cry(world), world.actor(name)
    review = world.review
    for step in (
        lambda: review.decide(actor, case, takedown()),
        lambda: review.check_page(actor, case),
        lambda: review.approve(actor, case),
        lambda: review.send_back(actor, case, "không"),
        lambda: review.disagree(actor, case, "không"),
        lambda: review.refuse(actor, case, "không"),
        lambda: world.appeals.submit(f"VV-{case:06d}", "Tôi không đồng ý với việc gỡ bài này."),
    ):
        with pytest.raises(LachanError):
            step()
    with world.database.read() as unit:
        assert unit.notices.of_case(case) == []


def test_of_children_nothing_rises_no_place_is_told_and_no_alert_counts(world: World) -> None:
    """Six of a week, where six of the review queue would be told of."""
    for number in range(6):
        case = world.case_of(
            f"[child_violence victim] ở Xã Gò Mây chỗ {WORD} số {number} không ai nghe em nói cả {'á' * number}"
        )
        world.review.claim(world.actor("protection_officer"), case)
        _refer(world, case)
    index = MemoryIndex()
    publisher = Publisher(world.database, index, world.clock, places=lambda text: ("xa:go-may",))
    assert publisher.drain() == 0
    assert publisher.rebuild() == 0
    assert publisher.compare().confirmed == 0
    monday, _ = week(world)
    assert Rising(world.database, world.clock).words(world.actor("analyst"), monday) == []
    with world.database.read() as unit:
        assert unit.outbox.pending(10) == []


# --- Counts ---------------------------------------------------------------------------------------------------
def week(world: World) -> tuple[date, date]:
    monday = world.clock().date() - timedelta(days=world.clock().weekday())
    return monday, monday + timedelta(days=6)


def _refer(world: World, case: int) -> None:
    world.protect.refer(
        world.actor("protection_officer"),
        case,
        harm_source=HarmSource.UNKNOWN,
        need="Cần người gọi lại và lắng nghe.",
    )


@pytest.mark.parametrize("many", [1, 2, 3, 4])
def test_one_to_four_children_of_a_week_are_told_nowhere_and_cannot_be_reckoned(
    world: World, many: int
) -> None:
    """Nor by taking what one line tells from another: beside an empty review queue every number is theirs."""
    for number in range(many):
        case = world.case_of(f"{CRY} {'á' * number}")
        world.review.claim(world.actor("protection_officer"), case)
        _refer(world, case)
    reports = Reports(world.database, world.clock)
    monday, sunday = week(world)
    today = world.clock().date()
    for kind, first, last in (
        (ReportKind.WEEKLY, monday, sunday),
        (ReportKind.ADHOC, today, today),
        (ReportKind.ADHOC, monday - timedelta(days=60), sunday),
    ):
        told = json.loads(reports.write(kind, first, last, ReportFormat.JSON))
        rows = {(row["section"], row["name"]): row["value"] for row in told["rows"]}
        assert rows["reading", "stored"] == "hidden"
        # what counts pages and texts read tells nothing of which were kept; the mean's weeks are a denominator
        said = {name for name, value in rows.items() if value == many}
        assert said <= {("reading", "pages"), ("reading", "judged")}, said
        if kind is ReportKind.WEEKLY:
            assert rows["protect", "total"] == "<5"


# --- The desk, over HTTP --------------------------------------------------------------------------------------
NEED = f"Cần người gọi lại cho em, chỗ {WORD}, trong hôm nay."


@pytest.fixture
def child(station: Station) -> Case:
    """A cry for help, with everything that the desk can hold of one: a claim, a look, a referral."""
    case = station.case(
        f"em học lớp 7a, ở chỗ {WORD}, em sợ về nhà, gọi 0900 000 123", Category.CHILD_VIOLENCE,
        context=Context.VICTIM, urgent=True, url=f"https://dien-dan.example/bai/{WORD}",
    )  # fmt: skip
    guard = station.person("bao-ve")
    guard.post(f"/cases/{case.id}/claim")
    guard.post(f"/cases/{case.id}/look")
    answer = guard.post(
        f"/cases/{case.id}/refer", recipient="hotline_111", entry="0", harm_source="family", need=NEED
    )
    assert answer.status_code == 303
    return station.now(case)


def _pages(case: Case) -> list[str]:
    """Every address that can be opened, with this case wherever one is named."""
    found = [route.removeprefix("GET ") for route in ROUTES if route.startswith("GET ")]
    return [
        re.sub(r"{(\w+)}", lambda m: str(case.id) if m[1] in ("case_id", "case") else "1", path)
        for path in found
    ]


ASKED: tuple[dict[str, str], ...] = (
    {}, {"q": "em"}, {"q": "*"}, {"cases": "1"}, {"show": "at_work"}, {"category": "child_violence"},
)  # fmt: skip


@pytest.mark.parametrize("name", ["can-bo", "phe-duyet", "phan-tich", "kiem-tra", "quan-tri", ""])
def test_no_page_shows_it_to_anybody_else(station: Station, child: Case, name: str) -> None:
    """Nor says that it is there, but for the log, which has its number."""
    browser = station.person(name).client if name else station.browser()
    opened = 0
    for path in _pages(child):
        for query in ASKED if path.startswith(("/search", "/queue", "/api")) else ({},):
            answer = browser.get(path, params=query)
            opened += answer.status_code == 200
            assert WORD not in answer.text, (path, query)
            if path != "/audit" and answer.status_code == 200:
                assert child.number not in answer.text, (path, query)
    assert opened >= (12 if name else 7)
    assert browser.get(f"/cases/{child.id}").status_code in (303, 403)


def test_who_helps_sees_it(station: Station, child: Case) -> None:
    """That the walk above would find it."""
    guard = station.person("bao-ve")
    assert WORD in guard.get("/referrals").text
    assert WORD in guard.get(f"/cases/{child.id}").text


def test_the_interface_counts_it_for_who_helps_alone(station: Station, child: Case) -> None:
    station.case("em không dám về nhà nữa", Category.CHILD_VIOLENCE, context=Context.VICTIM)
    for name in ("can-bo", "phe-duyet"):
        assert station.person(name).get("/api/v1/queues").json()["protect"] is None
    assert station.person("bao-ve").get("/api/v1/queues").json()["protect"]["count"] == 1


def test_the_log_holds_its_steps_and_no_word(station: Station, child: Case) -> None:
    with station.database.read() as unit:
        links = [link.event for link in unit.audit.links()]
    said = json.dumps(
        [[event.action, event.subject, dict(event.details)] for event in links], ensure_ascii=False
    )
    assert f"case:{child.id}" in said and "referral:send" in said
    for trace in (WORD, NEED, "family", "0900", "dien-dan.example", "lớp 7"):
        assert trace not in said, trace


class Outside:
    """A way out of the house that remembers what it was given."""

    name = "outside"

    def __init__(self) -> None:
        self.said: list[object] = []

    def send(self, message: Message, names: Sequence[str], emails: Sequence[str]) -> None:
        self.said.append((message, tuple(names), tuple(emails)))


def test_an_alarm_that_leaves_the_house_says_nothing_of_it(station: Station) -> None:
    case = station.case(f"em ở {WORD}, cứu em", Category.SELFHARM, context=Context.VICTIM, urgent=True)
    admin = station.desk.accounts.named("quan-tri")
    now = station.clock.now
    station.desk.oncall.add_duty(admin, "bao-ve", 1, now, now + timedelta(hours=12))
    way = Outside()
    station.clock.forward(timedelta(minutes=20))
    assert OnCall(station.database, station.clock, [way]).run()
    assert way.said
    for trace in (WORD, "selfharm", "dien-dan", case.source, "cứu em"):
        assert trace not in repr(way.said), trace
