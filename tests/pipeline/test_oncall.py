"""On call: told at once, told again, told higher, until somebody answers; with nothing but a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from lachan.domain.errors import InputError, PermissionDenied
from lachan.pipeline.oncall import Message, OnCall
from tests.world import World

CRY = "[child_violence victim urgent] mình sợ lắm, ai giúp với"
CALM = "[child_violence victim] mình buồn, không ai nghe"


@dataclass
class Pager:
    """A way that keeps what it is given, or fails."""

    name: str = "pager"
    broken: bool = False
    sent: list[tuple[Message, list[str], list[str]]] = field(default_factory=list)

    def send(self, message: Message, names: Sequence[str], emails: Sequence[str]) -> None:
        if self.broken:
            raise OSError("no network")
        self.sent.append((message, list(names), list(emails)))


def on_call(world: World, *ways: Pager) -> OnCall:
    return OnCall(world.database, world.clock, ways)


def duty(world: World, name: str, step: int) -> None:
    now = world.clock()
    on_call(world).add_duty(
        world.actor("admin"), name, step, now - timedelta(hours=1), now + timedelta(hours=12)
    )


def test_an_urgent_cry_climbs_until_somebody_claims_it(world: World) -> None:
    duty(world, "protection_officer", 1)
    duty(world, "protection_officer2", 2)
    world.case_of(CALM)
    case = world.case_of(CRY)
    pager = Pager()
    service = on_call(world, pager)
    assert service.run() == 1
    assert [(m.case, m.step, names) for m, names, _ in pager.sent] == [(case, 1, ["protection_officer"])]
    assert service.run() == 0, "nobody is told twice within five minutes"
    world.clock.move(minutes=5)
    assert service.run() == 1
    assert (pager.sent[-1][0].step, pager.sent[-1][1]) == (2, ["protection_officer", "protection_officer2"])
    world.review.claim(world.actor("protection_officer2"), case)
    world.clock.move(minutes=5)
    assert service.run() == 0
    times = service.times(world.clock() - timedelta(days=1))
    assert (times.alarms, times.answered, times.in_time, times.median_seconds) == (1, 1, 1, 300.0)
    with world.database.read() as unit:
        actions = [item.event.action for item in unit.audit.of_subject(f"case:{case}")]
    assert actions.count("oncall:tell") == 2


def test_a_case_that_comes_back_unclaimed_keeps_its_answer(world: World) -> None:
    case = world.case_of(CRY)
    pager = Pager()
    service = on_call(world, pager)
    service.run()
    service.answer(world.actor("protection_officer"), case)
    assert service.unanswered(world.actor("protection_officer")) == []
    world.clock.move(hours=1)
    assert service.run() == 0


def test_what_cannot_be_sent_is_tried_again_and_one_way_is_enough(world: World) -> None:
    world.case_of(CRY)
    broken, pager = Pager("email", broken=True), Pager()
    assert on_call(world, broken).run() == 0
    assert on_call(world).run() == 0
    assert on_call(world, broken, pager).run() == 1
    assert pager.sent[0][1] == ["protection_officer", "protection_officer2"], (
        "the roster is empty: all are told"
    )
    assert on_call(world, broken, pager).run() == 0


def test_who_is_on_leave_or_gone_is_not_told(world: World) -> None:
    world.case_of(CRY)
    world.accounts.leave(world.actor("admin"), "protection_officer", world.clock() + timedelta(days=2))
    pager = Pager()
    on_call(world, pager).run()
    assert pager.sent[0][1] == ["protection_officer2"]
    with pytest.raises(InputError):
        duty(world, "protection_officer", 1)


def test_addresses_are_sealed_and_go_to_the_way_alone(world: World) -> None:
    service = on_call(world, pager := Pager())
    helper = world.actor("protection_officer")
    service.set_email(helper, " truc@example.vn ")
    assert service.email(helper) == "truc@example.vn"
    for bad in ("truc", "a@b", "a@b.vn, c@d.vn", "a@b.vn\nBcc: x@y.vn", "ă@b.vn", "a" * 200 + "@b.vn"):
        with pytest.raises(InputError):
            service.set_email(helper, bad)
    world.case_of(CRY)
    service.run()
    assert pager.sent[0][2] == ["truc@example.vn"]
    service.set_email(helper, "")
    assert service.email(helper) == ""


def test_the_roster_is_an_admins_and_holds_protection_officers(world: World) -> None:
    service, now, hour = on_call(world), world.clock(), timedelta(hours=1)
    admin = world.actor("admin")
    for name, step, begin, end in (
        ("officer", 1, now, now + hour),
        ("protection_officer", 0, now, now + hour),
        ("protection_officer", 4, now, now + hour),
        ("protection_officer", 1, now + hour, now),
        ("protection_officer", 1, now - 2 * hour, now - hour),
        ("protection_officer", 1, now, now + 400 * hour),
    ):
        with pytest.raises(InputError):
            service.add_duty(admin, name, step, begin, end)
    for name in ("protection_officer", "officer", "approver"):
        with pytest.raises(PermissionDenied):
            service.add_duty(world.actor(name), "protection_officer", 1, now, now + hour)
    duty(world, "protection_officer", 1)
    (kept,) = service.roster(world.actor("protection_officer2"))
    with pytest.raises(PermissionDenied):
        service.roster(world.actor("officer"))
    service.remove_duty(admin, kept.id)
    assert service.roster(admin) == []
    for name in ("officer", "approver", "admin"):
        with pytest.raises(PermissionDenied):
            service.answer(world.actor(name), 1)
