"""Ending a clause on a running system: two admins with one-time codes, honoured at once, and no way but shorter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lachan.domain.case import CaseState
from lachan.domain.citation import allowlist
from lachan.domain.clause_end import ClauseEnd, EndState
from lachan.domain.errors import (
    ConflictError,
    FieldError,
    InputError,
    LachanError,
    NotFound,
    PermissionDenied,
    RefusedError,
    SecondPersonNeeded,
)
from lachan.domain.notice import NoticeState
from lachan.pipeline.clauses import ended_here
from lachan.store import open_database
from tests.world import World, takedown, warning

ADVERT = "[drugs_to_minors] hàng mới về cho học sinh, nhắn lại mình chỉ chỗ, để lại lời nhắn bên dưới nhé"
REPEALED = "Nghị định mới bãi bỏ điều khoản này, đăng Công báo số 15."
MISTAKEN = "Đã đọc lại Công báo: điều khoản này không nằm trong phần bị bãi bỏ."
GROUND, OTHER = "L116-13-4-đ", "LTE-6-9"


def today(world: World) -> date:
    return world.clauses.today


def end(world: World, clause: str = GROUND, ends: date | None = None) -> ClauseEnd:
    made = world.clauses.propose(world.actor("admin"), clause, ends or today(world), REPEALED)
    return world.clauses.confirm(world.actor("admin2"), made.id)


def waiting(world: World) -> int:
    """A takedown that waits for its second person, the page looked at."""
    case = world.case_of(ADVERT)
    world.review.claim(world.actor("officer"), case)
    world.review.decide(world.actor("officer"), case, takedown(f"{takedown().reason} Vụ {case}."))
    world.review.check_page(world.actor("approver"), case)
    return case


def ended(world: World) -> dict[str, date]:
    with world.database.read() as unit:
        return dict(ended_here(unit))


def test_one_proposes_another_confirms_and_every_step_is_logged(world: World) -> None:
    made = world.clauses.propose(world.actor("admin"), GROUND, today(world), REPEALED)
    assert ended(world) == {} and world.clauses.waiting() == 1
    for act in (world.clauses.confirm, world.clauses.refuse):
        with pytest.raises(SecondPersonNeeded):
            act(world.actor("admin"), made.id)
    world.clauses.confirm(world.actor("admin2"), made.id)
    assert ended(world) == {GROUND: today(world)} and world.clauses.waiting() == 0
    found, _, history = world.clauses.clause(world.actor("auditor"), GROUND)
    assert found.ending is not None and found.until == today(world) and not found.holds(today(world))
    assert found.holds(today(world) - timedelta(days=1))
    assert (found.ending.proposed_by, found.ending.settled_by) == ("admin", "admin2")
    assert [(link.event.action, link.event.actor) for link in history] == [
        ("clause:end", "admin2"),
        ("clause:propose_end", "admin"),
    ]
    assert history[0].event.details["ends"] == today(world).isoformat()
    others = [clause for clause in world.clauses.all(world.actor("approver")) if clause.row.id != GROUND]
    assert len(others) == len(allowlist()) - 1
    assert all(each.until == each.row.effective_to and each.ending is None for each in others)


def test_refused_changes_nothing_and_may_be_proposed_again(world: World) -> None:
    made = world.clauses.propose(world.actor("admin"), GROUND, today(world), REPEALED)
    with pytest.raises(ConflictError, match="waits already"):
        world.clauses.propose(world.actor("admin2"), GROUND, today(world), REPEALED)
    world.clauses.refuse(world.actor("admin2"), made.id)
    assert ended(world) == {}
    for act in (world.clauses.confirm, world.clauses.refuse):
        with pytest.raises(ConflictError, match="already"):
            act(world.actor("admin2"), made.id)
    end(world)
    assert ended(world) == {GROUND: today(world)}


def test_an_ended_clause_comes_back_as_shipped_by_two(world: World) -> None:
    with pytest.raises(FieldError, match="nothing to bring back"):
        world.clauses.bring_back(world.actor("admin"), GROUND, MISTAKEN)
    end(world)
    for later in (0, 30):
        with pytest.raises(FieldError, match="earlier day"):
            world.clauses.propose(
                world.actor("admin"), GROUND, today(world) + timedelta(days=later), REPEALED
            )
    made = world.clauses.bring_back(world.actor("admin2"), GROUND, MISTAKEN)
    assert ended(world) == {GROUND: today(world)}, "it stays ended until another admin confirms"
    with pytest.raises(SecondPersonNeeded):
        world.clauses.confirm(world.actor("admin2"), made.id)
    world.clauses.confirm(world.actor("admin"), made.id)
    assert ended(world) == {}
    found, _, history = world.clauses.clause(world.actor("admin"), GROUND)
    assert found.until is None and found.ending is None
    assert [link.event.action for link in history][:2] == ["clause:return", "clause:propose_return"]
    assert [link.event.details.get("why") for link in history] == [None, MISTAKEN, None, REPEALED]


def test_what_waits_about_a_clause_that_left_the_release_is_not_counted(world: World) -> None:
    with world.database.write() as unit:
        unit.clause_ends.add(ClauseEnd(0, "L00-1", today(world), REPEALED, "admin", world.clock()))
    assert world.clauses.waiting() == 0, "no page shows it, so nobody could settle it"


def test_a_day_that_is_past_is_taken_and_shows_the_letters_since(world: World) -> None:
    case = waiting(world)
    issued = world.review.approve(world.actor("approver"), case)
    world.clock.move(days=3)
    left = waiting(world)
    with world.database.read() as unit:
        (waits,) = unit.notices.of_case(left)
    repealed = today(world) - timedelta(days=3)
    made = world.clauses.propose(world.actor("admin"), GROUND, repealed, REPEALED)
    _, citing, _ = world.clauses.clause(world.actor("admin2"), GROUND)
    assert (citing.waiting, citing.issued) == ([waits.id], [issued.id]), "seen before it is confirmed"
    world.clauses.confirm(world.actor("admin2"), made.id)
    _, citing, _ = world.clauses.clause(world.actor("approver"), GROUND)
    assert citing.issued == [issued.id]
    with world.database.read() as unit:
        kept = unit.notices.get(issued.id)
    assert GROUND in kept.citations and kept.state is NoticeState.ISSUED
    _, citing, _ = world.clauses.clause(world.actor("approver"), OTHER)
    assert (citing.waiting, citing.issued) == ([], [])


def test_from_its_day_on_it_carries_no_decision(world: World) -> None:
    end(world, ends=today(world) + timedelta(days=1))
    case = world.case_of(ADVERT)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    world.clock.move(days=1)
    world.review.claim(officer, case)
    with pytest.raises(InputError, match="choose another one"):
        world.review.decide(officer, case, takedown())
    world.review.decide(officer, case, warning())
    assert today(world) == ended(world)[GROUND]


def test_the_day_before_it_still_carries_one(world: World) -> None:
    end(world, ends=today(world) + timedelta(days=1))
    assert world.review.approve(world.actor("approver"), waiting(world)).issued_at is not None


def test_a_waiting_letter_is_not_approved_and_goes_back_however_often(world: World) -> None:
    case, approver = waiting(world), world.actor("approver")
    world.review.send_back(approver, case, "Hãy viết rõ hơn.")
    world.review.claim(world.actor("officer"), case)
    world.review.decide(
        world.actor("officer"), case, takedown("Viết lại: học sinh vẫn đang nhắn hỏi mua ở đó.")
    )
    world.review.check_page(approver, case)
    with pytest.raises(RefusedError, match="sent this case back once"):
        world.review.send_back(approver, case, "Lần nữa.")
    end(world)
    with pytest.raises(InputError, match="send the case back"):
        world.review.approve(approver, case)
    assert world.review.send_back(approver, case, "Căn cứ hết hiệu lực.").state is CaseState.RETURNED
    world.review.claim(world.actor("officer"), case)
    again = replace(
        takedown("Chọn căn cứ khác: bài vẫn công khai và nhiều học sinh hỏi mua."),
        citations=("LTE-6-9", "ND56-35-3"),
    )
    world.review.decide(world.actor("officer"), case, again)
    world.review.check_page(approver, case)
    assert world.review.approve(approver, case).citations == again.citations


def test_a_third_person_who_could_not_say_yes_bars_nothing(world: World) -> None:
    case, third = waiting(world), world.actor("approver2")
    world.review.disagree(world.actor("approver"), case, "Nhãn cảnh báo là đủ.")
    end(world)
    world.review.check_page(third, case)
    with pytest.raises(InputError, match="send the case back"):
        world.review.approve(third, case)
    back = world.review.refuse(third, case, "Căn cứ hết hiệu lực.")
    assert (back.state, back.third) == (CaseState.RETURNED, None)
    world.review.claim(world.actor("officer"), case)
    again = replace(
        takedown("Căn cứ khác, bài vẫn công khai, học sinh vẫn hỏi mua ở dưới."),
        citations=("LTE-6-9", "ND56-35-3"),
    )
    assert world.review.decide(world.actor("officer"), case, again).state is CaseState.AWAITING_APPROVAL


def test_a_request_whose_companion_ended_cannot_be_made(world: World) -> None:
    """It must not need less than before."""
    end(world, "L116-25-2-b")
    case = world.case_of(ADVERT)
    world.review.claim(world.actor("officer"), case)
    for basis in (("L116-13-4-đ", "L116-16-3-b"), ("L116-13-4-đ", "L116-16-3-b", "L116-25-2-b")):
        with pytest.raises(InputError):
            world.review.decide(world.actor("officer"), case, replace(takedown(), citations=basis))


def test_another_process_keeps_to_it_at_once(world: World) -> None:
    case = waiting(world)
    other = open_database(world.url, world.keys, world.clock)
    try:
        with other.read() as unit:
            assert ended_here(unit) == {}
        end(world)
        with other.read() as unit:
            assert ended_here(unit) == {GROUND: today(world)}
        with pytest.raises(InputError, match="send the case back"):
            replace(world, database=other).review.approve(world.actor("approver"), case)
    finally:
        other.close()


def test_of_two_admins_who_settle_at_one_moment_one_does(world: World) -> None:
    world.logins["admin3"] = world.accounts.create(
        world.actor("admin2"), "admin3", world.logins["admin"].account.role, "mot-mat-khau-that-dai"
    )
    made = world.clauses.propose(world.actor("admin"), GROUND, today(world), REPEALED)
    start = threading.Barrier(2)
    told: list[str] = []

    def settle(act: Callable[..., object], name: str) -> None:
        start.wait()
        try:
            act(world.actor(name), made.id)
            told.append(name)
        except LachanError as error:
            told.append(type(error).__name__)

    threads = [
        threading.Thread(target=settle, args=(world.clauses.confirm, "admin2")),
        threading.Thread(target=settle, args=(world.clauses.refuse, "admin3")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told)[0] == "ConflictError" and len(told) == 2
    (winner,) = set(told) - {"ConflictError"}
    with world.database.read() as unit:
        settled = unit.clause_ends.get(made.id)
        history = unit.audit.of_subject(f"clause:{GROUND}")
    assert settled.settled_by == winner
    assert (settled.state is EndState.CONFIRMED) is (winner == "admin2")
    assert len(history) == 2


def test_what_was_proposed_beside_another_does_not_lengthen(world: World) -> None:
    """A later day, written before the earlier one was confirmed: refused at its own confirmation."""
    end(world)
    with world.database.write() as unit:
        late = unit.clause_ends.add(
            ClauseEnd(0, GROUND, today(world) + timedelta(days=90), REPEALED, "admin", world.clock())
        )
    with pytest.raises(FieldError, match="earlier day"):
        world.clauses.confirm(world.actor("admin2"), late.id)
    assert ended(world) == {GROUND: today(world)}
    world.clauses.refuse(world.actor("admin2"), late.id)


def test_nothing_but_clauses_of_the_release(world: World) -> None:
    for clause in ("BLHS-331", "BLHS-318", "", "L116-13-4-đ ", "l116-13-4-đ"):
        with pytest.raises(NotFound):
            world.clauses.propose(world.actor("admin"), clause, today(world), REPEALED)
        with pytest.raises(NotFound):
            world.clauses.bring_back(world.actor("admin"), clause, REPEALED)
        with pytest.raises(NotFound):
            world.clauses.clause(world.actor("admin"), clause)
    for act in (world.clauses.confirm, world.clauses.refuse):
        with pytest.raises(NotFound):
            act(world.actor("admin"), 99)


@pytest.mark.parametrize("who", ["officer", "approver", "protection_officer", "analyst", "auditor"])
def test_only_admins_and_only_with_a_code(world: World, who: str) -> None:
    made = world.clauses.propose(world.actor("admin"), OTHER, today(world), REPEALED)
    for actor in (world.actor(who), world.actor("admin2", interactive=False), world.accounts.named("admin2")):
        for act in (world.clauses.confirm, world.clauses.refuse):
            with pytest.raises(PermissionDenied):
                act(actor, made.id)
        with pytest.raises(PermissionDenied):
            world.clauses.propose(actor, GROUND, today(world), REPEALED)
        with pytest.raises(PermissionDenied):
            world.clauses.bring_back(actor, GROUND, REPEALED)
    if who in ("approver", "auditor"):
        assert len(world.clauses.all(world.actor(who))) == len(allowlist())
    else:
        with pytest.raises(PermissionDenied):
            world.clauses.all(world.actor(who))
        with pytest.raises(PermissionDenied):
            world.clauses.clause(world.actor(who), OTHER)
    assert ended(world) == {}
