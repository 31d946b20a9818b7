"""After issue: receipt starts the clock, silence rings it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lachan.domain.errors import InputError, PermissionDenied, TransitionError
from lachan.domain.notice import NoticeAct, NoticeState
from tests.world import World

ADVERT = "[drugs_to_minors] Hàng mới cho học sinh, ib mình nhé, để lại lời nhắn bên dưới"


def notice(world: World) -> int:
    case = world.confirmed(ADVERT)
    with world.database.read() as unit:
        return unit.notices.of_case(case)[0].id


def test_the_clock_starts_at_receipt(world: World) -> None:
    number, officer = notice(world), world.actor("officer")
    world.clock.move(days=3)
    assert world.notify.expire() == []
    delivered = world.notify.record(officer, number, NoticeAct.DELIVER)
    assert delivered.due_at == world.clock() + timedelta(hours=24)
    world.clock.move(hours=24)
    assert [late.id for late in world.notify.expire()] == [number]
    assert world.notify.record(officer, number, NoticeAct.COMPLY).state is NoticeState.COMPLIED


def test_withdrawn_and_restored(world: World) -> None:
    number, officer = notice(world), world.actor("officer")
    world.notify.record(officer, number, NoticeAct.WITHDRAW)
    assert world.notify.record(officer, number, NoticeAct.RESTORE).state is NoticeState.RESTORED


@pytest.mark.parametrize("act", [NoticeAct.APPROVE, NoticeAct.ISSUE, NoticeAct.SUBMIT])
def test_approval_is_not_something_to_record(world: World, act: NoticeAct) -> None:
    with pytest.raises(InputError):
        world.notify.record(world.actor("officer"), notice(world), act)


def test_steps_out_of_order_are_refused(world: World) -> None:
    with pytest.raises(TransitionError):
        world.notify.record(world.actor("officer"), notice(world), NoticeAct.COMPLY)


@pytest.mark.parametrize("role", ["auditor", "analyst", "admin", "protection_officer"])
def test_others_record_nothing(world: World, role: str) -> None:
    with pytest.raises(PermissionDenied):
        world.notify.record(world.actor(role), notice(world), NoticeAct.DELIVER)
