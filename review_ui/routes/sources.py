"""Sources: proposed by one admin, confirmed by another, stopped by anybody on duty."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.alphabet import alphabetical
from lachan.domain.budget import Budget
from lachan.domain.errors import ConflictError, InputError, LachanError, PermissionDenied, RefusedError
from lachan.domain.post import Source, SourceKind, SourcePurpose
from lachan.domain.taxonomy import Audience
from lachan.pipeline.crawl_status import crawl_status
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Visit

router = APIRouter(include_in_schema=False)

MEGABYTE: Final = 1_000_000  # bytes
#: What the form of a new source proposes: a small forum whole, a large one in pieces.
PRESETS: Final = {"pages_day": "5000", "bytes_day": "500"}
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,40}\Z")


@router.get("/admin/sources")
def sources(visit: AtDesk) -> Response:
    return _show(visit)


@router.post("/admin/sources")
def propose(visit: AtDesk) -> Response:
    try:
        visit.desk.sources.propose(visit.person, _source(visit))
    except PermissionDenied:
        raise
    except (InputError, RefusedError, ConflictError) as error:
        return _show(visit, error)
    return visit.go("/admin/sources")


@router.post("/admin/sources/{key}/confirm")
def confirm(visit: AtDesk, key: str) -> Response:
    try:
        visit.desk.sources.confirm(visit.person, key)
    except PermissionDenied:
        raise
    except RefusedError as error:
        return _show(visit, error)
    return visit.go("/admin/sources")


@router.post("/admin/sources/{key}/resume")
def resume(visit: AtDesk, key: str) -> Response:
    visit.desk.sources.resume(visit.person, key)
    return visit.go("/admin/sources")


@router.post("/admin/sources/{key}/stop")
def stop(visit: AtDesk, key: str) -> Response:
    visit.desk.sources.stop(visit.person, key)
    return visit.go("/admin/sources" if visit.can("manage_sources") else "/stop")


@router.post("/admin/sources/{key}/budget")
def budget(visit: AtDesk, key: str) -> Response:
    try:
        visit.desk.sources.set_budget(visit.person, key, _budget(visit))
    except InputError as error:
        return _show(visit, error)
    return visit.go(f"/admin/sources#s-{key}")


def _budget(visit: Visit) -> Budget:
    """Raises InputError."""
    given = {name: _number(visit.field(name)) for name in ("pages_run", "pages_day", "from_hour", "to_hour")}
    for name in ("bytes_run", "bytes_day"):
        megabytes = _number(visit.field(name))
        given[name] = None if megabytes is None else megabytes * MEGABYTE
    return Budget(**given)


def _number(text: str) -> int | None:
    """Raises InputError."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise InputError("a budget is a number above 0; leave it empty for no bound")
    return int(text)


def _source(visit: Visit) -> Source:
    """Raises InputError."""
    key, url = visit.field("key"), visit.field("url")
    if not _KEY.match(key):
        raise InputError("a key has small letters, digits and dashes only")
    try:
        kind, audience = SourceKind(visit.field("kind")), Audience(visit.field("audience"))
        purpose = SourcePurpose(visit.field("purpose"))
    except ValueError as error:
        raise InputError(f"choose from the list: {error}") from None
    return Source(
        key=key,
        title=visit.field("title"),
        kind=kind,
        url=url,
        url_prefix=visit.field("url_prefix") or urljoin(url, "."),
        audience=audience,
        purpose=purpose,
        legal_basis=visit.field("legal_basis"),
        contact=visit.field("contact"),
        budget=_budget(visit),
        proposed_by=visit.person.name,
    )


def _show(visit: Visit, error: LachanError | None = None) -> Response:
    with visit.desk.database.read() as unit:
        found = sorted(unit.sources.all(), key=lambda source: alphabetical(source.title))
        reading = {one.key: one for one in crawl_status(unit, visit.desk.clock())}
    return visit.page(
        "admin_sources.html",
        status_of(error) if error else 200,
        sources=found,
        reading=reading,
        silent=[source for source in found if source.key in reading and reading[source.key].silent],
        presets=PRESETS,
        megabyte=MEGABYTE,
        kinds=list(SourceKind),
        audiences=list(Audience),
        purposes=list(SourcePurpose),
        typed={name: visit.field(name) for name in visit.form} if error else {},
        refusal=visit.language.refusal(error) if error else "",
    )
