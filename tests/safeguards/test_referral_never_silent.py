"""A cry for help is never silent: whatever nobody does, the alarm climbs and goes on, somebody is named to ask next,
nothing closes the case behind the child's back, and retention lets nothing of it go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.domain.account import Actor
from lachan.domain.area import Area
from lachan.domain.case import KEEP_CONFIRMED, KEEP_FACTS, CaseState
from lachan.domain.directory import HOTLINE_ID
from lachan.domain.errors import LachanError
from lachan.domain.measure import Measure
from lachan.domain.oncall import CLIMB_AFTER, EVERYBODY, LAST_STEP
from lachan.domain.referral import (
    ACCEPT_WITHIN,
    BARRED,
    REFERRAL_TABLE,
    Contact,
    HarmSource,
    RecipientKind,
    Referral,
    ReferralAct,
    ReferralState,
)
from lachan.pipeline.clusters import Clusters
from lachan.pipeline.oncall import Message, OnCall
from lachan.pipeline.review import Decision
from tests.world import World, takedown

CRY = "[child_violence victim urgent] một lời nhờ giúp, xin ai đó chỉ cho em phải gọi ai"
HERE = Area("Tỉnh Bến Sông", "Xã Gò Mây, Bến Sông")
DESK = ["protection_officer", "protection_officer2"]


@dataclass
class Pager:
    """A way that keeps what it is given, or fails."""

    name: str = "pager"
    broken: bool = False
    told: list[tuple[Message, list[str]]] = field(default_factory=list)

    def send(self, message: Message, names: Sequence[str], emails: Sequence[str]) -> None:
        if self.broken:
            raise OSError("no network")
        self.told.append((message, list(names)))

    @property
    def steps(self) -> list[int]:
        return [message.step for message, _ in self.told]


def roster(world: World) -> None:
    """One colleague at the first step, the other at the last, for longer than the test."""
    service, now = OnCall(world.database, world.clock), world.clock()
    for name, step in zip(DESK, (1, LAST_STEP), strict=True):
        service.add_duty(world.actor("admin"), name, step, now - timedelta(hours=1), now + timedelta(days=10))


def office(world: World, kind: RecipientKind, name: str) -> int:
    contact = Contact(kind, name, HERE.province, HERE.commune, "0900 000 111")
    entry = world.directory.propose(world.actor("admin"), contact)
    return world.directory.verify(world.actor("admin2"), entry.id).id


def referred(world: World, harm: HarmSource = HarmSource.FAMILY, entry: int = HOTLINE_ID) -> Referral:
    case, helper = world.case_of(CRY), world.actor(DESK[0])
    world.review.claim(helper, case)
    return world.protect.refer(
        helper, case, entry=entry, harm_source=harm, need="Cần người gọi lại ngay", area=HERE
    )


def nothing_closes(world: World, case: int) -> None:
    """Every door by which a case could end, tried by everybody."""
    review, clusters = world.review, Clusters(world.database, world.clock)
    with world.database.read() as unit:
        before = unit.cases.get(case)
    doors: list[Callable[[Actor], object]] = [
        lambda actor: world.protect.dismiss(actor, case, "không có gì"),
        lambda actor: review.decide(actor, case, takedown()),
        lambda actor: review.decide(actor, case, Decision(Measure.DISMISS, "không có gì")),
        lambda actor: review.approve(actor, case),
        lambda actor: review.send_back(actor, case, "không"),
        lambda actor: review.undo(actor, case),
        lambda actor: clusters.dismiss(actor, case, [case], "không có gì", dry=False),
    ]
    for name in world.logins:
        for door in doors:
            with pytest.raises(LachanError):
                door(world.actor(name))
    with world.database.read() as unit:
        assert unit.cases.get(case) == before


def test_a_cry_that_nobody_answers_climbs_to_the_end_and_beyond(world: World) -> None:
    roster(world)
    case, pager = world.case_of(CRY), Pager()
    service = OnCall(world.database, world.clock, [pager])
    for _ in range(60):  # half minutes
        service.run()
        world.clock.move(seconds=30)
    assert pager.steps[: EVERYBODY + 2] == [1, 2, 3, 4, 4, 4]
    assert [names for _, names in pager.told[:4]] == [DESK[:1], DESK[:1], DESK, DESK]
    nothing_closes(world, case)
    told = len(pager.told)
    for _ in range(20):  # 200 days; the roster ran out long ago
        world.clock.move(days=10)
        world.retain()
        service.run()
    assert len(pager.told) == told + 20, "it never gives up"
    assert pager.told[-1] == (Message(case, EVERYBODY, pager.told[0][0].raised_at), DESK)
    with world.database.read() as unit:
        assert unit.cases.get(case).state is CaseState.OPEN
        assert unit.cases.posts(case)[0].text, "what the child wrote can still be read"
        assert "case:overdue" in [link.event.action for link in unit.audit.of_subject(f"case:{case}")]


def test_a_referral_that_nobody_accepts_climbs_names_the_next_and_stays(world: World) -> None:
    roster(world)
    centre = office(world, RecipientKind.CHILD_PROTECTION, "Trung tâm Gò Mây")
    referral, pager = referred(world), Pager()
    service = OnCall(world.database, world.clock, [pager])
    world.clock.move(minutes=119)
    assert (service.run(), world.protect.alarms()) == (0, [])
    world.clock.move(minutes=1)
    for _ in range(8):
        assert service.run() == 1
        assert service.run() == 0, "nobody is told twice within five minutes"
        world.clock.now += CLIMB_AFTER
    assert pager.steps == [1, 2, 3, 4, 4, 4, 4, 4]
    assert {message.referral for message, _ in pager.told} == {referral.id}
    assert [names for _, names in pager.told[:4]] == [DESK[:1], DESK[:1], DESK, DESK]
    (alarm,) = world.protect.alarms()
    assert alarm.next is not None and alarm.next.id == centre

    helper = world.actor(DESK[0])
    for act in set(ReferralAct) - {ReferralAct.ACCEPT, ReferralAct.SEND_NEXT}:
        with pytest.raises(LachanError):
            world.protect.act(helper, referral.id, act, recipient=RecipientKind.HEALTH)
    nothing_closes(world, referral.case)

    world.clock.now += max(KEEP_CONFIRMED, KEEP_FACTS) + timedelta(days=1)
    world.retain()
    with world.database.read() as unit:
        kept = unit.referrals.get(referral.id)
        assert (kept.state, kept.case) == (ReferralState.SENT, referral.case)
        assert unit.cases.get(referral.case).measure is not None
    assert service.run() == 1, "after two years it still rings"
    world.protect.act(helper, referral.id, ReferralAct.ACCEPT)
    assert service.run() == 0


def test_what_was_written_is_kept_until_somebody_accepts(world: World) -> None:
    referral = referred(world)
    world.clock.now += KEEP_CONFIRMED + timedelta(days=1)
    world.retain()
    with world.database.read() as unit:
        assert unit.cases.posts(referral.case)[0].text
    world.protect.act(world.actor(DESK[0]), referral.id, ReferralAct.ACCEPT)
    world.clock.move(days=15)
    world.retain()
    with world.database.read() as unit:
        assert unit.cases.posts(referral.case) == [], "then the period of keeping is over"


def test_asking_the_next_starts_the_clock_and_the_climb_anew(world: World) -> None:
    roster(world)
    referral, pager = referred(world), Pager()
    service = OnCall(world.database, world.clock, [pager])
    world.clock.now += ACCEPT_WITHIN + 3 * CLIMB_AFTER
    service.run()
    assert pager.steps == [EVERYBODY], "a run that was missed loses no step"
    world.protect.act(world.actor(DESK[0]), referral.id, ReferralAct.SEND_NEXT, entry=HOTLINE_ID)
    assert service.run() == 0
    world.clock.now += ACCEPT_WITHIN
    service.run()
    assert pager.steps == [EVERYBODY, 1]


def test_a_way_that_fails_is_tried_again_at_once(world: World) -> None:
    referred(world)
    pager = Pager(broken=True)
    service = OnCall(world.database, world.clock, [pager])
    world.clock.now += ACCEPT_WITHIN
    assert service.run() == 0
    pager.broken = False
    assert (service.run(), pager.steps) == (1, [1])
    assert pager.told[0][1] == DESK, "an empty roster is not silence"


def test_no_state_of_a_referral_is_a_dead_end() -> None:
    """From every state but the last there is a way on, and to the end only by help and two questions after it."""
    for state in set(ReferralState) - {ReferralState.CLOSED}:
        assert REFERRAL_TABLE.acts(state), state
    into = {start for (start, _), end in REFERRAL_TABLE.moves.items() if end is ReferralState.CLOSED}
    assert into == {ReferralState.FOLLOWED_UP}
    before = {start for (start, _), end in REFERRAL_TABLE.moves.items() if end is ReferralState.ACCEPTED}
    assert before == {ReferralState.SENT}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    harm=st.sampled_from(HarmSource),
    kinds=st.sets(st.sampled_from([kind for kind in RecipientKind if kind is not RecipientKind.HOTLINE_111])),
    waits=st.lists(st.integers(120, 3000), min_size=1, max_size=7),
)
def test_however_long_nobody_accepts_somebody_who_is_not_barred_is_named(
    world: World, harm: HarmSource, kinds: set[RecipientKind], waits: list[int]
) -> None:
    """The world is one for all examples: each writes its own offices and retires them at the end."""
    offices = [office(world, kind, f"Trung tâm {kind.value}") for kind in sorted(kinds)]
    referral = referred(world, harm)
    helper, asked = world.actor(DESK[0]), [HOTLINE_ID]
    left = kinds - BARRED.get(harm, frozenset())
    for minutes in waits:
        world.clock.move(minutes=minutes)
        (alarm,) = (each for each in world.protect.alarms() if each.referral.id == referral.id)
        assert alarm.next is not None
        assert alarm.next.contact.kind not in BARRED.get(harm, frozenset())
        assert alarm.next.id == HOTLINE_ID or alarm.next.id not in asked, "none is asked twice but 111"
        assert (alarm.next.id == HOTLINE_ID) == (len(set(asked) - {HOTLINE_ID}) == len(left))
        world.protect.act(helper, referral.id, ReferralAct.SEND_NEXT, entry=alarm.next.id)
        asked.append(alarm.next.id)
    with world.database.read() as unit:
        assert [used.entry for used in unit.referrals.get(referral.id).contacts] == asked
    for entry in offices:
        world.directory.retire(helper, entry)
