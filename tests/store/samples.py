"""Harmless stand-ins for every value the store keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lachan.domain.appeal import Appeal, AppealState
from lachan.domain.assessment import Assessment, Label, Reason, Span
from lachan.domain.audit import AuditEvent
from lachan.domain.case import Case
from lachan.domain.measure import Measure
from lachan.domain.notice import Notice, NoticeState
from lachan.domain.post import Post, Source, SourceKind, SourcePurpose
from lachan.domain.referral import HarmSource, RecipientKind, Referral, ReferralState
from lachan.domain.taxonomy import AgeBand, Audience, Category, Context, Route
from lachan.pipeline.ports import NewCase
from lachan.store import SqlDatabase

NOW = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def post(number: int = 1, **changes: Any) -> Post:
    values: dict[str, Any] = {
        "fingerprint": f"{number:064x}",
        "source": "truong",
        "text": f"bài viết thử số {number}",
        "url": f"https://example.org/bai/{number}",
        "author_hash": "a" * 64,
        "published_at": NOW - HOUR,
        "captured_at": NOW,
        "audience": Audience.MINORS,
    }
    return Post(**(values | changes))


def assessment(*categories: Category, **changes: Any) -> Assessment:
    named = categories or (Category.CHILD_VIOLENCE,)
    values: dict[str, Any] = {
        "route": Route.REVIEW,
        "context": Context.PROMOTING,
        "model": "thu@0123",
        "labels": tuple(Label(category, 0.75) for category in named),
        "spans": (Span(0, 3, named[0]),),
        "reasons": (Reason("rule", 0, 3), Reason("no_place")),
        "urgent": False,
        "age": AgeBand.CHILD_U16,
    }
    return Assessment(**(values | changes))


def new_case(number: int = 1, **changes: Any) -> NewCase:
    values: dict[str, Any] = {
        "post": post(number),
        "assessment": assessment(),
        "delete_text_at": NOW + 14 * DAY,
        "bands": (f"band-{number}-a", f"band-{number}-b"),
    }
    return NewCase(**(values | changes))


def opened(database: SqlDatabase, *new: NewCase) -> list[Case]:
    """Open these cases (or one) in a unit of their own."""
    with database.write() as unit:
        return unit.cases.open_many(new or (new_case(),))


def notice(case: int, **changes: Any) -> Notice:
    values: dict[str, Any] = {
        "id": 0,
        "case": case,
        "measure": Measure.REMOVAL_REQUEST,
        "state": NoticeState.DRAFT,
        "code": "sen-tre-may",
        "recipient": "Ban quản trị diễn đàn",
        "url": "https://example.org/bai/1",
        "categories": (Category.CHILD_VIOLENCE,),
        "citations": ("L116-7.2.d",),
        "description": "mô tả thử",
        "necessity": "vì sao cần thiết, viết thử",
        "content_hash": "c" * 64,
        "captured_at": NOW,
        "drafted_by": "can.bo",
        "drafted_at": NOW,
    }
    return Notice(**(values | changes))


def referral(case: int, **changes: Any) -> Referral:
    values: dict[str, Any] = {
        "id": 0,
        "case": case,
        "state": ReferralState.OPENED,
        "recipient": RecipientKind.HOTLINE_111,
        "harm_source": HarmSource.UNKNOWN,
        "need": "cần giúp, viết thử",
        "opened_by": "bao.ve",
        "opened_at": NOW,
    }
    return Referral(**(values | changes))


def appeal(case: int, notice: int, **changes: Any) -> Appeal:
    values: dict[str, Any] = {
        "id": 0,
        "notice": notice,
        "case": case,
        "state": AppealState.RECEIVED,
        "reason": "lý do thử",
        "received_at": NOW,
    }
    return Appeal(**(values | changes))


def source(key: str = "truong", **changes: Any) -> Source:
    values: dict[str, Any] = {
        "key": key,
        "title": "Trang trường thử",
        "kind": SourceKind.FORUM,
        "url": "https://example.org/dien-dan",
        "url_prefix": "https://example.org/",
        "audience": Audience.MINORS,
        "purpose": SourcePurpose.MINORS_PRESENT,
        "legal_basis": "kế hoạch thử",
        "contact": "lien-he@example.org",
        "proposed_by": "quan.tri",
    }
    return Source(**(values | changes))


def event(number: int = 1, subject: str = "VV-000001") -> AuditEvent:
    return AuditEvent(NOW, "can.bo", "case:claim", subject, {"number": number, "share": 1.0, "note": None})
