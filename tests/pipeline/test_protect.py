"""Help first: the referral, its clocks, and who may never receive it."""

from __future__ import annotations

import pytest

from lachan.domain.area import Area
from lachan.domain.case import CaseState
from lachan.domain.directory import HOTLINE_ID
from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError, TransitionError
from lachan.domain.measure import Measure
from lachan.domain.referral import (
    Contact,
    HarmSource,
    RecipientKind,
    Referral,
    ReferralAct,
    ReferralState,
)
from tests.world import World

CRY = "[child_violence victim urgent] một lời nhờ giúp, xin ai đó chỉ cho em phải gọi ai"


THERE = Area("Tỉnh Bến Sông", "Xã Gò Mây, Bến Sông")


def office(
    world: World, kind: RecipientKind = RecipientKind.CHILD_PROTECTION, *, verified: bool = True
) -> int:
    """An office of the commune, written by one person and verified by another."""
    name = {RecipientKind.COMMUNE_POLICE: "Công an xã Gò Mây"}.get(kind, f"Trung tâm {kind.value}")
    contact = Contact(kind, name, "Bến Sông", "Xã Gò Mây", phone="0900 000 111")
    entry = world.directory.propose(world.actor("admin"), contact)
    if verified:
        world.directory.verify(world.actor("protection_officer2"), entry.id)
    return entry.id


def referred(world: World, harm: HarmSource = HarmSource.FAMILY) -> Referral:
    case = world.case_of(CRY)
    helper = world.actor("protection_officer")
    world.review.claim(helper, case)
    return world.protect.refer(helper, case, harm_source=harm, need="Cần người gọi lại ngay")


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
    entry = office(world, recipient)
    helper = world.actor("protection_officer")
    world.review.claim(helper, case)
    with pytest.raises(RefusedError, match="harm comes from"):
        world.protect.refer(helper, case, entry=entry, harm_source=harm, need="Cần giúp")
    offered = world.protect.offered(helper, THERE, harm)
    assert [each.contact.kind for each in offered] == [RecipientKind.HOTLINE_111]
    referral = world.protect.refer(helper, case, harm_source=harm, need="Cần giúp", area=THERE)
    with pytest.raises(RefusedError, match="harm comes from"):
        world.protect.act(helper, referral.id, ReferralAct.SEND_NEXT, entry=entry)
    world.protect.act(helper, referral.id, ReferralAct.ACCEPT)
    with pytest.raises(RefusedError, match="harm comes from"):
        world.protect.act(helper, referral.id, ReferralAct.HAND_ON, recipient=recipient)


def test_the_clocks_ring(world: World) -> None:
    referral = referred(world)
    helper = world.actor("protection_officer")
    assert world.protect.alarms() == []
    world.clock.move(hours=2, minutes=1)
    assert [alarm.what for alarm in world.protect.alarms()] == ["not_accepted"]
    world.protect.act(helper, referral.id, ReferralAct.SEND_NEXT, entry=office(world))
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
    words = {"harm_source": HarmSource.UNKNOWN}
    with pytest.raises(ConflictError):
        world.protect.refer(helper, case, need="Cần giúp", **words)
    world.review.claim(helper, case)
    with pytest.raises(InputError):
        world.protect.refer(helper, case, need=" ", **words)
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


def test_the_referral_keeps_the_contact_as_it_stood(world: World) -> None:
    entry, case = office(world), world.case_of(CRY)
    helper = world.actor("protection_officer")
    world.review.claim(helper, case)
    referral = world.protect.refer(
        helper, case, entry=entry, harm_source=HarmSource.FAMILY, need="Cần giúp", area=THERE
    )
    (used,) = referral.contacts
    assert (used.entry, used.contact.phone, used.at) == (entry, "0900 000 111", world.clock())
    changed = world.directory.change(
        world.actor("admin2"),
        entry,
        Contact(used.contact.kind, used.contact.office, *vars(THERE).values(), "111"),
    )
    world.directory.verify(world.actor("protection_officer2"), changed.id)
    world.directory.retire(world.actor("admin"), changed.id)
    with world.database.read() as unit:
        assert unit.referrals.get(referral.id).contacts == (used,)
        logged = [str(link.event.details) for link in unit.audit.links()]
    assert not any("0900" in line or "Trung tâm" in line or "Gò Mây" in line for line in logged)


def test_the_next_is_proposed_from_the_directory(world: World) -> None:
    entry, school = office(world), office(world, RecipientKind.SCHOOL)
    case, helper = world.case_of(CRY), world.actor("protection_officer")
    world.review.claim(helper, case)
    referral = world.protect.refer(
        helper, case, entry=entry, harm_source=HarmSource.SCHOOL, need="Cần giúp", area=THERE
    )
    world.clock.move(hours=2)
    (alarm,) = world.protect.alarms()
    assert alarm.next is not None and alarm.next.id == HOTLINE_ID, "the school is where the harm comes from"
    world.protect.act(helper, referral.id, ReferralAct.SEND_NEXT, entry=HOTLINE_ID)
    world.clock.move(hours=2)
    (alarm,) = world.protect.alarms()
    assert alarm.next is not None and alarm.next.id == HOTLINE_ID, "all were asked: 111 again, never nobody"
    assert school


def test_an_unverified_contact_is_never_used_and_a_stale_one_with_a_reason_alone(world: World) -> None:
    waiting, entry = office(world, verified=False), office(world, RecipientKind.HEALTH)
    case, helper = world.case_of(CRY), world.actor("protection_officer")
    why = "Vừa gọi lại số này lúc 9 giờ, trạm vẫn nhận."
    world.clock.move(days=90)
    world.review.claim(helper, case)

    def refer(number: int, reason: str) -> Referral:
        return world.protect.refer(
            helper, case, entry=number, harm_source=HarmSource.FAMILY, need="Cần giúp", reason=reason
        )

    with pytest.raises(RefusedError, match="verified this contact yet"):
        refer(waiting, why)
    with pytest.raises(InputError, match="90 days"):
        refer(entry, " ")
    with world.database.read() as unit:
        assert unit.cases.get(case).state is CaseState.CLAIMED
    assert refer(entry, why).contacts[0].reason == why
