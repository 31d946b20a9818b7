"""Reports from people, from the form to the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lachan.domain.case import CaseState
from lachan.domain.errors import (
    ConflictError,
    InputError,
    NotFound,
    PermissionDenied,
    RefusedError,
    Stopped,
    TransitionError,
)
from lachan.domain.notice import PageCheck
from lachan.domain.referral import HarmSource
from lachan.domain.report import (
    MAX_ADDITIONS,
    ContactReason,
    PublicReport,
    Quarantine,
    ReportDesk,
    Reporter,
    ReportOutcome,
    ReportState,
    Told,
)
from lachan.domain.taxonomy import AgeBand, Category, Context, Route
from lachan.pipeline.report import FLOOD, Submitted
from lachan.pipeline.report_case import Seen
from tests.world import World

URL = "https://town.example/f/bai-1"
ADVERT = "Hàng mới về cho mấy bạn lớp 8, ai cần thì để lại lời nhắn dưới bài này nhé"
PAGE = f"Diễn đàn thử   {ADVERT}\n Trả lời: không liên quan, chuyện của người khác"
SEEN = Seen((Category.DRUGS_TO_MINORS,), urgent=False, age=AgeBand.MINOR_U18)
CHILD = Told(Reporter.CHILD, "em bị các bạn trêu mỗi ngày", contact="nhắn cô Lan, sau 17 giờ")
POINTER = Told(Reporter.TEACHER, "trang này bán đồ cấm", URL)
WISH = Told(Reporter.CHILD, "bài này nói xấu em", URL, wants_removal=True)


def told(world: World, what: Told = CHILD, quarantine: Quarantine | None = None) -> Submitted:
    return world.public_reports.submit(what, quarantine)


def stored(world: World, report_id: int) -> PublicReport:
    with world.database.read() as unit:
        return unit.public_reports.get(report_id)


def read(world: World, what: Told = CHILD, who: str = "protection_officer") -> Submitted:
    submitted = told(world, what)
    world.public_reports.read(world.actor(who), submitted.report.id)
    return submitted


def test_from_the_form_to_the_answer(world: World) -> None:
    submitted = told(world)
    helper = world.actor("protection_officer")
    world.clock.move(hours=2)
    report = world.public_reports.read(helper, submitted.report.id)
    assert (report.words, report.read_by, report.read_at) == ((CHILD.text,), helper.name, world.clock())
    world.clock.move(hours=1)
    world.public_reports.settle(helper, report.id, ReportOutcome.ADVISED, " Cảm ơn em. Hãy gọi 111. ")
    found, _ = world.public_reports.follow(submitted.code.upper().replace(" ", "-"))
    assert (found.state, found.answer) == (ReportState.ANSWERED, "Cảm ơn em. Hãy gọi 111.")
    assert found.delete_text_at == world.clock() + timedelta(days=30)
    with pytest.raises(NotFound):
        world.public_reports.follow("sen sen sen sen sen sen sen")
    with pytest.raises(InputError):
        world.public_reports.follow(" ")


def test_urgent_words_stand_first_and_at_the_protection_desk(world: World) -> None:
    first = told(world, POINTER).report
    urgent = told(world, Told(Reporter.OTHER, "cứu bạn ấy với", URL)).report
    ticked = told(world, Told(Reporter.OTHER, "nhanh lên", URL, danger_now=True)).report
    with world.database.read() as unit:
        queue = unit.public_reports.find(tuple(ReportDesk), (ReportState.RECEIVED,))
    assert [item.id for item in queue] == [urgent.id, ticked.id, first.id]
    assert (first.desk, urgent.desk, ticked.desk) == (
        ReportDesk.REVIEW, ReportDesk.PROTECT, ReportDesk.PROTECT,
    )  # fmt: skip


def test_who_reads_what(world: World) -> None:
    child, pointer = told(world).report, told(world, POINTER).report
    world.public_reports.read(world.actor("officer"), pointer.id)
    world.public_reports.read(world.actor("protection_officer"), pointer.id)
    for name in ("officer", "approver", "analyst", "auditor", "admin"):
        for step in (world.public_reports.read, world.public_reports.headline, world.public_reports.release):
            with pytest.raises(PermissionDenied):
                step(world.actor(name), child.id)
    with pytest.raises(PermissionDenied, match="desk"):
        world.public_reports.read(world.actor("protection_officer", interactive=False), child.id)
    assert stored(world, child.id).read_at is None


def test_an_officer_hands_over_what_is_a_childs_need(world: World) -> None:
    report = told(world, POINTER).report
    world.public_reports.hand_over(world.actor("officer"), report.id, ReportDesk.PROTECT)
    with pytest.raises(PermissionDenied):
        world.public_reports.read(world.actor("officer"), report.id)
    world.public_reports.read(world.actor("protection_officer"), report.id)


def test_the_contact_is_for_protection_officers_and_logged(world: World) -> None:
    report = told(world).report
    helper = world.actor("protection_officer")
    assert world.public_reports.contact(helper, report.id, ContactReason.ARRANGE_HELP) == CHILD.contact
    for name in ("officer", "approver", "auditor", "admin"):
        with pytest.raises(PermissionDenied):
            world.public_reports.contact(world.actor(name), report.id, ContactReason.ASK_BACK)
    with world.database.read() as unit:
        shown = [
            item.event
            for item in unit.audit.of_subject(f"report:{report.id}")
            if item.event.action == "report:show_contact"
        ]
    assert [(event.actor, event.details) for event in shown] == [(helper.name, {"reason": "arrange_help"})]


def test_what_is_added_is_read_anew(world: World) -> None:
    submitted = read(world)
    helper = world.actor("protection_officer")
    world.clock.move(days=1)
    world.public_reports.settle(helper, submitted.report.id, ReportOutcome.ADVISED, "Cảm ơn em.")
    world.clock.move(days=1)
    added = world.public_reports.add(submitted.code, "hôm nay lại bị, cứu em")
    assert (added.state, added.urgent, added.told_at) == (ReportState.RECEIVED, True, world.clock())
    with pytest.raises(ConflictError, match="read the report first"):
        world.public_reports.settle(helper, added.id, ReportOutcome.ADVISED, "x")
    again = world.public_reports.read(helper, added.id)
    assert again.words == (CHILD.text, "hôm nay lại bị, cứu em")
    assert again.read_at == submitted.report.received_at, "the ledger counts the first reading"
    with pytest.raises(InputError):
        world.public_reports.add(submitted.code, "  ")
    for _ in range(MAX_ADDITIONS - 1):
        world.public_reports.add(submitted.code, "thêm")
    with pytest.raises(InputError, match="full"):
        world.public_reports.add(submitted.code, "thêm nữa")


def test_adding_does_not_put_off_the_clock(world: World) -> None:
    submitted = told(world)
    world.clock.move(days=3)
    assert world.public_reports.add(submitted.code, "thêm").told_at == submitted.report.told_at


def test_a_flood_waits_apart_and_is_released(world: World) -> None:
    helper = world.actor("protection_officer")
    trap = told(world, CHILD, Quarantine.TRAP).report
    assert trap.state is ReportState.QUARANTINED
    released = world.public_reports.release(helper, trap.id)
    assert (released.state, released.quarantine) == (ReportState.RECEIVED, None)
    for _ in range(FLOOD - 1):
        last = told(world, POINTER).report
    assert last.state is ReportState.RECEIVED
    flooded = told(world, POINTER).report
    assert (flooded.state, flooded.quarantine) == (ReportState.QUARANTINED, Quarantine.FLOOD)
    assert world.public_reports.read(helper, flooded.id).state is ReportState.READ
    world.clock.move(hours=1, minutes=1)
    assert told(world, POINTER).report.state is ReportState.RECEIVED


def test_a_protection_case_holds_the_officers_words_masked(world: World) -> None:
    submitted = read(world)
    helper = world.actor("protection_officer")
    world.clock.move(minutes=30)
    seen = Seen((Category.CHILD_PRIVACY_BULLYING,), urgent=True, age=AgeBand.CHILD_U16)
    with pytest.raises(InputError, match="what the child needs"):
        world.public_reports.open_protect(helper, submitted.report.id, seen, " ")
    need = "Một em ở Trường THCS Gò Mây bị trêu mỗi ngày, cần người lắng nghe"
    case = world.public_reports.open_protect(helper, submitted.report.id, seen, need)
    assert (case.route, case.context, case.urgent) == (Route.PROTECT, Context.VICTIM, True)
    assert case.opened_at == submitted.report.received_at, "the clocks count from the report"
    with world.database.read() as unit:
        (post,) = unit.cases.posts(case.id)
    assert post.text == "Một em ở [trường] bị trêu mỗi ngày, cần người lắng nghe"
    assert CHILD.text not in post.text
    report = stored(world, submitted.report.id)
    assert (report.outcome, report.protect_case) == (ReportOutcome.CHILD_HELPED, case.id)
    with pytest.raises(ConflictError):
        world.public_reports.open_protect(helper, report.id, seen, need)
    world.review.claim(helper, case.id)
    world.protect.refer(
        helper,
        case.id,
        harm_source=HarmSource.PEER,
        need="Cần người lắng nghe.",
    )
    world.public_reports.settle(helper, report.id, ReportOutcome.CHILD_HELPED, "Đã có người giúp em.")


def test_a_review_case_keeps_the_quoted_words_of_the_page_alone(world: World) -> None:
    submitted = read(world, POINTER, "officer")
    officer = world.actor("officer")
    world.pages.pages[URL] = PAGE
    case = world.public_reports.open_review(officer, submitted.report.id, SEEN, f"  {ADVERT}\n")
    assert (case.route, case.source, case.state) == (Route.REVIEW, "town", CaseState.OPEN)
    with world.database.read() as unit:
        (post,) = unit.cases.posts(case.id)
    assert (post.text, post.url) == (ADVERT, URL)
    report = stored(world, submitted.report.id)
    assert (report.outcome, report.review_case) == (ReportOutcome.CONTENT_REVIEWED, case.id)
    with world.database.read() as unit:
        assert unit.removals.of_report(report.id) == [], "nobody asked for a removal"
    with pytest.raises(ConflictError):
        world.public_reports.open_review(officer, report.id, SEEN, ADVERT)


def test_a_reported_page_is_fetched_on_registered_places_alone(world: World) -> None:
    officer = world.actor("officer")
    elsewhere = read(world, Told(Reporter.OTHER, "", "https://khac.example/bai"), "officer")
    world.pages.pages["https://khac.example/bai"] = PAGE
    with pytest.raises(RefusedError, match="no place that is read"):
        world.public_reports.open_review(officer, elsewhere.report.id, SEEN, ADVERT)
    report = read(world, POINTER, "officer").report
    with pytest.raises(RefusedError, match="gone"):
        world.public_reports.open_review(officer, report.id, SEEN, ADVERT)
    world.pages.pages[URL] = None
    with pytest.raises(ConflictError, match="reached"):
        world.public_reports.open_review(officer, report.id, SEEN, ADVERT)
    world.pages.pages[URL] = "một trang khác hẳn"
    with pytest.raises(RefusedError, match="do not stand on the page"):
        world.public_reports.open_review(officer, report.id, SEEN, ADVERT)
    with pytest.raises(InputError, match="copy the harmful words"):
        world.public_reports.open_review(officer, report.id, SEEN, "một")
    world.pages.pages[URL] = PAGE
    with pytest.raises(InputError, match="category"):
        world.public_reports.open_review(officer, report.id, Seen((), False, AgeBand.AGE_UNKNOWN), ADVERT)
    world.sources.stop(world.actor("officer"))
    with pytest.raises(Stopped):
        world.public_reports.open_review(officer, report.id, SEEN, ADVERT)
    assert world.case_ids() == set()


def test_a_removal_is_followed_for_30_days(world: World) -> None:
    submitted = read(world, WISH)
    helper = world.actor("protection_officer")
    world.pages.pages[URL] = PAGE
    case = world.public_reports.open_review(helper, submitted.report.id, SEEN, ADVERT)
    assert world.rechecks.run() == 0
    world.clock.move(days=1)
    assert world.rechecks.run() == 1
    assert world.rechecks.run() == 0, "once a day that is due"
    world.clock.move(days=6)
    del world.pages.pages[URL]
    assert world.rechecks.run() == 1
    world.clock.move(days=23)
    world.pages.shut_out = True
    assert world.rechecks.run() == 1
    world.clock.move(days=100)
    assert world.rechecks.run() == 0
    _, (removal,) = world.public_reports.follow(submitted.code)
    assert removal.case == case.id
    assert [check.found for check in removal.checks] == [
        PageCheck.PRESENT, PageCheck.GONE, PageCheck.UNREACHABLE,
    ]  # fmt: skip
    assert [check.at - removal.started_at for check in removal.checks] == [
        timedelta(days=days) for days in (1, 7, 30)
    ]


def test_no_page_is_looked_at_while_everything_is_stopped(world: World) -> None:
    world.sources.stop(world.actor("officer"))
    with pytest.raises(Stopped):
        world.rechecks.run()


def test_words_go_30_days_after_the_answer_and_never_before_it(world: World) -> None:
    submitted = told(world)
    helper = world.actor("protection_officer")
    for _ in range(5):
        world.clock.move(days=14, hours=1)
        world.retain()
    assert stored(world, submitted.report.id).words == (CHILD.text,), "nothing is deleted unread"
    world.public_reports.read(helper, submitted.report.id)
    world.public_reports.settle(helper, submitted.report.id, ReportOutcome.NO_HARM, "Cảm ơn.")
    world.clock.move(days=29, hours=23)
    world.retain()
    assert stored(world, submitted.report.id).words == (CHILD.text,)
    world.clock.move(hours=2)
    world.retain()
    gone = stored(world, submitted.report.id)
    assert (gone.state, gone.words, gone.url, gone.reporter, gone.answer, gone.has_contact) == (
        ReportState.CLOSED, (), "", None, None, False,
    )  # fmt: skip
    assert gone.outcome is ReportOutcome.NO_HARM
    with pytest.raises(TransitionError):
        world.public_reports.add(submitted.code, "thêm")
    with world.database.read() as unit:
        actions = [item.event.action for item in unit.audit.of_subject(f"report:{gone.id}")]
    assert actions.count("report:overdue") == 5
    world.clock.move(days=731)
    world.retain()
    with pytest.raises(NotFound):
        stored(world, gone.id)


def test_withdrawn_is_gone_and_counted(world: World) -> None:
    submitted = read(world, WISH)
    world.pages.pages[URL] = PAGE
    world.public_reports.open_review(world.actor("protection_officer"), submitted.report.id, SEEN, ADVERT)
    world.public_reports.withdraw(submitted.code)
    gone = stored(world, submitted.report.id)
    assert (gone.state, gone.words, gone.url) == (ReportState.WITHDRAWN, (), "")
    for step in (world.public_reports.follow, world.public_reports.withdraw):
        with pytest.raises(NotFound):
            step(submitted.code)
    with world.database.read() as unit:
        assert unit.removals.of_report(gone.id) == []
    day = world.clock().date()
    (row,) = world.public_reports.ledger(day, day)
    assert (row.report, row.state) == (gone.id, ReportState.WITHDRAWN)


def test_an_outcome_says_what_was_done(world: World) -> None:
    report = read(world).report
    helper = world.actor("protection_officer")
    for outcome in (ReportOutcome.CHILD_HELPED, ReportOutcome.CONTENT_REVIEWED):
        with pytest.raises(InputError, match="open the case first"):
            world.public_reports.settle(helper, report.id, outcome, "Cảm ơn.")
    with pytest.raises(InputError, match="answer"):
        world.public_reports.settle(helper, report.id, ReportOutcome.ADVISED, " ")
    world.public_reports.settle(helper, report.id, ReportOutcome.ADVISED, "Cảm ơn.")
    with pytest.raises(TransitionError):
        world.public_reports.settle(helper, report.id, ReportOutcome.ADVISED, "Cảm ơn.")


def test_the_log_names_nobody_and_holds_no_words(world: World) -> None:
    submitted = read(world)
    world.public_reports.add(submitted.code, "thêm điều này")
    with world.database.read() as unit:
        events = [item.event for item in unit.audit.of_subject(f"report:{submitted.report.id}")]
    assert {event.actor for event in events} == {"public", "protection_officer"}
    written = str(events)
    assert not any(words in written for words in ("trêu", "thêm điều", "cô Lan", submitted.code))
