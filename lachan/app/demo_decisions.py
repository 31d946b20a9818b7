"""A handful of decisions by script, through the very use cases of the desk, so that search, letters and the
weekly summary have something to show. Most cases stay open for the newcomer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from lachan.app.bootstrap import Application, clock
from lachan.app.demo_accounts import DemoLogin, sign_in
from lachan.app.town_directory import PROVINCE, fill_directory
from lachan.app.town_server import Planted
from lachan.domain import citation
from lachan.domain.account import Actor, Role
from lachan.domain.area import Area
from lachan.domain.case import AWAITS_ANOTHER, Case, CaseState
from lachan.domain.directory import HOTLINE_ID
from lachan.domain.errors import PermissionDenied, SecondPersonNeeded
from lachan.domain.measure import Measure
from lachan.domain.notice import NoticeAct, PageCheck
from lachan.domain.referral import HarmSource, ReferralAct
from lachan.domain.taxonomy import Category, Route, route_of
from lachan.pipeline.clauses import ended_here
from lachan.pipeline.import_rows import HANOI
from lachan.pipeline.ports import CaseFilter, QueueOrder
from lachan.pipeline.review import Decision

KEEP_OPEN: Final = 10  # review cases left in the queue for the newcomer
KEEP_CRIES: Final = 4  # protection cases likewise
KEEP_WAITING: Final = 2  # takedowns left for the newcomer to approve
DECIDED_STATES: Final = (*AWAITS_ANOTHER, CaseState.CLOSED, CaseState.APPEALED)
RECIPIENT: Final = "Ban quản trị Diễn đàn Bến Sông"

#: The narrowest measure that ends the harm, by category; the rest is asked of the platform.
NARROWEST: Final = {
    Category.AGE_UNSUITABLE: Measure.PLATFORM_LABEL,
    Category.CHILD_PRIVACY_BULLYING: Measure.OWNER_REMOVAL_REQUEST,
    Category.SELFHARM: Measure.OWNER_REMOVAL_REQUEST,
    Category.CHILD_LABOUR_EXPLOITATION: Measure.OWNER_WARNING,
}


@dataclass(frozen=True)
class Decided:
    """`refused` counts self-approvals that were tried, and refused; `tried` all of them."""

    tried: int
    refused: int


def decide_some(application: Application, truth: Mapping[str, Planted], logins: list[DemoLogin]) -> Decided:
    """Two people at work: the officer knows the planted truth, as a person who reads would."""
    people = {role: next(login for login in logins if login.role is role) for role in Role}
    officer = sign_in(application, people[Role.OFFICER])
    approver = sign_in(application, people[Role.APPROVER])
    helper = sign_in(application, people[Role.PROTECTION_OFFICER])
    _review(application, truth, officer)
    takedowns = _waiting_for_approval(application)
    tried = takedowns[:1]
    refused = sum(_self_approval_refused(application, officer, case) for case in tried)
    _deliver(
        application,
        officer,
        [case for case in takedowns[KEEP_WAITING:] if _approve(application, approver, case)],
    )
    admin = application.accounts.named(people[Role.ADMIN].name)
    fill_directory(application.directory, application.database, admin, helper)
    _refer(application, helper)
    return Decided(len(tried), refused)


def _open(application: Application, route: Route, actor: Actor) -> list[Case]:
    """What waits, and what this person held when an earlier run was cut off."""
    waiting = CaseFilter(route=route, states=(CaseState.OPEN,))
    mine = CaseFilter(route=route, states=(CaseState.CLAIMED,), claimed_by=actor.name)
    with application.database.read() as unit:
        return [
            case
            for where in (mine, waiting)
            for case in unit.cases.find(where, order=QueueOrder.PRIORITY, limit=500)
        ]


def _waiting_for_approval(application: Application) -> list[Case]:
    """Takedowns that a second person must see, those of a run that was cut off too."""
    where = CaseFilter(route=Route.REVIEW, states=(CaseState.AWAITING_APPROVAL,))
    with application.database.read() as unit:
        return sorted(unit.cases.find(where, limit=500), key=lambda case: case.id)


def _review(application: Application, truth: Mapping[str, Planted], officer: Actor) -> None:
    """Decide all but some."""
    waiting = _open(application, Route.REVIEW, officer)
    # Of every category the first is decided, so that search and the summary know all kinds.
    left: list[int] = []
    with application.database.read() as unit:
        decided = unit.cases.find(CaseFilter(route=Route.REVIEW, states=DECIDED_STATES), limit=500)
        ended = ended_here(unit)
    kinds: set[Category] = {category for case in decided for category in case.categories}
    for case in waiting:
        if kinds.isdisjoint(case.categories) or len(left) == KEEP_OPEN:
            kinds.update(case.categories)
        else:
            left.append(case.id)
    cases = [case for case in waiting if case.id not in left]
    for case in cases:
        application.review.claim(officer, case.id)
        case, posts = application.review.read(officer, case.id)
        planted = truth.get(posts[0].url)
        if planted is None or route_of(planted.categories, planted.context) is not Route.REVIEW:
            application.review.decide(
                officer, case.id, Decision(Measure.DISMISS, "Không có nội dung gây hại cho trẻ em.")
            )
            continue
        case = application.review.correct(
            officer, case.id, categories=planted.categories, urgent=planted.urgent, age=case.age
        )
        application.review.decide(officer, case.id, _decision(case, ended))


def _decision(case: Case, ended: citation.Ended) -> Decision:
    measure = NARROWEST.get(case.categories[0], Measure.REMOVAL_REQUEST)
    today = clock().astimezone(HANOI).date()
    basis = citation.suggested(measure, case.categories, case.age, today, ended)
    why = (
        f"Bài trong {case.number} của dữ liệu mẫu đang công khai, người dưới 18 tuổi đọc được và có thể bị hại; "
        "biện pháp nhẹ hơn không chấm dứt được."
    )
    return Decision(measure, why, basis, recipient=RECIPIENT)


def _self_approval_refused(application: Application, officer: Actor, case: Case) -> bool:
    """One person tries to be both: by role, and under an approver's role. Both are refused."""
    same_person = Actor(replace(officer.account, role=Role.APPROVER), interactive=True)
    for actor in (officer, same_person):
        try:
            application.review.approve(actor, case.id)
        except (PermissionDenied, SecondPersonNeeded):
            continue
        return False
    return True


def _approve(application: Application, approver: Actor, case: Case) -> bool:
    notice = application.review.check_page(approver, case.id)
    if notice.page_check is PageCheck.GONE:
        application.review.send_back(approver, case.id, "Bài không còn trên trang.")
        return False
    application.review.approve(approver, case.id)
    return True


def _deliver(application: Application, officer: Actor, cases: list[Case]) -> None:
    """Half of the letters arrived; some were answered."""
    acts = (NoticeAct.DELIVER, NoticeAct.ACKNOWLEDGE, NoticeAct.COMPLY)
    for number, case in enumerate(cases):
        with application.database.read() as unit:
            notice = unit.notices.of_case(case.id)[0]
        for act in acts[: number % (len(acts) + 1)]:
            application.notify.record(officer, notice.id, act)


def _refer(application: Application, helper: Actor) -> None:
    for number, case in enumerate(_open(application, Route.PROTECT, helper)[KEEP_CRIES:]):
        application.review.claim(helper, case.id)
        referral = application.protect.refer(
            helper,
            case.id,
            entry=_nearby(application, helper) if number % 3 == 2 else HOTLINE_ID,
            area=Area(PROVINCE),
            harm_source=HarmSource.UNKNOWN,
            need="Cần người gọi lại, lắng nghe và hướng dẫn người viết tìm chỗ an toàn.",
        )
        if number % 2:
            application.protect.act(helper, referral.id, ReferralAct.ACCEPT)


def _nearby(application: Application, helper: Actor) -> int:
    """The nearest office of the province, 111 apart."""
    offered = application.protect.offered(helper, Area(PROVINCE), HarmSource.UNKNOWN)
    return next(entry.id for entry in offered if entry.id != HOTLINE_ID)
