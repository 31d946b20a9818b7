"""Help first: the referral, its clocks, and who may never receive it."""

from __future__ import annotations

import pytest

from lachan.domain.case import CaseState
from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError, TransitionError
from lachan.domain.measure import Measure
from lachan.domain.referral import (
    HarmSource,
    RecipientKind,
    Referral,
    ReferralAct,
    ReferralState,
)
from tests.world import World

CRY = "[child_violence victim urgent] một lời nhờ giúp, xin ai đó chỉ cho em phải gọi ai"


def referred(world: World, harm: HarmSource = HarmSource.FAMILY) -> Referral:
    case = world.case_of(CRY)
    helper = world.actor("protection_officer")
    world.review.claim(helper, case)
    return world.protect.refer(
        helper, case, recipient=RecipientKind.HOTLINE_111, harm_source=harm, need="Cần người gọi lại ngay"
    )


def test_a_referral_closes_the_case_and_is_never_indexed(world: World) -> None:
    referral = referred(world)
    assert referral.state is ReferralState.SENT
    with world.database.read() as unit:
        case = unit.cases.get(referral.case)
        assert (case.state, case.measure) == (CaseState.CLOSED, Measure.REFERRAL)
        assert not case.confirmed
        assert unit.outbox.size() == 0


@pytest.mark.parametrize(
    ("harm", "recipient"),
    [(HarmSource.SCHOOL, RecipientKind.SCHOOL), (HarmSource.POLICE, RecipientKind.COMMUNE_POLICE)],
)
def test_an_implicated_recipient_is_barred(world: World, harm: HarmSource, recipient: RecipientKind) -> None:
    case = world.case_of(CRY)
    helper = world.actor("protection_officer")
    world.review.claim(helper, case)
    with pytest.raises(RefusedError, match="harm comes from"):
        world.protect.refer(helper, case, recipient=recipient, harm_source=harm, need="Cần giúp")
    referral = world.protect.refer(
        helper, case, recipient=RecipientKind.HOTLINE_111, harm_source=harm, need="Cần giúp"
    )
    with pytest.raises(InputError, match="not where the harm"):
        world.protect.act(helper, referral.id, ReferralAct.SEND_NEXT, recipient)


def test_the_clocks_ring(world: World) -> None:
    referral = referred(world)
    helper = world.actor("protection_officer")
    assert world.protect.alarms() == []
    world.clock.move(hours=2, minutes=1)
    assert [alarm.what for alarm in world.protect.alarms()] == ["not_accepted"]
    world.protect.act(helper, referral.id, ReferralAct.SEND_NEXT, RecipientKind.CHILD_PROTECTION)
    assert world.protect.alarms() == []
    world.protect.act(helper, referral.id, ReferralAct.ACCEPT)
    world.protect.act(helper, referral.id, ReferralAct.REACH)
    world.clock.move(hours=25)
    assert [alarm.what for alarm in world.protect.alarms()] == ["follow_up_due"]
    world.protect.act(helper, referral.id, ReferralAct.FOLLOW_UP)
    with pytest.raises(RefusedError, match="7 days"):
        world.protect.act(helper, referral.id, ReferralAct.CLOSE)
    world.clock.move(days=7)
    world.protect.act(helper, referral.id, ReferralAct.FOLLOW_UP)
    assert world.protect.act(helper, referral.id, ReferralAct.CLOSE).state is ReferralState.CLOSED
    assert world.protect.alarms() == []


def test_steps_out_of_order_are_refused(world: World) -> None:
    referral = referred(world)
    with pytest.raises(TransitionError):
        world.protect.act(world.actor("protection_officer"), referral.id, ReferralAct.REACH)


def test_a_need_is_written_and_the_case_is_held(world: World) -> None:
    case = world.case_of(CRY)
    helper = world.actor("protection_officer")
    words = {"recipient": RecipientKind.HOTLINE_111, "harm_source": HarmSource.UNKNOWN}
    with pytest.raises(ConflictError):
        world.protect.refer(helper, case, need="Cần giúp", **words)  # type: ignore[arg-type]
    world.review.claim(helper, case)
    with pytest.raises(InputError):
        world.protect.refer(helper, case, need=" ", **words)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        world.protect.dismiss(helper, case, "")
    assert world.protect.dismiss(helper, case, "kể lại một bộ phim").state is CaseState.CLOSED


@pytest.mark.parametrize("role", ["officer", "approver", "admin", "analyst", "auditor"])
def test_nobody_else_reads_or_decides(world: World, role: str) -> None:
    case = world.case_of(CRY)
    with pytest.raises(PermissionDenied):
        world.review.read(world.actor(role), case)
    with pytest.raises(PermissionDenied):
        world.protect.dismiss(world.actor(role), case, "không có gì")
