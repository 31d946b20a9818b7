"""Claims: handed over, given back, never lost with who leaves; and one step taken back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from lachan.domain.account import Account, Actor, Role
from lachan.domain.audit import verify
from lachan.domain.case import UNDO_FOR, CaseState
from lachan.domain.errors import (
    ConflictError,
    InputError,
    LachanError,
    PermissionDenied,
    RefusedError,
    SecondPersonNeeded,
    TransitionError,
)
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import AgeBand, Category, Route
from lachan.pipeline.ports import CaseFilter
from lachan.pipeline.review import Decision
from tests.store.samples import new_case
from tests.world import WHY, World, post, takedown, warning

ADVERT = "[drugs_to_minors] Hàng mới cho học sinh, ib mình nhé, để lại lời nhắn bên dưới"
OTHER = "[youth_racing_call] Tối nay tập hợp đua xe, ai dám thì đến cầu lúc hai mươi hai giờ nhé"


def actions(world: World, case: int) -> list[str]:
    with world.database.read() as unit:
        return [item.event.action for item in unit.audit.of_subject(f"case:{case}")]


def test_a_case_is_handed_to_a_named_colleague_on_hold(world: World) -> None:
    case = world.case_of(ADVERT)
    officer, colleague = world.actor("officer"), world.actor("officer2")
    world.review.claim(officer, case)
    handed = world.review.hand(officer, case, "officer2")
    assert (handed.state, handed.claimed_by, handed.claimed_until) == (CaseState.HELD, "officer2", None)
    assert actions(world, case)[0] == "case:hand"
    with pytest.raises(ConflictError):
        world.review.hand(officer, case, "officer2")
    world.clock.move(hours=5)
    assert world.review.expire_claims() == 0, "what was handed over waits for its new owner"
    assert world.review.resume(colleague, case).claimed_by == "officer2"


@pytest.mark.parametrize("to", ["officer", "approver", "protection_officer", "nobody", ""])
def test_nobody_else_is_handed_a_case(world: World, to: str) -> None:
    case = world.case_of(ADVERT)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    with pytest.raises(InputError):
        world.review.hand(officer, case, to)
    assert world.review.colleagues(officer, Route.REVIEW) == ["officer2"]


def test_a_shift_is_handed_over_whole(world: World) -> None:
    officer = world.actor("officer")
    first, second = world.case_of(ADVERT), world.case_of(OTHER)
    world.review.claim(officer, first)
    world.review.hold(officer, first)
    world.review.claim(officer, second)
    assert world.review.hand_over(officer, "officer2") == 2
    assert world.review.hand_over(officer, None) == 0
    assert world.review.hand_over(world.actor("officer2"), None) == 2
    with world.database.read() as unit:
        assert {unit.cases.get(case).state for case in (first, second)} == {CaseState.OPEN}


# --- A storm ---
OFFICERS, EACH = 25, 4


def storm(world: World, cases: int) -> tuple[list[int | None], list[Exception]]:
    """Many officers who begin at one moment and take `EACH` of `cases` open ones; what they got, and what failed."""
    with world.database.write() as unit:
        opened = unit.cases.open_many(
            [new_case(number, post=post(ADVERT, world.clock())) for number in range(cases)]
        )
        returned = opened[-1]  # somebody's decision that an approver sent back stands in the same queue
        unit.cases.move([returned.id], CaseState.OPEN, CaseState.RETURNED)
    ready = threading.Barrier(OFFICERS)
    got: list[int | None] = []
    failed: list[Exception] = []

    def work(number: int) -> None:
        actor = Actor(Account(f"can-bo-{number}", Role.OFFICER), interactive=True)
        ready.wait()
        for _ in range(EACH):
            try:
                case = world.review.claim_next(actor, Route.REVIEW)
            except Exception as error:
                failed.append(error)
            else:
                got.append(case.id if case else None)

    with ThreadPoolExecutor(OFFICERS) as pool:
        list(pool.map(work, range(OFFICERS)))
    return got, failed


@pytest.mark.parametrize("spare", [0, 5, -40])
def test_in_a_storm_everybody_gets_a_case_of_their_own_and_nobody_is_sent_away(
    world: World, spare: int
) -> None:
    """With as many cases as are asked for, with more, and with fewer: then the queue is empty, and says so."""
    asked = OFFICERS * EACH
    there = asked + spare
    got, failed = storm(world, there)
    assert failed == []
    taken = [case for case in got if case is not None]
    assert len(taken) == len(set(taken)) == min(asked, there)
    assert len(got) == asked
    with world.database.read() as unit:
        claimed = unit.cases.find(CaseFilter(states=(CaseState.CLAIMED,)), limit=1000)
        assert {case.id for case in claimed} == set(taken)
        claims = [link.event for link in unit.audit.links() if link.event.action == "case:claim"]
        assert len(claims) == len(taken)
        assert verify(unit.audit.links()).broken_at is None


def test_a_case_that_somebody_is_taking_is_passed_over_or_waited_for(world: World) -> None:
    first, second = world.case_of(ADVERT), world.case_of(OTHER)
    where = CaseFilter(route=Route.REVIEW, states=(CaseState.OPEN, CaseState.RETURNED))
    with world.database.read() as unit:
        order = [case.id for case in unit.cases.find(where)]
    assert set(order) == {first, second}
    if world.url.startswith("postgresql"):
        with world.database.write() as one:
            held = one.cases.first_free(where, wait=False)
            assert held is not None and held.id == order[0]
            with world.database.write() as other:
                beside = other.cases.first_free(where, wait=False)
                assert beside is not None and beside.id == order[1]
    review = world.review
    for number in order:
        case = review.claim_next(world.actor("officer"), Route.REVIEW)
        assert case is not None and case.id == number
    assert review.claim_next(world.actor("officer"), Route.REVIEW) is None


# --- A second opinion ---
HARM = "[child_violence victim] một lời nhờ giúp"


def escalated(world: World, text: str = ADVERT, by: str = "officer") -> int:
    case = world.case_of(text)
    world.review.claim(world.actor(by), case)
    world.review.escalate(world.actor(by), case)
    return case


@pytest.mark.parametrize("name", ["officer2", "approver"])
def test_an_opinion_comes_back_to_who_asked(world: World, name: str) -> None:
    case = escalated(world)
    world.clock.move(hours=5)
    assert world.review.expire_claims() == 0, "it stays with who asked"
    answered = world.review.answer(world.actor(name), case, "  Nhắc chủ tài khoản là đủ. ")
    assert (answered.state, answered.claimed_by) == (CaseState.HELD, "officer")
    assert answered.return_note == "Nhắc chủ tài khoản là đủ."
    assert actions(world, case)[0] == "case:answer"
    with pytest.raises(TransitionError):
        world.review.answer(world.actor(name), case, "lần nữa")
    officer = world.actor("officer")
    assert world.review.resume(officer, case).return_note == answered.return_note
    world.review.escalate(officer, case)
    again = world.review.answer(world.actor(name), case, "Vẫn thế.")
    assert again.return_note == "Nhắc chủ tài khoản là đủ.\nVẫn thế."


def test_an_opinion_is_somebody_elses_who_reads_this_queue(world: World) -> None:
    case, child = escalated(world), escalated(world, HARM, "protection_officer")
    with pytest.raises(SecondPersonNeeded):
        world.review.answer(world.actor("officer"), case, "tự hỏi tự đáp")
    for name, which in (
        ("protection_officer", case),
        ("analyst", case),
        ("officer", child),
        ("approver", child),
    ):
        with pytest.raises(PermissionDenied):
            world.review.answer(world.actor(name), which, "ý kiến")
    with pytest.raises(PermissionDenied):
        world.review.answer(world.actor("approver", interactive=False), case, "ý kiến")
    with pytest.raises(InputError):
        world.review.answer(world.actor("approver"), case, "  ")


def test_who_gave_an_opinion_is_not_the_second_person(world: World) -> None:
    case = escalated(world)
    officer, approver = world.actor("officer"), world.actor("approver")
    world.review.answer(approver, case, "Nên yêu cầu gỡ bỏ.")
    world.review.resume(officer, case)
    world.review.decide(officer, case, takedown())
    world.review.check_page(approver, case)
    for no in (
        lambda: world.review.approve(approver, case),
        lambda: world.review.disagree(approver, case, "không"),
        lambda: world.review.send_back(approver, case, "sửa"),
    ):
        with pytest.raises(SecondPersonNeeded):
            no()
    world.accounts.create(world.actor("admin2"), "approver.hai", Role.APPROVER, "mot-mat-khau-dai-khac")
    other = Actor(Account("approver.hai", Role.APPROVER), interactive=True)
    assert world.review.approve(other, case).approved_by == "approver.hai"


def test_who_escalated_hands_over_and_leaves_as_with_any_case(world: World) -> None:
    case = escalated(world)
    handed = world.review.hand(world.actor("officer"), case, "officer2")
    assert (handed.state, handed.claimed_by) == (CaseState.ESCALATED, "officer2")
    assert world.review.answer(world.actor("officer"), case, "ý kiến").claimed_by == "officer2"
    world.review.resume(world.actor("officer2"), case)
    world.review.escalate(world.actor("officer2"), case)
    assert world.review.release_all(world.actor("officer2")) == 0
    world.accounts.close(world.actor("admin"), "officer2")
    freed = world.review.claim(world.actor("officer"), case)
    assert (freed.state, freed.claimed_by) == (CaseState.CLAIMED, "officer")


def test_a_child_does_not_wait_for_one_person(world: World) -> None:
    case = escalated(world, HARM, "protection_officer")
    world.accounts.create(
        world.actor("admin2"), "bao.ve.hai", Role.PROTECTION_OFFICER, "mot-mat-khau-dai-khac"
    )
    other = Actor(Account("bao.ve.hai", Role.PROTECTION_OFFICER), interactive=True)
    assert world.review.resume(other, case).claimed_by == "bao.ve.hai"


# --- One step taken back ---
def test_a_dismissal_is_taken_back_and_the_case_is_as_before(world: World) -> None:
    case = world.case_of(ADVERT)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    with world.database.read() as unit:
        before = unit.cases.get(case)
    world.review.decide(officer, case, Decision(Measure.DISMISS, "Là tin tức"))
    world.clock.move(minutes=9)
    after = world.review.undo(officer, case)
    changed = {"version": before.version, "claimed_until": before.claimed_until}
    assert replace(after, **changed, delete_text_at=before.delete_text_at) == before
    assert abs(after.delete_text_at - before.delete_text_at).total_seconds() < 3600
    assert actions(world, case)[:2] == ["case:undo", "case:decide"]
    with pytest.raises(RefusedError):
        world.review.undo(officer, case)


def test_a_correction_is_taken_back(world: World) -> None:
    case = world.case_of(ADVERT)
    officer = world.actor("officer")
    before = world.review.claim(officer, case)
    world.review.correct(officer, case, categories=[Category.SELFHARM], urgent=True, age=AgeBand.CHILD_U16)
    after = world.review.undo(officer, case)
    assert (after.categories, after.urgent, after.age) == (before.categories, before.urgent, before.age)


@pytest.mark.parametrize("act", ["hold", "release", "escalate"])
def test_what_was_set_aside_comes_back(world: World, act: str) -> None:
    case = world.case_of(ADVERT)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    getattr(world.review, act)(officer, case)
    back = world.review.undo(officer, case)
    assert (back.state, back.claimed_by) == (CaseState.CLAIMED, "officer")
    assert back.claimed_until is not None


def test_what_left_the_house_or_belongs_to_others_is_not_taken_back(world: World) -> None:
    officer, colleague = world.actor("officer"), world.actor("officer2")
    warned, waiting = world.confirmed(ADVERT, warning()), world.case_of(OTHER.replace("racing", "violence"))
    world.review.claim(officer, waiting)
    world.review.correct(
        officer, waiting, categories=[Category.DRUGS_TO_MINORS], urgent=False, age=AgeBand.AGE_UNKNOWN
    )
    world.review.decide(officer, waiting, takedown(f"{WHY} Lần hai."))
    late = world.confirmed(
        "[selfharm] một bài nữa, rất khác những bài trước đó", Decision(Measure.DISMISS, "tin")
    )
    for case, actor in (
        (warned, officer),
        (waiting, officer),
        (late, colleague),
        (late, world.actor("approver")),
    ):
        with pytest.raises(RefusedError):
            world.review.undo(actor, case)
    with pytest.raises(PermissionDenied):
        world.review.undo(world.actor("officer", interactive=False), late)
    world.clock.now += UNDO_FOR
    world.clock.move(seconds=1)
    with pytest.raises(RefusedError):
        world.review.undo(officer, late)


def test_a_released_case_that_somebody_took_stays_theirs(world: World) -> None:
    case = world.case_of(ADVERT)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    world.review.release(officer, case)
    world.review.claim(world.actor("officer2"), case)
    with pytest.raises(LachanError):
        world.review.undo(officer, case)


def test_a_protection_case_dismissed_by_mistake_comes_back(world: World) -> None:
    case = world.case_of("[child_violence victim] một lời nhờ giúp")
    helper = world.actor("protection_officer")
    world.review.claim(helper, case)
    world.protect.dismiss(helper, case, "Không thấy ai cần giúp")
    assert world.review.undo(helper, case).state is CaseState.CLAIMED
