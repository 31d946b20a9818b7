"""Everything a case page shows, gathered in one place, so that a refused form can show it all again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from lachan.domain import citation
from lachan.domain.account import Actor
from lachan.domain.assessment import Reason
from lachan.domain.audit import SYSTEM, AuditLink
from lachan.domain.case import AWAITS_ANOTHER, Case, CasePost, CaseState
from lachan.domain.directory import HOTLINE as HOTLINE_ENTRY
from lachan.domain.directory import Standing
from lachan.domain.errors import LachanError, NotFound
from lachan.domain.measure import MIN_NECESSITY, TWO_PERSON, Measure, allowed_measures
from lachan.domain.notice import Notice, NoticeState
from lachan.domain.post import Source
from lachan.domain.privacy import mask
from lachan.domain.referral import HarmSource, refer_by
from lachan.domain.taxonomy import AgeBand, Category, Route
from lachan.pipeline.approval import CHECK_HOLDS, posts_at
from lachan.pipeline.clauses import ended_here
from lachan.pipeline.parties import thirds, took_part
from lachan.pipeline.ports import Unit
from lachan.pipeline.protect import HOTLINE
from lachan.pipeline.report_case import BY_PERSON
from lachan.pipeline.review import DECIDED
from review_ui.areas import chosen_area
from review_ui.done import done_of
from review_ui.duty import duty_note
from review_ui.failures import status_of
from review_ui.guard import Visit
from review_ui.passage import Change, Stretch, changes, stretches
from review_ui.reveal import RevealReason, revealed, wide_mask

_HISTORY: Final = 100  # events
_OFFERED: Final = 30  # offices beside the form
_NAME: Final = 80  # code points; the longest name of a unit has 40


@dataclass(frozen=True)
class Because:
    """A rule that held, and the words it held on ("" where they are masked or the rule names none)."""

    code: str
    words: str


@dataclass(frozen=True)
class ShownPost:
    """A post as the page shows it."""

    post: CasePost
    passage: list[Stretch]
    because: list[Because]
    differs: list[Change] = field(default_factory=list)
    late: bool = False  # came after the decision that waits for its second person


@dataclass(frozen=True)
class Event:
    """A line of the history. Names are not shown: an approver must not know whose decision it is."""

    at: datetime
    action: str
    who: str  # `you`, `system`, `colleague`
    times: int = 1  # how often in a row; `at` is the latest


@dataclass(frozen=True)
class Basis:
    """What may be cited for a measure, and what is ticked beforehand."""

    measure: Measure
    offered: tuple[citation.Citation, ...]
    suggested: tuple[str, ...]


def show_case(
    visit: Visit, case_id: int, *, refusal: LachanError | None = None, beside_form: bool = False
) -> Response:
    """The case page. With `refusal`: what was typed stands in the form again, the refusal beside it (or on top,
    with the words to copy, where the claim and so the form is gone)."""
    actor, desk = visit.person, visit.desk
    case, posts = desk.review.read(actor, case_id)
    with desk.database.read() as unit:
        history = unit.audit.of_subject(f"case:{case_id}", _HISTORY)
        notices = unit.notices.of_case(case_id)
        referrals = unit.referrals.of_case(case_id)
        source = _source(unit, case.source)
        third = _third(unit, case, visit)
        ended = ended_here(unit)
        near = (
            sum(copy.state is CaseState.OPEN for copy in unit.cases.sharing(case_id))
            if _may_cluster(case)
            else 0
        )
    wide = wide_mask(case)
    mine = case.claimed_by == actor.name and case.state is CaseState.CLAIMED
    shown = revealed(history, actor) if mine and not wide else {}
    return visit.page(
        "case.html",
        status_of(refusal) if refusal else 200,
        case=case,
        source=source,
        by_person=BY_PERSON,
        places=desk.publisher.places(case, posts[0].text) if posts else (),
        **_places(visit, case, posts),
        posts=_shown_posts(posts, wide=wide, revealed_by_post=shown, decided_on=_decided_on(case, history)),
        wide=wide,
        mine=mine,
        held_by_me=case.claimed_by == actor.name,
        may_decide=visit.can("decide_protect" if case.route is Route.PROTECT else "decide_review"),
        history=_events(history, actor),
        notice=_waiting(notices),
        cited=[citation.get(key) for key in case.citations],
        over=citation.over(case.citations, visit.desk.clauses.today, ended),
        notices=notices,
        referrals=referrals,
        bases=_bases(case, visit, ended) if mine and case.route is Route.REVIEW else [],
        two_person=TWO_PERSON,
        min_necessity=MIN_NECESSITY,
        check_holds=CHECK_HOLDS,
        recipients=_recipients(case, source.contact if source else ""),
        refer_by=refer_by(case.opened_at, urgent=case.urgent),
        harm_sources=list(HarmSource),
        **(_help(visit) if mine and case.route is Route.PROTECT else {}),
        hotline=HOTLINE,
        categories=list(Category),
        ages=list(AgeBand),
        reveal_reasons=list(RevealReason),
        dismiss_reasons=dismiss_reasons(visit),
        refusal=visit.language.refusal(refusal) if refusal else "",
        typed=_typed(visit) if refusal else {},
        **done_of(visit.request),
        duty=duty_note(visit) if mine or case.state in AWAITS_ANOTHER else "",
        third=third,
        near_cases=near,
        colleagues=desk.review.colleagues(actor, case.route) if case.claimed_by == actor.name else [],
        beside_form=beside_form and (mine or case.state in AWAITS_ANOTHER),
    )


@dataclass(frozen=True)
class ThirdPart:
    """Of a disputed case: whether this person had a part in it, and whether anybody is left who had none."""

    took_part: bool
    somebody_left: bool


def _places(visit: Visit, case: Case, posts: list[CasePost]) -> dict[str, Any]:
    """What was found in a confirmed case's text, for who may correct it; and the units that they look for by name."""
    places, actor = visit.desk.places, visit.person
    if not (posts and posts[0].text and places.may_correct(actor, case)):
        return {"sheet": None}
    name = visit.request.query_params.get("place", "").strip()[:_NAME]
    return {
        "sheet": places.sheet(actor, case.id),
        "place_name": name,
        "offers": places.look_up(actor, case.id, name) if name else (),
    }


def _third(unit: Unit, case: Case, visit: Visit) -> ThirdPart | None:
    if case.state is not CaseState.DISPUTED:
        return None
    return ThirdPart(
        visit.person.name in took_part(unit, case, but_looking=True),
        bool(thirds(unit, case, visit.desk.clock())),
    )


def _may_cluster(case: Case) -> bool:
    return case.route is Route.REVIEW and case.state is CaseState.CLAIMED and not case.urgent


def _decided_on(case: Case, history: list[AuditLink]) -> int:
    """How many posts lay before who decided; all of them where no second person is awaited."""
    return posts_at(history, DECIDED) if case.state in AWAITS_ANOTHER else case.post_count


def _shown_posts(
    posts: list[CasePost], *, wide: bool, revealed_by_post: Mapping[int, set[int]], decided_on: int
) -> list[ShownPost]:
    shown = []
    first = mask(posts[0].text, wide=wide).text if posts else ""
    for index, post in enumerate(posts):
        spans = () if index else post.assessment.spans
        shown.append(
            ShownPost(
                post,
                stretches(post.text, spans, wide=wide, revealed=revealed_by_post.get(post.id, ())),
                [
                    _because(post.text, reason.code, reason.start, reason.end, wide)
                    for reason in _reasons(post)
                ],
                changes(first, mask(post.text, wide=wide).text) if index else [],
                late=index >= decided_on,
            )
        )
    return shown


def _reasons(post: CasePost) -> list[Reason]:
    seen, reasons = set(), []
    for reason in post.assessment.reasons:
        if (reason.code, reason.start) not in seen:
            seen.add((reason.code, reason.start))
            reasons.append(reason)
    return reasons


def _because(text: str, code: str, start: int | None, end: int | None, wide: bool) -> Because:
    if start is None or end is None:
        return Because(code, "")
    masked = any(d.start < end and start < d.end for d in mask(text, wide=wide).details)
    return Because(code, "" if masked else text[start:end])


def _events(history: list[AuditLink], actor: Actor) -> list[Event]:
    """The history, newest first; the same act of the same person in a row is one line."""
    events: list[Event] = []
    for item in history:
        event = _event(item, actor)
        if events and (events[-1].action, events[-1].who) == (event.action, event.who):
            events[-1] = replace(events[-1], times=events[-1].times + 1)
        else:
            events.append(event)
    return events


def _event(item: AuditLink, actor: Actor) -> Event:
    who = "you" if item.event.actor == actor.name else "system" if item.event.actor == SYSTEM else "colleague"
    return Event(item.event.at, item.event.action, who)


def _waiting(notices: list[Notice]) -> Notice | None:
    return next((notice for notice in notices if notice.state is NoticeState.SUBMITTED), None)


def _bases(case: Case, visit: Visit, ended: citation.Ended) -> list[Basis]:
    on = visit.desk.clauses.today
    return [
        Basis(
            measure,
            citation.offered(measure, case.categories, case.age, on, ended),
            citation.suggested(measure, case.categories, case.age, on, ended)
            if measure in citation.KINDS
            else (),
        )
        for measure in allowed_measures(case.route, case.categories)
    ]


def _source(unit: Unit, key: str) -> Source | None:
    """None for a case that a person opened from a report of a child's need."""
    try:
        return unit.sources.get(key)
    except NotFound:
        return None


def _recipients(case: Case, contact: str) -> list[str]:
    """Suggestions for who gets the letter; any other may be written."""
    return [
        contact,
        "Chủ tài khoản đăng bài",
        "Công an xã, phường nơi đặt trường",
        "Cơ quan Cảnh sát điều tra",
    ]


def _help(visit: Visit) -> dict[str, Any]:
    """Who can be asked, nearest first; where to look is what the officer chose, nothing of the post."""
    asked: Mapping[str, Any] = visit.form or visit.request.query_params
    units = visit.desk.directory.units
    area = chosen_area(units, str(asked.get("province", "")), str(asked.get("commune", "")))
    found = visit.desk.protect.offered(visit.person, area)
    first = [HOTLINE_ENTRY, *(entry for entry in found if entry.id != HOTLINE_ENTRY.id)]
    now = visit.desk.clock()
    return {
        "provinces": units.provinces,
        "communes": units.communes,
        "area": area,
        "offered": first[:_OFFERED],
        "more_offered": len(first[_OFFERED:]),
        "some_stale": any(entry.standing(now) is Standing.STALE for entry in first[:_OFFERED]),
    }


def dismiss_reasons(visit: Visit) -> list[str]:
    say = visit.language.say
    return [
        say("Không có dấu hiệu gây hại cho người dưới 18"),
        say("Là tin tức, lời khuyên hoặc phòng ngừa"),
        say("Là trò chơi, chuyện kể hoặc nói đùa"),
        say("Không có dấu hiệu nhắm tới người dưới 18"),
    ]


def _typed(visit: Visit) -> dict[str, Any]:
    """What stood in the form that was refused."""
    return {
        name: visit.fields(name) if name.startswith("basis.") else visit.field(name) for name in visit.form
    }
