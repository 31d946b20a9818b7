"""Fills a station with the flagged posts of the sample town, at many stages of their way. All invented."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from importlib.resources import files
from typing import Any

from lachan.app.town_directory import PROVINCE, fill_directory
from lachan.domain.account import Account, Actor, Role
from lachan.domain.area import Area
from lachan.domain.assessment import Assessment, Label, Reason, Span
from lachan.domain.case import KEEP_UNDECIDED, Case
from lachan.domain.citation import suggested
from lachan.domain.measure import Measure
from lachan.domain.notice import NoticeAct
from lachan.domain.post import Post
from lachan.domain.referral import HarmSource
from lachan.domain.taxonomy import AgeBand, Audience, Category, Context, route_of
from lachan.pipeline.ports import NewCase
from lachan.pipeline.review import Decision
from tests.review_ui.station import NECESSITY, Station

_MINOR = re.compile(r"\b(?:học sinh|học trò|hs|cấp 2|lớp \d+|em|bé|cháu|mấy đứa)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[^,.;!?\n]{12,70}(?!\w)")


def fill(station: Station) -> None:
    """Open every flagged post as a case, then move some of them on with the station's people."""
    cases = station_cases(station)
    review = [case for case in cases if case.route.value == "review"]
    protect = [case for case in cases if case.route.value == "protect"]
    _copy(station, review[0])
    officer, approver = station.person("can-bo"), station.person("phe-duyet")
    for number, case in enumerate(review[:7]):
        _decide(station, case, number, officer.name)
        if number in (0, 1):
            actor = station.desk.accounts.actor(approver.client.cookies["lachan"])
            assert actor is not None
            station.desk.review.check_page(actor, case.id)
            notice = station.desk.review.approve(actor, case.id)
            station.desk.notify.record(actor, notice.id, NoticeAct.DELIVER)
    guard = station.desk.accounts.actor(station.person("bao-ve").client.cookies["lachan"])
    assert guard is not None
    writer = Actor(Account("quan-tri", Role.ADMIN), interactive=True)
    fill_directory(station.desk.directory, station.database, writer, guard)
    there = Area(PROVINCE, "Xã Gò Mây, Bến Sông")
    for case, entry in zip(protect[:2], station.desk.protect.offered(guard, there), strict=False):
        station.desk.review.claim(guard, case.id)
        station.desk.protect.refer(
            guard,
            case.id,
            entry=entry.id,
            area=there,
            harm_source=HarmSource.PEER,
            need="Một em cần người lắng nghe và cần được bảo vệ ở trường, sớm trong hôm nay.",
        )
        station.clock.forward(timedelta(minutes=95))
    station.desk.publisher.drain()


def station_cases(station: Station) -> list[Case]:
    new = [_new_case(station, number, post) for number, post in enumerate(_flagged(), 1)]
    with station.database.write() as unit:
        return unit.cases.open_many(new)


def _flagged() -> list[dict[str, Any]]:
    town = files("lachan.app").joinpath("town")
    forum = json.loads(town.joinpath("forum.json").read_text(encoding="utf-8"))
    school = json.loads(town.joinpath("school.json").read_text(encoding="utf-8"))
    posts = [
        {**post, "place": "dien-dan"}
        for section in forum["sections"]
        for thread in section["threads"]
        for post in thread["posts"]
    ]
    posts += [{**post, "place": "truong"} for post in school["posts"]]
    flagged = [post for post in posts if post["truth"]["categories"] and post["truth"]["context"] != "other"]
    return sorted(flagged, key=lambda post: float(post["days_ago"]))


def _new_case(station: Station, number: int, raw: dict[str, Any]) -> NewCase:
    categories = [Category(name) for name in raw["truth"]["categories"]]
    context = Context(raw["truth"]["context"])
    text, now = raw["text"], station.clock.now
    url = f"https://{raw['place']}.example/bai/{raw['key']}"
    station.pages.texts[url] = text
    minor, clause = _MINOR.search(text), _CLAUSE.search(text)
    captured = now - timedelta(minutes=7 * number**1.35)
    assessment = Assessment(
        route=route_of(categories, context),
        context=context,
        model="first-stage@5f0c21d9ab34",
        labels=tuple(Label(c, 0.93 - 0.11 * i - number % 5 * 0.04) for i, c in enumerate(categories)),
        spans=(Span(*clause.span(), categories[0]),) if clause else (),
        reasons=(Reason("minor_word", *minor.span()),) if minor else (Reason("audience_of_minors"),),
        urgent=raw["truth"]["urgent"],
        age=AgeBand.MINOR_U18 if number % 3 else AgeBand.CHILD_U16,
    )
    post = Post(
        fingerprint=f"{number:064x}",
        source=raw["place"],
        text=text,
        url=url,
        author_hash=None,
        published_at=captured - timedelta(hours=2),
        captured_at=captured,
        audience=Audience.MINORS if raw["place"] == "truong" else Audience.GENERAL,
    )
    return NewCase(post, assessment, captured + KEEP_UNDECIDED)


def _copy(station: Station, case: Case) -> None:
    """A near-copy with small changes beside the first post."""
    with station.database.write() as unit:
        first = unit.cases.posts(case.id)[0]
        words = first.text.split()
        other = " ".join([*words[:4], "alo", *words[5:], "nhanh tay nha"])
        copy = Post(
            "f" * 64, first.source, other, f"{first.url}-2", None, None, station.clock.now, Audience.GENERAL
        )
        unit.cases.join(case.id, copy, first.assessment)


def _decide(station: Station, case: Case, number: int, name: str) -> None:
    actor = station.desk.accounts.actor(station.person(name).client.cookies["lachan"])
    assert actor is not None
    station.desk.review.claim(actor, case.id)
    if number == 6:
        return  # still at work on it
    measures = [Measure.REMOVAL_REQUEST, Measure.OWNER_REMOVAL_REQUEST, Measure.PUBLIC_ADVISORY]
    measure = measures[number % 3] if number < 5 else Measure.DISMISS
    on = station.clock.now.date()
    basis = suggested(measure, case.categories, case.age, on, {}) if number < 5 else ()
    reason = f"{NECESSITY} Trường hợp {number + 1}."
    station.desk.review.decide(
        actor, case.id, Decision(measure, reason, basis, "Ban quản trị diễn đàn Bến Sông")
    )
