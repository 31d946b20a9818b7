"""The sample town: served on loopback, crawled for real, judged, decided in part, summed up.

Every step can be interrupted: what was done is in the data folder, and a second start goes on from there.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from lachan.app.bootstrap import DEMO, KIND, Application, clock
from lachan.app.demo_accounts import DemoLogin
from lachan.app.demo_decisions import DECIDED_STATES, Decided, decide_some
from lachan.app.settings import Settings
from lachan.app.town_server import TownServer, serve_town
from lachan.domain.errors import ConflictError, LachanError, NotFound, RefusedError
from lachan.domain.measure import TWO_PERSON
from lachan.domain.notice import NoticeState
from lachan.domain.post import Source, SourcePurpose
from lachan.domain.taxonomy import Audience, Category, Route, route_of
from lachan.pipeline.ports import CaseFilter, Counter, CrawlSummary

TOWN: Final = "demo_town"  # state row: port and start of the town, so that a second start serves the same
DECIDED: Final = "demo_decided"
CRAWL_TIMEOUT: Final = 600.0  # seconds


@dataclass(frozen=True)
class Recall:
    """The judge against the planted truth, posts in `none` included."""

    planted: int
    found: int
    harmless: int
    false_flags: int


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """One demo a folder. Raises ConflictError when another process is at it."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.data / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError(
                f"another demo is at work on {settings.data}: stop it, or choose another LACHAN_DATA"
            ) from None
        yield


def claim_folder(application: Application) -> None:
    """Mark the folder as a demo's. Raises RefusedError when it holds live data."""
    if application.kind == DEMO:
        return
    if application.kind is not None:
        raise RefusedError(
            f"{application.settings.data} holds {application.kind} data: choose another LACHAN_DATA"
        )
    with application.database.write() as unit:
        unit.state.set(KIND, DEMO)
    del application.__dict__["kind"]  # asked once as None; it is a demo now


@contextmanager
def town_of(application: Application) -> Iterator[TownServer]:
    """Serve the town where it was served before: permalinks carry its port, dates its first start."""
    with application.database.read() as unit:
        known = unit.state.get(TOWN)
    remembered: dict[str, Any] = json.loads(known) if known else {"port": 0, "now": clock().isoformat()}
    with ExitStack() as open_now:
        try:
            town = open_now.enter_context(
                serve_town(remembered["port"], now=datetime.fromisoformat(remembered["now"]))
            )
        except OSError as error:
            raise ConflictError(
                f"port {remembered['port']}, where this demo's town lives, is taken ({error.strerror}): "
                "free it, or start afresh in another LACHAN_DATA"
            ) from error
        if known is None:
            port = int(town.url.rsplit(":", 1)[1])
            with application.database.write() as unit:
                unit.state.set(TOWN, json.dumps({**remembered, "port": port}))
        yield town


def register_places(application: Application, town: TownServer, logins: list[DemoLogin]) -> list[str]:
    """Register the town's places as two admins do; returns their keys."""
    first, second = (application.accounts.named(login.name) for login in logins[:2])
    for place in town.places():
        try:
            with application.database.read() as unit:
                unit.sources.get(place.key)
        except NotFound:
            application.sources.propose(
                first,
                Source(
                    key=place.key,
                    title=place.title,
                    kind=place.kind,
                    url=place.url,
                    url_prefix=place.url_prefix,
                    audience=Audience.MINORS if place.for_minors else Audience.GENERAL,
                    purpose=SourcePurpose.MINORS_PRESENT,
                    legal_basis="Luật Trẻ em số 102/2016/QH13, Điều 54",
                    contact="dữ liệu mẫu",
                    proposed_by=first.name,
                ),
            )
        with application.database.read() as unit:
            waiting = unit.sources.get(place.key).confirmed_by is None
        if waiting:
            application.sources.confirm(second, place.key)
    return [place.key for place in town.places()]


def crawl_in_child(data: Path) -> CrawlSummary:
    """One crawl in a process of its own. Raises LachanError with the child's own words when it fails."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "lachan.app.cli", "crawl", "--json"],
            env={**os.environ, "LACHAN_DATA": str(data)},
            capture_output=True,
            text=True,
            timeout=CRAWL_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LachanError(
            f"the crawl was ended after {CRAWL_TIMEOUT:.0f} s, this machine is very busy: start again, it goes on"
        ) from None
    if done.returncode != 0:
        why = done.stderr.strip()[-500:].removeprefix("lachan: ")
        raise LachanError(f"the crawl stopped: {why or 'no word why'}")
    read = json.loads(done.stdout.splitlines()[-1])
    return CrawlSummary(**{**read, "problems": tuple(read["problems"])})


def decide_once(application: Application, town: TownServer, logins: list[DemoLogin]) -> Decided:
    """Decide a handful of cases by script, once a folder."""
    with application.database.read() as unit:
        known = unit.state.get(DECIDED)
    if known is not None:
        return Decided(**json.loads(known))
    decided = decide_some(application, town.truth(), logins)
    with application.database.write() as unit:
        unit.state.set(DECIDED, json.dumps(decided.__dict__))
    return decided


def measure(application: Application, town: TownServer) -> Recall:
    """How the judge did on what was planted (posts that the crawl may reach)."""
    flagged: dict[str, Route] = {}
    with application.database.read() as unit:
        for case in unit.cases.find(CaseFilter(), limit=10_000):
            for post in unit.cases.posts(case.id, limit=1000):
                flagged[post.url] = case.route
    planted = found = harmless = false_flags = 0
    for permalink, truth in town.truth().items():
        wanted = route_of(truth.categories, truth.context)
        got = flagged.get(permalink, Route.NONE)
        if wanted is Route.NONE:
            harmless += 1
            false_flags += got is not Route.NONE
        else:
            planted += 1
            found += got is wanted
    return Recall(planted, found, harmless, false_flags)


def counts(application: Application, decided: Decided, seconds: float, recall: Recall) -> dict[str, Any]:
    """The one JSON object of `demo --once --json`."""
    with application.database.read() as unit:
        sums = unit.sources.totals()
        routes = {
            route.value: unit.cases.count(CaseFilter(route=route)) for route in (Route.REVIEW, Route.PROTECT)
        }
        categories = {
            category.value: unit.cases.count(CaseFilter(category=category)) for category in Category
        }
        notices = unit.notices.counts()
        result = {
            **{counter.value: sums[counter] for counter in Counter},
            "inbox_left": unit.inbox.size(),
            "cases": {"by_route": routes, "by_category": categories},
            "decided": unit.cases.count(CaseFilter(states=DECIDED_STATES)),
            "approved": sum(
                notice.approved_by is not None
                for notice in unit.notices.find(limit=10_000)
                if notice.measure in TWO_PERSON
            ),
            "self_approvals": {"tried": decided.tried, "refused": decided.refused},
            "referrals": len(unit.referrals.pending()),
            "notices": {"by_state": {s.value: notices[s] for s in NoticeState if notices.get(s)}},
            "indexed": len(application.index.cases()),
            "audit_events": unit.audit.head()[0],
        }
    result["recall"] = {
        "planted": recall.planted,
        "found": recall.found,
        "harmless": recall.harmless,
        "false_flags": recall.false_flags,
    }
    result["seconds"] = round(seconds, 1)
    return result
