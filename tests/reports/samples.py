"""Harmless stand-ins: facts without text, letters about nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from lachan.domain import citation
from lachan.domain.case import CaseState
from lachan.domain.measure import TWO_PERSON, Measure
from lachan.domain.notice import Notice, NoticeState, PageCheck
from lachan.domain.taxonomy import AgeBand, Category, Context, Route
from lachan.pipeline.ports import FactRow, Letterhead

MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
NOW = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)

LETTERHEAD = Letterhead(
    parent_body="Công an tỉnh Mẫu",
    issuer="Phòng Mẫu",
    issuer_code="CAT-PM",
    place="Ninh Bình",
    signer_title="KT. Trưởng phòng\nPhó Trưởng phòng",
    signer_name="Người Ký Mẫu",
    contact="số 1 đường Mẫu",
)


def fact(number: int = 1, **changes: Any) -> FactRow:
    """A confirmed review case of the week."""
    values: dict[str, Any] = {
        "case": number,
        "day": MONDAY,
        "captured_day": MONDAY,
        "route": Route.REVIEW,
        "state": CaseState.CLOSED,
        "categories": (Category.DRUGS_TO_MINORS,),
        "context": Context.PROMOTING,
        "urgent": False,
        "age": AgeBand.CHILD_U16,
        "source": "dien-dan",
        "measure": Measure.OWNER_WARNING,
        "overturned": False,
        "post_count": 1,
        "opened_at": NOW,
        "decided_at": NOW,
        "closed_at": NOW,
    }
    return FactRow(**(values | changes))


def protect_fact(number: int = 1, **changes: Any) -> FactRow:
    """A protection case that was referred."""
    values: dict[str, Any] = {
        "route": Route.PROTECT,
        "context": Context.VICTIM,
        "measure": Measure.REFERRAL,
        "categories": (Category.CHILD_VIOLENCE,),
    }
    return fact(number, **(values | changes))


def notice(
    measure: Measure = Measure.REMOVAL_REQUEST,
    categories: tuple[Category, ...] = (Category.DRUGS_TO_MINORS,),
    **changes: Any,
) -> Notice:
    """An issued letter on a complete legal basis."""
    values: dict[str, Any] = {
        "id": 12,
        "case": 7,
        "measure": measure,
        "state": NoticeState.ISSUED,
        "code": "7K3M9PQ2XT4V",
        "recipient": "Công ty Nền tảng Mẫu",
        "url": "https://example.org/chu-de/trang-2?p=88&q=1#post-88112",
        "categories": categories,
        "citations": citation.suggested(measure, categories, AgeBand.CHILD_U16, NOW.date(), {}),
        "description": "mô tả mẫu, đã che [tên]",
        "necessity": "vì sao cần biện pháp này, viết mẫu cho đủ dài",
        "content_hash": "9f2b" * 16,
        "captured_at": NOW,
        "drafted_by": "can.bo",
        "drafted_at": NOW,
        "page_check": PageCheck.PRESENT,
        "checked_at": NOW + HOUR,
        "approved_by": "phe.duyet" if measure in TWO_PERSON else None,
        "issued_at": NOW + 2 * HOUR,
    }
    return Notice(**(values | changes))
