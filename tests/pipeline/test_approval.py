"""Where two people disagree a third decides, who took no part; nobody decides twice, and nobody goes round it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lachan.domain.account import Actor, Role
from lachan.domain.case import Case, CaseState, Third
from lachan.domain.errors import (
    InputError,
    PermissionDenied,
    RefusedError,
    SecondPersonNeeded,
    TransitionError,
)
from lachan.domain.notice import NoticeState
from lachan.pipeline.parties import thirds
from lachan.pipeline.ports import CaseFilter
from tests.world import WHY, World, post, takedown, warning

ADVERT = "[drugs_to_minors] Hàng mới cho học sinh, ib mình nhé, để lại lời nhắn"
AGAIN = "Bài vẫn công khai sau một tuần, thêm ba học sinh hỏi mua, nhãn không ngăn được ai."
NO = "Chủ bài đã tự ẩn số liên hệ; nhắc là đủ."


def person(world: World, name: str, role: Role = Role.APPROVER) -> Actor:
    """Somebody more, as an admin makes them."""
    if name not in world.logins:
        world.logins[name] = world.accounts.create(world.actor("admin2"), name, role, "mot-mat-khau-dai-khac")
    return Actor(world.logins[name].account, interactive=True)


def disputed(world: World, text: str = ADVERT) -> int:
    """Decided by `officer`, disagreed with by `approver`."""
    case = world.case_of(text)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    world.review.decide(officer, case, takedown())
    world.review.disagree(world.actor("approver"), case, NO)
    return case


def now(world: World, case: int) -> Case:
    with world.database.read() as unit:
        return unit.cases.get(case)


def issued(world: World, case: int) -> bool:
    with world.database.read() as unit:
        return any(notice.issued_at is not None for notice in unit.notices.of_case(case))


def test_a_third_person_sides_with_the_first(world: World) -> None:
    case = disputed(world)
    assert (now(world, case).state, now(world, case).third) == (CaseState.DISPUTED, Third.AWAITED)
    third = person(world, "approver.ba")
    world.review.check_page(third, case)
    notice = world.review.approve(third, case)
    assert (notice.drafted_by, notice.approved_by) == ("officer", "approver.ba")
    settled = now(world, case)
    assert (settled.state, settled.third, settled.disagreed_by) == (
        CaseState.CLOSED, Third.APPROVED, "approver",
    )  # fmt: skip
    assert settled.confirmed


def test_a_third_person_sides_with_the_second(world: World) -> None:
    case = disputed(world)
    back = world.review.refuse(person(world, "approver.ba"), case, "Đồng ý là chưa cần gỡ.")
    assert (back.state, back.third) == (CaseState.RETURNED, Third.REFUSED)
    assert back.return_note == f"{NO}\nĐồng ý là chưa cần gỡ."
    with world.database.read() as unit:
        assert [notice.state for notice in unit.notices.of_case(case)] == [NoticeState.REJECTED]
    officer = world.actor("officer2")
    world.review.claim(officer, case)
    with pytest.raises(RefusedError, match="two people refused"):
        world.review.decide(officer, case, takedown(AGAIN))
    assert world.review.decide(officer, case, warning(AGAIN)).state is CaseState.CLOSED


def test_a_near_copy_makes_it_another_case(world: World) -> None:
    case = disputed(world)
    world.review.refuse(person(world, "approver.ba"), case, NO)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    with world.database.write() as unit:
        first = unit.cases.posts(case)[0]
        unit.cases.join(case, replace(post(ADVERT, world.clock()), url=first.url), first.assessment)
    assert world.review.decide(officer, case, takedown(AGAIN)).state is CaseState.AWAITING_APPROVAL


def test_who_took_part_is_no_third_person(world: World) -> None:
    case = disputed(world)
    person(world, "approver.ba")
    both = Actor(replace(world.actor("officer").account, role=Role.APPROVER), interactive=True)
    for actor in (world.actor("approver"), both):
        for act in (
            lambda who: world.review.approve(who, case),
            lambda who: world.review.refuse(who, case, NO),
        ):
            with pytest.raises(SecondPersonNeeded):
                act(actor)
    for name in ("officer2", "admin", "auditor"):
        with pytest.raises(PermissionDenied):
            world.review.approve(world.actor(name), case)
    with pytest.raises(PermissionDenied, match="desk"):
        world.review.approve(replace(person(world, "approver.ba"), interactive=False), case)
    assert now(world, case).state is CaseState.DISPUTED
    assert not issued(world, case)


def test_nobody_left_waits_and_is_known(world: World) -> None:
    case = disputed(world)
    with world.database.read() as unit:
        left = thirds(unit, unit.cases.get(case), world.clock())
    for name in left:
        world.accounts.leave(world.actor("admin"), name, world.clock() + timedelta(days=3))
    with world.database.read() as unit:
        assert thirds(unit, unit.cases.get(case), world.clock()) == []
    world.clock.move(days=15)
    world.review.expire_claims()
    assert now(world, case).state is CaseState.DISPUTED
    assert not issued(world, case)
    with world.database.read() as unit:
        assert set(thirds(unit, unit.cases.get(case), world.clock())) == set(left)


def test_a_look_at_the_page_alone_is_no_part(world: World) -> None:
    case = world.case_of(ADVERT)
    world.review.claim(world.actor("officer"), case)
    world.review.decide(world.actor("officer"), case, takedown())
    third = person(world, "approver.ba")
    world.review.check_page(third, case)
    world.review.disagree(world.actor("approver"), case, NO)
    world.review.check_page(third, case)
    assert world.review.approve(third, case).state is NoticeState.ISSUED


def test_sent_back_once_then_yes_or_no(world: World) -> None:
    case = world.case_of(ADVERT)
    officer, approver = world.actor("officer"), world.actor("approver")
    for round_, words in enumerate((WHY, AGAIN)):
        world.review.claim(officer, case)
        world.review.decide(officer, case, takedown(words))
        if round_ == 0:
            world.review.send_back(approver, case, "Sai nơi nhận.")
    with pytest.raises(RefusedError, match="once already"):
        world.review.send_back(approver, case, "Vẫn sai.")
    with world.database.write() as unit:
        notice = next(n for n in unit.notices.of_case(case) if n.state is NoticeState.SUBMITTED)
    world.pages.pages.pop(notice.url)
    world.review.check_page(approver, case)
    assert world.review.send_back(approver, case, "Bài không còn.").state is CaseState.RETURNED


def test_a_no_has_words(world: World) -> None:
    case = world.case_of(ADVERT)
    world.review.claim(world.actor("officer"), case)
    world.review.decide(world.actor("officer"), case, takedown())
    with pytest.raises(InputError):
        world.review.disagree(world.actor("approver"), case, "  ")
    world.review.disagree(world.actor("approver"), case, NO)
    with pytest.raises(InputError):
        world.review.refuse(person(world, "approver.ba"), case, "")
    with pytest.raises(TransitionError):
        world.review.send_back(person(world, "approver.ba"), case, NO)
    with pytest.raises(TransitionError):
        world.review.disagree(person(world, "approver.ba"), case, NO)


def test_the_queue_of_who_disagreed_is_without_it(world: World) -> None:
    case = disputed(world)
    person(world, "approver.ba")
    for name, seen in (("approver", False), ("officer", False), ("approver.ba", True)):
        where = CaseFilter(states=(CaseState.DISPUTED,), not_decided_by=name)
        with world.database.read() as unit:
            assert [found.id for found in unit.cases.find(where)] == [case] * seen
            assert unit.cases.count(where) == seen


def test_who_disagreed_hears_no_appeal(world: World) -> None:
    case = disputed(world)
    third = person(world, "approver.ba")
    world.review.check_page(third, case)
    notice = world.review.approve(third, case)
    appeal = world.appeals.submit(notice.code, "Không đúng")
    for actor in (world.actor("approver"), third):
        with pytest.raises(SecondPersonNeeded):
            world.appeals.assign(actor, appeal.id)
    assert world.appeals.assign(person(world, "approver.tu"), appeal.id).assigned_to == "approver.tu"
