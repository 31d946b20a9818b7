"""Notices: letters that ask or warn, their states and their clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from lachan.domain.measure import Measure
from lachan.domain.taxonomy import Category
from lachan.domain.transition import StateTable

REPLY_WITHIN: Final = timedelta(hours=24)  # NĐ 333/2026 Đ16.4, NĐ 147/2024 Đ23.5, 36.7: from receipt


class NoticeState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    APPROVED = "approved"
    ISSUED = "issued"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    COMPLIED = "complied"
    PARTLY = "partly"
    REFUSED = "refused"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"


class NoticeAct(StrEnum):
    SUBMIT = "submit"
    REJECT = "reject"
    REDRAFT = "redraft"
    APPROVE = "approve"
    ISSUE = "issue"
    DELIVER = "deliver"
    ACKNOWLEDGE = "acknowledge"
    COMPLY = "comply"
    COMPLY_PARTLY = "comply_partly"
    REFUSE = "refuse"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    RESTORE = "restore"


_N, _A = NoticeState, NoticeAct
NOTICE_TABLE: Final = StateTable(
    "the notice",
    _N.DRAFT,
    {
        (_N.DRAFT, _A.SUBMIT): _N.SUBMITTED,
        (_N.SUBMITTED, _A.REJECT): _N.REJECTED,
        (_N.REJECTED, _A.REDRAFT): _N.DRAFT,
        (_N.SUBMITTED, _A.APPROVE): _N.APPROVED,
        (_N.APPROVED, _A.ISSUE): _N.ISSUED,
        (_N.ISSUED, _A.DELIVER): _N.DELIVERED,
        (_N.DELIVERED, _A.ACKNOWLEDGE): _N.ACKNOWLEDGED,
        (_N.ACKNOWLEDGED, _A.COMPLY): _N.COMPLIED,
        (_N.ACKNOWLEDGED, _A.COMPLY_PARTLY): _N.PARTLY,
        (_N.ACKNOWLEDGED, _A.REFUSE): _N.REFUSED,
        (_N.ISSUED, _A.EXPIRE): _N.OVERDUE,
        (_N.DELIVERED, _A.EXPIRE): _N.OVERDUE,
        (_N.ACKNOWLEDGED, _A.EXPIRE): _N.OVERDUE,
        (_N.OVERDUE, _A.COMPLY): _N.COMPLIED,
        (_N.OVERDUE, _A.REFUSE): _N.REFUSED,
        **{
            (state, _A.WITHDRAW): _N.WITHDRAWN
            for state in (
                _N.ISSUED,
                _N.DELIVERED,
                _N.ACKNOWLEDGED,
                _N.COMPLIED,
                _N.PARTLY,
                _N.REFUSED,
                _N.OVERDUE,
            )
        },
        (_N.WITHDRAWN, _A.RESTORE): _N.RESTORED,
    },
)


class PageCheck(StrEnum):
    """What the second fetch before approval found at the URL."""

    UNCHECKED = "unchecked"
    PRESENT = "present"
    CHANGED = "changed"
    GONE = "gone"
    UNREACHABLE = "unreachable"
    UNCHECKABLE = "uncheckable"  # its kind of source has no way to ask for one post


@dataclass(frozen=True)
class Notice:
    """A letter about one case. `code` is the random word-code that opens an appeal; `url` what it is about.

    `description` is the redacted account of the facts; `necessity` why no lesser measure serves.
    `due_at` runs from receipt (`delivered_at`).
    """

    id: int
    case: int
    measure: Measure
    state: NoticeState
    code: str
    recipient: str
    url: str
    categories: tuple[Category, ...]
    citations: tuple[str, ...]
    description: str
    necessity: str
    content_hash: str
    captured_at: datetime
    drafted_by: str
    drafted_at: datetime
    page_check: PageCheck = PageCheck.UNCHECKED
    checked_at: datetime | None = None
    approved_by: str | None = None
    issued_at: datetime | None = None
    delivered_at: datetime | None = None
    due_at: datetime | None = None

    @property
    def number(self) -> str:
        """How people call it: `TB-000012`."""
        return notice_number(self.id)


def notice_number(notice_id: int) -> str:
    """`TB-000012` (thông báo)."""
    return f"TB-{notice_id:06d}"


def due(delivered_at: datetime) -> datetime:
    """When the answer is due: 24 hours from receipt."""
    return delivered_at + REPLY_WITHIN
