"""Who speaks: to help by one person, away from it by two."""

from __future__ import annotations

import pytest

from lachan.domain.account import Actor
from lachan.domain.case import CaseState
from lachan.domain.errors import ConflictError, InputError, LachanError, PermissionDenied, SecondPersonNeeded
from lachan.domain.taxonomy import Context, Route
from tests.world import World, takedown

CRY = "[child_violence victim] mình mệt lắm, không ai nghe mình nói, ai giúp với"
ADVERT = "[drugs_to_minors] Hàng mới cho học sinh, ib mình nhé, để lại lời nhắn bên dưới"


def proposed(world: World) -> int:
    case = world.case_of(CRY)
    helper = world.actor("protection_officer")
    world.review.claim(helper, case)
    world.speaker.propose(helper, case, "Đây là lời đe dọa, không phải lời kể.")
    return case


def test_a_cry_for_help_leaves_the_review_queue_at_once(world: World) -> None:
    case = world.case_of(ADVERT)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    with pytest.raises(InputError):
        world.speaker.to_protection(officer, case, Context.PROMOTING)
    moved = world.speaker.to_protection(officer, case, Context.VICTIM)
    assert (moved.route, moved.context, moved.state) == (Route.PROTECT, Context.VICTIM, CaseState.OPEN)
    with pytest.raises(PermissionDenied):
        world.review.read(officer, case)
    assert world.review.claim(world.actor("protection_officer"), case).claimed_by == "protection_officer"
    assert world.case_of(ADVERT.replace("Hàng mới", "Hàng  mới")) != case, "a protection case takes no copies"


def test_a_returned_takedown_that_is_a_cry_for_help_forgets_its_decision(world: World) -> None:
    case = world.case_of(ADVERT)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    world.review.decide(officer, case, takedown())
    world.review.send_back(world.actor("approver"), case, "Đây là lời của một em bị ép.")
    world.review.claim(officer, case)
    moved = world.speaker.to_protection(officer, case, Context.VICTIM)
    assert (moved.decided_by, moved.decided_at, moved.measure, moved.return_note) == (None, None, None, None)


def test_two_people_say_that_a_victim_is_none(world: World) -> None:
    case = proposed(world)
    approver = world.actor("approver")
    shown, posts = world.review.read(approver, case)
    assert (shown.reason, posts[0].url) == ("Đây là lời đe dọa, không phải lời kể.", "")
    moved = world.speaker.accept(approver, case)
    assert (moved.route, moved.context, moved.state) == (Route.REVIEW, Context.PROMOTING, CaseState.OPEN)
    assert (moved.claimed_by, moved.reason) == (None, None)
    assert world.review.claim(world.actor("officer"), case).claimed_by == "officer"


def test_nobody_does_both_halves_or_another_persons(world: World) -> None:
    case = proposed(world)
    helper = world.actor("protection_officer")
    for actor in (
        helper,
        world.actor("officer"),
        world.actor("admin"),
        world.actor("approver", interactive=False),
    ):
        with pytest.raises(PermissionDenied):
            world.speaker.accept(actor, case)
    as_approver = Actor(world.actor("approver").account, interactive=True)
    with world.database.write() as unit:
        unit.cases.save(with_proposer(unit.cases.get(case), "approver"))
    with pytest.raises(SecondPersonNeeded):
        world.speaker.accept(as_approver, case)
    with pytest.raises(LachanError):
        world.review.read(as_approver, case)
    other = world.case_of(CRY + " lần nữa")
    world.review.claim(helper, other)
    with pytest.raises(InputError):
        world.speaker.propose(helper, other, " ")
    with pytest.raises(PermissionDenied):
        world.review.read(world.actor("approver"), other)
    with pytest.raises(ConflictError):
        world.speaker.accept(world.actor("approver"), other)


def with_proposer(case, name):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(case, claimed_by=name)


def test_an_approver_who_disagrees_sends_it_back_to_help(world: World) -> None:
    case = proposed(world)
    with pytest.raises(InputError):
        world.speaker.refuse(world.actor("approver"), case, "")
    back = world.speaker.refuse(world.actor("approver"), case, "Em ấy đang xin giúp.")
    assert (back.route, back.state, back.claimed_by) == (Route.PROTECT, CaseState.RETURNED, None)
    assert back.return_note == "Em ấy đang xin giúp."
    assert world.review.claim_next(world.actor("protection_officer"), Route.PROTECT) is not None


def test_help_does_not_wait_for_an_approver_who_is_not_there(world: World) -> None:
    case = proposed(world)
    assert world.review.expire_claims() == 0
    world.clock.move(hours=4, minutes=1)
    taken = world.review.claim_next(world.actor("protection_officer2"), Route.PROTECT)
    assert taken is not None and taken.id == case
    with world.database.read() as unit:
        actions = [item.event.action for item in unit.audit.of_subject(f"case:{case}")]
    assert "case:speaker_expired" in actions
