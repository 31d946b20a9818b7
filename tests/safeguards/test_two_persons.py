"""Two people for every takedown, by every door: use cases, the command line, imports, tokens, one person in two
roles."""

from __future__ import annotations

from dataclasses import replace

import pytest
import typer

from lachan.app.cli import app
from lachan.domain.account import PERMISSIONS, Account, Actor, Permission, Role
from lachan.domain.case import CaseState
from lachan.domain.errors import LachanError, PermissionDenied, RefusedError, SecondPersonNeeded
from lachan.domain.measure import TWO_PERSON, Measure
from lachan.domain.notice import NOTICE_TABLE, NoticeAct, NoticeState
from lachan.pipeline.review import Decision
from review_ui.permissions import ROUTES
from tests.safeguards.test_no_persons import commands
from tests.world import WHY, World, takedown

ADVERT = "[drugs_to_minors] hàng mới về cho học sinh, nhắn lại mình chỉ chỗ, để lại lời nhắn bên dưới nhé"
BASIS = {
    Measure.REMOVAL_REQUEST: takedown().citations,
    Measure.OWNER_REMOVAL_REQUEST: ("LTE-6-9", "ND147-36-7"),
    Measure.CRIME_INFORMATION: ("BLHS-255",),
}


def decided(world: World, measure: Measure) -> int:
    case = world.case_of(ADVERT)
    officer = world.actor("officer")
    world.review.claim(officer, case)
    world.review.decide(officer, case, Decision(measure, WHY, BASIS[measure], recipient="Nền tảng"))
    return case


def issued(world: World, case: int) -> bool:
    with world.database.read() as unit:
        return any(notice.issued_at is not None for notice in unit.notices.of_case(case))


def test_every_measure_that_takes_down_is_among_them() -> None:
    assert set(BASIS) == TWO_PERSON
    assert {measure for measure in Measure if "removal" in measure or "crime" in measure} == TWO_PERSON


@pytest.mark.parametrize("measure", sorted(BASIS))
def test_nothing_is_issued_by_one_person_however_they_come(world: World, measure: Measure) -> None:
    case = decided(world, measure)
    officer = world.actor("officer")
    doors = [
        officer,
        Actor(replace(officer.account, role=Role.APPROVER), interactive=True),
        Actor(replace(officer.account, role=Role.APPROVER)),
        world.actor("admin"),
        world.actor("approver", interactive=False),
        world.accounts.named("approver"),
    ]
    world.review.check_page(world.actor("approver"), case)
    for actor in doors:
        with pytest.raises((PermissionDenied, SecondPersonNeeded)):
            world.review.approve(actor, case)
        with pytest.raises((PermissionDenied, SecondPersonNeeded)):
            world.review.send_back(actor, case, "không")
        assert not issued(world, case)
    with pytest.raises(RefusedError):
        world.review.approve(Actor(Account("approver", Role.APPROVER, active=False), interactive=True), case)
    notice = world.review.approve(world.actor("approver"), case)
    assert issued(world, case)
    assert (notice.drafted_by, notice.approved_by) == ("officer", "approver")


@pytest.mark.parametrize("act", list(NoticeAct))
def test_a_letter_cannot_be_walked_past_approval_by_recording(world: World, act: NoticeAct) -> None:
    case = decided(world, Measure.REMOVAL_REQUEST)
    with world.database.read() as unit:
        (notice,) = unit.notices.of_case(case)
    for name in ("officer", "approver"):
        with pytest.raises(LachanError):
            world.notify.record(world.actor(name), notice.id, act)
    assert not issued(world, case)


def test_every_way_to_an_issued_letter_leads_through_approval() -> None:
    leading = {state for (state, _), target in NOTICE_TABLE.moves.items() if target is NoticeState.ISSUED}
    assert leading <= {NoticeState.APPROVED, NoticeState.WITHDRAWN, NoticeState.RESTORED}
    approving = {act for (_, act), target in NOTICE_TABLE.moves.items() if target is NoticeState.APPROVED}
    assert approving == {NoticeAct.APPROVE}


def test_decisions_need_a_session(world: World) -> None:
    case = world.case_of(ADVERT)
    world.review.claim(world.actor("officer"), case)
    for actor in (world.actor("officer", interactive=False), world.accounts.named("officer")):
        for decision in (takedown(), Decision(Measure.DISMISS, "không có gì")):
            with pytest.raises(PermissionDenied):
                world.review.decide(actor, case, decision)
    with world.database.read() as unit:
        assert unit.cases.get(case).state is CaseState.CLAIMED


def test_no_role_holds_both_halves() -> None:
    for role, held in PERMISSIONS.items():
        assert not {Permission.DECIDE_REVIEW, Permission.APPROVE} <= held, role
        if role is Role.ADMIN:
            assert held == {
                Permission.MANAGE_SOURCES,
                Permission.MANAGE_ACCOUNTS,
                Permission.MANAGE_MODELS,
                Permission.STOP,
            }


def test_one_admin_cannot_make_both_people(world: World) -> None:
    with pytest.raises(RefusedError, match="second admin"):
        world.accounts.create(world.actor("admin"), "approver3", Role.APPROVER, "mot-mat-khau-dai")


#: Everything the command line can do. A new command is added here by somebody who saw that it decides nothing.
COMMANDS = {
    "demo", "init", "doctor", "retain", "backup", "restore", "crawl", "import", "assess", "publish",
    "recheck", "oncall", "alerts", "run", "serve", "stop", "resume", "classify", "train", "evaluate", "search",
    "report", "audit", "audit verify", "index", "index rebuild", "index verify", "index status",
    "lists", "lists issuer", "lists add", "lists confirm", "lists remove", "lists show",
    "model", "model propose", "model approve", "model withdraw", "model show", "metrics", "training",
}  # fmt: skip


def test_no_command_decides() -> None:
    names = {path.removeprefix("lachan").strip() for path, _ in commands(typer.main.get_command(app))} - {""}
    assert names == COMMANDS
    for path, command in commands(typer.main.get_command(app)):
        options = {word for option in command.params for word in (option.name or "").split("_")}
        assert options.isdisjoint({"decide", "approve", "measure", "dismiss", "notice", "takedown"}), path


def test_imported_posts_wait_like_all_others(world: World) -> None:
    from lachan.pipeline.import_rows import ImportRow

    rows = [ImportRow(1, f"{ADVERT} removal_request approved", "https://town.example/f/1#1", None)]
    assert world.intake.import_rows("admin", "town", rows).received.inboxed == 1
    world.assess.drain()
    (case,) = world.case_ids()
    with world.database.read() as unit:
        assert unit.cases.get(case).state is CaseState.OPEN
        assert unit.notices.of_case(case) == []


def test_no_door_of_the_desk_takes_many_or_answers_programmes() -> None:
    doors = [route for route in ROUTES if not route.startswith("GET") and "/api/" in route]
    assert doors == ["POST /api/v1/reports"], "programmes read and report; they decide nothing"
    acts = [
        route for route in ROUTES if route.endswith(("/decide", "/approve", "/return", "/refer", "/dismiss"))
    ]
    assert acts
    assert all("{" in route for route in acts), "one case at a time"
