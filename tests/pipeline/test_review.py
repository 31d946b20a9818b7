"""Claim, decide, approve: one case, one holder; a takedown, two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lachan.domain import citation
from lachan.domain.account import Actor
from lachan.domain.case import CaseState
from lachan.domain.errors import (
    ConflictError,
    InputError,
    PermissionDenied,
    RefusedError,
    SecondPersonNeeded,
    TransitionError,
)
from lachan.domain.measure import TWO_PERSON, Measure
from lachan.domain.notice import Notice, NoticeState, PageCheck
from lachan.domain.taxonomy import AgeBand, Category, Route
from lachan.pipeline.review import Decision
from tests.world import WHY, World, takedown, warning

ADVERT = "[drugs_to_minors] Hàng mới cho học sinh, ib mình nhé, gọi 0900 000 123, để lại lời nhắn"


def claimed(world: World, text: str = ADVERT) -> tuple[Actor, int]:
    case = world.case_of(text)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    return officer, case


def notice_of(world: World, case: int) -> Notice:
    with world.database.read() as unit:
        return unit.notices.of_case(case)[0]


def test_a_case_has_one_holder(world: World) -> None:
    _, case = claimed(world)
    with pytest.raises(ConflictError, match="somebody else"):
        world.review.claim(world.actor("officer2"), case)


def test_a_claim_runs_out_without_a_heartbeat(world: World) -> None:
    officer, case = claimed(world)
    world.clock.move(minutes=19)
    world.review.heartbeat(officer, case)
    world.clock.move(minutes=19)
    assert world.review.expire_claims() == 0
    world.clock.move(minutes=2)
    assert world.review.expire_claims() == 1
    with pytest.raises(ConflictError):
        world.review.heartbeat(officer, case)
    world.review.claim(world.actor("officer2"), case)


def test_claims_of_a_closed_account_return(world: World) -> None:
    _, case = claimed(world)
    world.accounts.close(world.actor("admin"), "officer")
    assert world.review.expire_claims() == 0, "it returned at once"
    with world.database.read() as unit:
        assert unit.cases.get(case).state is CaseState.OPEN


def test_an_old_claim_gives_way_at_once(world: World) -> None:
    officer, case = claimed(world)
    world.clock.move(minutes=21)
    colleague = world.actor("officer2")
    assert world.review.claim(colleague, case).claimed_by == "officer2"
    with pytest.raises(ConflictError):
        world.review.heartbeat(officer, case)
    world.clock.move(minutes=21)
    taken = world.review.claim_next(officer, Route.REVIEW)
    assert taken is not None and taken.id == case


def test_what_a_closed_account_held_returns(world: World) -> None:
    officer, case = claimed(world)
    world.review.hold(officer, case)
    world.accounts.close(world.actor("admin"), "officer")
    assert world.review.expire_claims() == 0, "it returned at once"
    assert world.review.claim(world.actor("officer2"), case).state is CaseState.CLAIMED


def test_who_leaves_gives_back_claims_and_keeps_what_is_on_hold(world: World) -> None:
    officer, case = claimed(world)
    held = world.case_of("[drugs_to_minors] một bài hoàn toàn khác, rao thứ khác, ở nơi khác")
    world.review.claim(officer, held)
    world.review.hold(officer, held)
    assert world.review.release_all(officer) == 1
    assert world.review.claim(world.actor("officer2"), case).claimed_by == "officer2"
    assert world.review.resume(officer, held).claimed_by == "officer"


def test_the_next_case_is_the_most_pressing(world: World) -> None:
    world.case_of("[age_unsuitable] nội dung không hợp lứa tuổi đặt cho các em nhỏ xem")
    trafficking = world.case_of("[child_trafficking] bài hai khác hẳn bài trước về một chuyện khác")
    urgent = world.case_of("[age_unsuitable urgent] bài ba gấp, lại khác hai bài kia nữa")
    officer = world.actor("officer")
    taken = [world.review.claim_next(officer, Route.REVIEW) for _ in range(2)]
    assert [case.id for case in taken if case] == [urgent, trafficking]


def test_hold_and_escalation_keep_it(world: World) -> None:
    officer, case = claimed(world)
    world.review.hold(officer, case)
    world.clock.move(hours=2)
    assert world.review.expire_claims() == 0
    with pytest.raises(ConflictError):
        world.review.resume(world.actor("officer2"), case)
    world.review.resume(officer, case)
    world.review.escalate(officer, case)
    world.clock.move(hours=2)
    assert world.review.expire_claims() == 0
    with pytest.raises(ConflictError):
        world.review.resume(world.actor("officer2"), case)
    assert world.review.resume(officer, case).claimed_by == "officer"


def test_a_warning_needs_one_person_and_is_issued(world: World) -> None:
    officer, case_id = claimed(world)
    case = world.review.decide(officer, case_id, warning())
    assert case.state is CaseState.CLOSED
    assert case.confirmed
    assert notice_of(world, case_id).state is NoticeState.ISSUED
    assert (case.delete_text_at - world.clock()).days == 365


def test_a_dismissal_sends_nothing(world: World) -> None:
    officer, case_id = claimed(world)
    case = world.review.decide(officer, case_id, Decision(Measure.DISMISS, "đây là tin tức"))
    assert not case.confirmed
    assert (case.delete_text_at - world.clock()).days == 30
    with world.database.read() as unit:
        assert unit.notices.of_case(case_id) == []
        assert unit.outbox.size() == 0


@pytest.mark.parametrize("measure", sorted(TWO_PERSON))
def test_whatever_removes_waits_for_a_second_person(world: World, measure: Measure) -> None:
    basis = {
        Measure.REMOVAL_REQUEST: takedown().citations,
        Measure.OWNER_REMOVAL_REQUEST: ("LTE-6-9", "ND147-36-7"),
        Measure.CRIME_INFORMATION: ("BLHS-255",),
    }[measure]
    officer, case_id = claimed(world)
    case = world.review.decide(officer, case_id, Decision(measure, WHY, basis, recipient="Nền tảng"))
    assert case.state is CaseState.AWAITING_APPROVAL
    assert not case.confirmed
    assert notice_of(world, case_id).state is NoticeState.SUBMITTED
    approver = world.actor("approver")
    world.review.check_page(approver, case_id)
    notice = world.review.approve(approver, case_id)
    assert (notice.state, notice.approved_by) == (NoticeState.ISSUED, "approver")
    with world.database.read() as unit:
        assert unit.cases.get(case_id).confirmed
        assert unit.outbox.size() == 1


def test_nobody_approves_what_they_decided(world: World) -> None:
    """Also not where the same person was an officer yesterday and is an approver today."""
    officer, case = claimed(world)
    world.review.decide(officer, case, takedown())
    both = Actor(replace(world.actor("approver").account, name="officer"), interactive=True)
    world.review.check_page(world.actor("approver"), case)
    with pytest.raises(SecondPersonNeeded):
        world.review.approve(both, case)
    with pytest.raises(SecondPersonNeeded):
        world.review.send_back(both, case, "tự trả lại")
    with pytest.raises(PermissionDenied):
        world.review.approve(officer, case)


@pytest.mark.parametrize("role", ["admin", "analyst", "auditor", "protection_officer", "approver"])
def test_only_officers_decide_reviews(world: World, role: str) -> None:
    case = world.case_of(ADVERT)
    with pytest.raises(PermissionDenied):
        world.review.claim(world.actor(role), case)


def test_no_token_and_no_command_decides(world: World) -> None:
    _, case = claimed(world)
    with pytest.raises(PermissionDenied, match="desk"):
        world.review.decide(world.actor("officer", interactive=False), case, warning())
    world.review.decide(world.actor("officer"), case, takedown())
    world.review.check_page(world.actor("approver"), case)
    with pytest.raises(PermissionDenied, match="desk"):
        world.review.approve(world.actor("approver", interactive=False), case)


def test_the_page_is_looked_at_before_approval(world: World) -> None:
    officer, case = claimed(world)
    world.review.decide(officer, case, takedown())
    approver = world.actor("approver")
    with pytest.raises(ConflictError, match="look at the page"):
        world.review.approve(approver, case)
    assert world.review.check_page(approver, case).page_check is PageCheck.PRESENT
    world.clock.move(hours=2)
    with pytest.raises(ConflictError, match="last hour"):
        world.review.approve(approver, case)
    url = notice_of(world, case).url
    world.pages.pages[url] = "đã sửa thành chuyện khác"
    assert world.review.check_page(approver, case).page_check is PageCheck.CHANGED
    world.pages.pages[url] = None
    assert world.review.check_page(approver, case).page_check is PageCheck.UNREACHABLE
    del world.pages.pages[url]
    assert world.review.check_page(approver, case).page_check is PageCheck.GONE
    with pytest.raises(RefusedError, match="gone"):
        world.review.approve(approver, case)


def test_a_site_that_shuts_us_out_stops_no_letter(world: World) -> None:
    officer, case = claimed(world)
    world.review.decide(officer, case, takedown())
    world.pages.shut_out = True
    approver = world.actor("approver")
    assert world.review.check_page(approver, case).page_check is PageCheck.UNREACHABLE
    assert world.review.approve(approver, case).state is NoticeState.ISSUED


def test_the_law_is_asked_again_at_approval(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    officer, case = claimed(world)
    world.review.decide(officer, case, takedown())
    approver = world.actor("approver")
    world.review.check_page(approver, case)
    monkeypatch.setattr(citation.Citation, "in_force", lambda clause, on: clause.id != "L116-13-4-đ")
    with pytest.raises(InputError, match="does not fit"):
        world.review.approve(approver, case)
    assert notice_of(world, case).state is NoticeState.SUBMITTED


def test_the_day_of_the_law_is_vietnams(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    officer, case = claimed(world)
    asked = []
    monkeypatch.setattr(citation, "check", lambda ids, *, on, **rest: asked.append(on))
    world.clock.now = world.clock.now.replace(hour=18)  # one in the morning there
    world.review.heartbeat(officer, case)
    world.review.decide(officer, case, takedown())
    assert asked == [world.clock.now.date() + timedelta(days=1)]


def test_sent_back_and_decided_anew(world: World) -> None:
    officer, case_id = claimed(world)
    world.review.decide(officer, case_id, takedown())
    with pytest.raises(InputError):
        world.review.send_back(world.actor("approver"), case_id, " ")
    case = world.review.send_back(world.actor("approver"), case_id, "chỉ cần nhắc chủ tài khoản")
    assert (case.state, case.return_note) == (CaseState.RETURNED, "chỉ cần nhắc chủ tài khoản")
    world.review.claim(officer, case_id)
    case = world.review.decide(officer, case_id, warning("Nhắc chủ tài khoản tự gỡ là đủ, bài ít người xem."))
    assert case.state is CaseState.CLOSED
    with world.database.read() as unit:
        states = sorted(notice.state.value for notice in unit.notices.of_case(case_id))
    assert states == ["issued", "rejected"]


def test_worn_out_words_are_refused(world: World) -> None:
    officer, case = claimed(world)
    world.review.decide(officer, case, warning())
    other = world.case_of("[drugs_to_minors] một bài hoàn toàn khác, rao thứ khác, ở nơi khác")
    world.review.claim(officer, other)
    with pytest.raises(InputError, match="repeats"):
        world.review.decide(officer, other, warning())
    with world.database.read() as unit:
        assert unit.cases.get(other).state is CaseState.CLAIMED, "nothing half-done remains"


def test_a_letter_needs_someone_to_go_to(world: World) -> None:
    officer, case = claimed(world)
    with pytest.raises(InputError, match="who the letter"):
        world.review.decide(officer, case, replace(takedown(), recipient=" "))


def test_the_letter_carries_no_personal_detail(world: World) -> None:
    officer, case = claimed(world)
    world.review.decide(officer, case, takedown())
    assert "0900" not in notice_of(world, case).description


def test_the_address_is_for_the_holder_and_the_second_person(world: World) -> None:
    officer, case = claimed(world)
    assert world.review.read(officer, case)[1][0].url
    assert world.review.read(world.actor("officer2"), case)[1][0].url == ""
    world.review.decide(officer, case, takedown())
    assert world.review.read(officer, case)[1][0].url == ""
    assert world.review.read(world.actor("officer2"), case)[1][0].url == "", "she cannot approve"
    assert world.review.read(world.actor("approver"), case)[1][0].url
    with world.database.read() as unit:
        actions = [item.event.action for item in unit.audit.of_subject(f"case:{case}")]
    assert actions.count("case:read_address") == 2
    with pytest.raises(PermissionDenied):
        world.review.read(world.actor("analyst"), case)


def test_corrections_are_logged_and_keep_the_route(world: World) -> None:
    officer, case = claimed(world)
    with pytest.raises(InputError):
        world.review.correct(officer, case, categories=[], urgent=False, age=AgeBand.CHILD_U16)
    corrected = world.review.correct(
        officer, case, categories=[Category.AGE_UNSUITABLE], urgent=True, age=AgeBand.CHILD_U16
    )
    assert (corrected.categories, corrected.urgent) == ((Category.AGE_UNSUITABLE,), True)
    assert corrected.route is Route.REVIEW
    with pytest.raises(RefusedError, match="not allowed"):
        world.review.decide(officer, case, takedown())


def test_protect_cases_are_out_of_the_officers_reach(world: World) -> None:
    case = world.case_of("[child_violence victim] một lời nhờ giúp")
    with pytest.raises(PermissionDenied):
        world.review.read(world.actor("officer"), case)
    with pytest.raises(PermissionDenied):
        world.review.claim(world.actor("officer"), case)
    helper = world.actor("protection_officer")
    world.review.claim(helper, case)
    with pytest.raises(RefusedError):
        world.review.decide(helper, case, takedown())


def test_a_second_decision_is_refused(world: World) -> None:
    officer, case = claimed(world)
    world.review.decide(officer, case, warning())
    with pytest.raises(ConflictError):
        world.review.decide(officer, case, warning("Một lý do khác đủ dài để không bị coi là lặp lại."))
    with pytest.raises(TransitionError):
        world.review.claim(officer, case)
