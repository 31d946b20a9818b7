"""Appeals: open to anyone with the code, heard by somebody else, never forgotten."""

from __future__ import annotations

import pytest

from lachan.domain.account import Role
from lachan.domain.appeal import AppealState
from lachan.domain.case import CaseState
from lachan.domain.errors import ConflictError, InputError, NotFound, SecondPersonNeeded
from lachan.domain.notice import Notice, NoticeAct, NoticeState
from tests.world import PASSWORD, WHY, World, takedown

ADVERT = "[drugs_to_minors] Hàng mới cho học sinh, ib mình nhé, để lại lời nhắn bên dưới"


def issued(world: World) -> Notice:
    case = world.case_of(ADVERT)
    officer, approver = world.actor("officer"), world.actor("approver")
    world.review.claim(officer, case)
    world.review.decide(officer, case, takedown())
    world.review.check_page(approver, case)
    notice = world.review.approve(approver, case)
    world.publisher.drain()
    return notice


def test_overturned_is_withdrawn_and_leaves_the_index(world: World) -> None:
    notice = issued(world)
    assert notice.case in world.index.cases()
    appeal = world.appeals.submit(f" {notice.code[:4]}-{notice.code[4:].lower()} ", "Tôi bán sách")
    other = world.actor("approver2")
    world.appeals.assign(other, appeal.id)
    done = world.appeals.decide(other, appeal.id, uphold=False, answer="Đúng là nhầm, xin lỗi.")
    assert done.state is AppealState.CLOSED
    with world.database.read() as unit:
        assert unit.notices.get(notice.id).state is NoticeState.WITHDRAWN
        case = unit.cases.get(notice.case)
    assert (case.state, case.overturned, case.confirmed) == (CaseState.CLOSED, True, False)
    world.publisher.drain()
    assert notice.case not in world.index.cases()


def test_upheld_stays(world: World) -> None:
    notice = issued(world)
    appeal = world.appeals.submit(notice.code, "Tôi không đồng ý")
    other = world.actor("approver2")
    world.appeals.assign(other, appeal.id)
    world.appeals.decide(other, appeal.id, uphold=True, answer="Bài rao bán cho học sinh.")
    with world.database.read() as unit:
        assert unit.notices.get(notice.id).state is NoticeState.ISSUED
        assert unit.cases.get(notice.case).confirmed


def test_who_took_part_does_not_hear_it(world: World) -> None:
    notice = issued(world)
    appeal = world.appeals.submit(notice.code, "Tôi không đồng ý")
    with pytest.raises(SecondPersonNeeded):
        world.appeals.assign(world.actor("approver"), appeal.id)
    with pytest.raises(ConflictError):
        world.appeals.decide(world.actor("approver2"), appeal.id, uphold=True, answer="x")


def test_undecided_after_ten_days_withdraws_the_notice(world: World) -> None:
    notice = issued(world)
    world.appeals.submit(notice.code, "Tôi không đồng ý")
    world.clock.move(days=9)
    assert world.appeals.expire() == []
    world.clock.move(days=1, minutes=1)
    assert len(world.appeals.expire()) == 1
    with world.database.read() as unit:
        assert unit.notices.get(notice.id).state is NoticeState.WITHDRAWN
        assert unit.cases.get(notice.case).overturned


def test_bad_forms(world: World) -> None:
    notice = issued(world)
    with pytest.raises(NotFound):
        world.appeals.submit("KHONGCOMANAY", "Tôi không đồng ý")
    with pytest.raises(InputError):
        world.appeals.submit(notice.code, "  ")
    with pytest.raises(InputError):
        world.appeals.submit(notice.code, "a" * 5001)
    world.appeals.submit(notice.code, "Tôi không đồng ý")
    with pytest.raises(ConflictError, match="already"):
        world.appeals.submit(notice.code, "Lần nữa")


def test_the_log_names_nobody(world: World) -> None:
    notice = issued(world)
    appeal = world.appeals.submit(notice.code, "Tôi không đồng ý")
    with world.database.read() as unit:
        (item,) = unit.audit.of_subject(f"appeal:{appeal.id}")
    assert item.event.actor == "public"
    assert "không đồng ý" not in str(item.event)


def test_everybody_who_ever_took_part_is_barred(world: World) -> None:
    """Two approvers handled it and a third one heard an earlier appeal: a fourth is needed."""
    admin = world.actor("admin2")
    for name in ("approver3", "approver4"):
        world.logins[name] = world.accounts.create(admin, name, Role.APPROVER, PASSWORD)
    case = world.case_of(ADVERT)
    for officer, note in (("officer", "Hãy nói rõ hơn."), ("officer2", None)):
        world.review.claim(world.actor(officer), case)
        world.review.decide(world.actor(officer), case, takedown(f"{WHY} {officer}"))
        if note:
            world.review.send_back(world.actor("approver"), case, note)
    world.review.check_page(world.actor("approver2"), case)
    notice = world.review.approve(world.actor("approver2"), case)
    first = world.appeals.submit(notice.code, "Tôi không đồng ý")
    for name in ("approver", "approver2"):
        with pytest.raises(SecondPersonNeeded):
            world.appeals.assign(world.actor(name), first.id)
    world.appeals.assign(world.actor("approver3"), first.id)
    world.appeals.decide(world.actor("approver3"), first.id, uphold=True, answer="Giữ nguyên.")
    again = world.appeals.submit(notice.code, "Tôi có chứng cứ mới")
    for name in ("approver", "approver2", "approver3"):
        with pytest.raises(SecondPersonNeeded):
            world.appeals.assign(world.actor(name), again.id)
    assert world.appeals.assign(world.actor("approver4"), again.id).assigned_to == "approver4"


def test_who_read_or_recorded_may_hear_it(world: World) -> None:
    notice = issued(world)
    other = world.actor("approver2")
    world.notify.record(other, notice.id, NoticeAct.DELIVER)
    world.review.read(other, notice.case)
    appeal = world.appeals.submit(notice.code, "Tôi không đồng ý")
    assert world.appeals.assign(other, appeal.id).assigned_to == other.name
