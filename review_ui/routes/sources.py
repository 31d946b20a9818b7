"""Sources: proposed by one admin, confirmed by another, stopped by anybody on duty."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.errors import ConflictError, InputError, LachanError, PermissionDenied, RefusedError
from lachan.domain.post import Source, SourceKind, SourcePurpose
from lachan.domain.taxonomy import Audience
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Visit

router = APIRouter(include_in_schema=False)

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
        proposed_by=visit.person.name,
    )


def _show(visit: Visit, error: LachanError | None = None) -> Response:
    with visit.desk.database.read() as unit:
        found = unit.sources.all()
    return visit.page(
        "admin_sources.html",
        status_of(error) if error else 200,
        sources=found,
        kinds=list(SourceKind),
        audiences=list(Audience),
        purposes=list(SourcePurpose),
        typed={name: visit.field(name) for name in visit.form} if error else {},
        refusal=visit.language.refusal(error) if error else "",
    )
