"""Two people for every takedown, by every door: use cases, every form of the desk, the command line, imports, tokens,
one person in two roles."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest
import typer

from lachan.app.cli import app
from lachan.domain.account import PERMISSIONS, Account, Actor, Permission, Role
from lachan.domain.case import Case, CaseState
from lachan.domain.errors import LachanError, PermissionDenied, RefusedError, SecondPersonNeeded
from lachan.domain.measure import TWO_PERSON, Measure
from lachan.domain.notice import NOTICE_TABLE, NoticeAct, NoticeState
from lachan.pipeline.review import Decision
from review_ui.permissions import ROUTES
from tests.review_ui.station import NECESSITY, PASSWORD, Person, Station, form_token
from tests.safeguards.source_tree import modules
from tests.safeguards.test_no_person_lookup import commands
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
                Permission.MANAGE_CLAUSES,
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
    "directory", "directory import", "directory list",
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


# --- The desk, over HTTP ------------------------------------------------------------------------------------
#: One form for every door: each takes the fields that it knows.
FIELDS = {
    "act": "approve", "state": "issued", "outcome": "uphold", "measure": "removal_request", "necessity": NECESSITY,
    "reason": NECESSITY, "note": "xong", "need": NECESSITY, "recipient": "Ban quản trị", "text": NECESSITY,
    "to": "phe-duyet", "name": "x", "to_name": "phe-duyet", "cases": "1",
    "urgent": "1", "category": "drugs_to_minors", "age": "child_u16",
}  # fmt: skip


def waiting(station: Station) -> Case:
    """A takedown that one officer decided."""
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    answer = officer.post(
        f"/cases/{case.id}/decide",
        measure="removal_request",
        reason=NECESSITY,
        recipient="Ban quản trị diễn đàn",
        **{"basis.removal_request": list(takedown().citations)},
    )
    assert answer.status_code == 303, answer.text
    assert station.now(case).state is CaseState.AWAITING_APPROVAL
    return case


def out(station: Station, case: Case) -> bool:
    with station.database.read() as unit:
        return any(notice.issued_at is not None for notice in unit.notices.of_case(case.id))


def knock(person: Person, case: Case) -> dict[str, int]:
    """Send the form to every door there is, for this case and its notice; the answers' statuses."""
    with person.station.database.read() as unit:
        (notice,) = unit.notices.of_case(case.id)
    token = form_token(person.get("/"))
    numbers = {"{case_id}": case.id, "{notice_id}": notice.id, "{key}": "dien-dan", "{name}": "can-bo-hai"}
    said = {}
    for route in ROUTES:
        method, path = route.split(" ")
        if method != "POST" or path in (
            "/login",
            "/logout",
            "/account/sessions",
            "/stop",
        ):  # they end the walk
            continue
        for word, number in numbers.items():
            path = path.replace(word, str(number))
        path = "/".join("1" if part.startswith("{") else part for part in path.split("/"))
        said[route] = person.client.post(path, data={"csrf": token, **FIELDS}).status_code
        assert not out(person.station, case), route
    return said


@pytest.mark.parametrize("name", ["can-bo", "can-bo-hai", "bao-ve", "phan-tich", "kiem-tra", "quan-tri"])
def test_no_form_of_the_desk_issues_it_for_anybody_but_an_approver(station: Station, name: str) -> None:
    case = waiting(station)
    station.person("phe-duyet").post(f"/cases/{case.id}/check")  # nothing but the second person is missing
    said = knock(station.person(name), case)
    assert len(said) > 60
    assert said["POST /cases/{case_id}/approve"] == 403


def test_who_is_not_signed_in_or_brings_anothers_proof_issues_nothing(station: Station) -> None:
    case = waiting(station)
    approver = station.person("phe-duyet")
    approver.post(f"/cases/{case.id}/check")
    path, token = f"/cases/{case.id}/approve", form_token(approver.get("/"))
    session = approver.client.cookies["lachan"]
    stranger = station.browser()
    for headers in (
        {},
        {"Authorization": f"Bearer {session}"},
        {"Authorization": "Basic cGhlLWR1eWV0Om1vdCBjYXUgdGhhdCBkYWkgZGUgbmhv"},
        {"X-Lachan-Session": session},
    ):
        assert stranger.post(path, data={"csrf": token}, headers=headers).status_code in (401, 403)
        assert (
            stranger.post(f"{path}?lachan={session}", data={"csrf": token}, headers=headers).status_code
            != 303
        )
    # The approver's own browser, led there by a page of somebody else: without this session's token.
    for proof in ("", form_token(station.person("can-bo").get("/"))):
        assert approver.client.post(path, data={"csrf": proof}).status_code == 403
    assert not out(station, case)
    assert approver.post(f"/cases/{case.id}/approve").status_code == 303
    assert out(station, case)


@pytest.mark.parametrize("role", [role for role in Role if PERMISSIONS[role] & {
    Permission.DECIDE_REVIEW, Permission.DECIDE_PROTECT, Permission.APPROVE, Permission.DECIDE_APPEAL,
}])  # fmt: skip
def test_whoever_decides_or_approves_has_a_second_factor(station: Station, role: Role) -> None:
    accounts = station.desk.accounts
    made = accounts.create(accounts.named("quan-tri-hai"), "nguoi-moi", role, PASSWORD)
    assert made.totp_secret
    for code in (None, "", "000000"):
        with pytest.raises(LachanError):
            accounts.sign_in("nguoi-moi", PASSWORD, code)


# --- The code -----------------------------------------------------------------------------------------------
def test_one_place_in_the_program_issues_letters() -> None:
    """Whoever adds another writes it here, and why it has two people."""
    issuing = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in ("NoticeAct.APPROVE", "NoticeAct.ISSUE"))
        or (
            isinstance(node, ast.keyword)
            and node.arg == "issued_at"
            and ast.unparse(node.value) != "row.issued_at"
        )
    }
    assert issuing == {"lachan/pipeline/approval.py"}
