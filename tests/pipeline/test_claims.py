"""Claims: handed over, given back, never lost with who leaves; and one step taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lachan.domain.case import UNDO_FOR, CaseState
from lachan.domain.errors import ConflictError, InputError, LachanError, PermissionDenied, RefusedError
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import AgeBand, Category, Route
from lachan.pipeline.review import Decision
from tests.world import WHY, World, takedown, warning

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


def test_claim_next_gives_up_when_others_are_always_faster(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.case_of(ADVERT)

    def taken(*_: object) -> None:
        raise ConflictError("somebody else was faster")

    review = world.review
    monkeypatch.setattr(review, "claim", taken)
    with pytest.raises(ConflictError, match="try again"):
        review.claim_next(world.actor("officer"), Route.REVIEW)


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
