"""The read model for reports; letters and reports as documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from lachan.domain.appeal import Appeal
from lachan.domain.case import CaseState, Third
from lachan.domain.measure import Measure
from lachan.domain.notice import Notice
from lachan.domain.referral import Referral
from lachan.domain.taxonomy import AgeBand, Category, Context, Route


@dataclass(frozen=True)
class FactRow:
    """One closed or open case without text, for counting. `day` is that of publication, else of capture,
    in Asia/Ho_Chi_Minh; `captured_day` likewise of capture."""

    case: int
    day: date
    captured_day: date
    route: Route
    state: CaseState
    categories: tuple[Category, ...]
    context: Context
    urgent: bool
    age: AgeBand
    source: str
    measure: Measure | None
    overturned: bool
    post_count: int
    opened_at: datetime
    decided_at: datetime | None
    closed_at: datetime | None
    third: Third | None = None


class FigureStore(Protocol):
    def facts(self, first: date, last: date) -> list[FactRow]:
        """Every case whose day lies in the inclusive range."""
        ...

    def notices(self, first: date, last: date) -> list[Notice]:
        """Notices drafted in the inclusive range of days (Asia/Ho_Chi_Minh)."""
        ...

    def referrals(self, first: date, last: date) -> list[Referral]: ...

    def appeals(self, first: date, last: date) -> list[Appeal]: ...


@dataclass(frozen=True)
class Letterhead:
    """Who writes. `place` is the place-name of the dateline."""

    parent_body: str
    issuer: str
    issuer_code: str
    place: str
    signer_title: str
    signer_name: str
    contact: str


class NoticeWriter(Protocol):
    def html(self, notice: Notice, letterhead: Letterhead, *, demo: bool) -> str: ...

    def docx(self, notice: Notice, letterhead: Letterhead, *, demo: bool) -> bytes: ...


class ReportKind(StrEnum):
    WEEKLY = "weekly"
    ADHOC = "adhoc"


class ReportFormat(StrEnum):
    HTML = "html"
    CSV = "csv"
    JSON = "json"


class ReportWriter(Protocol):
    """Sums up what people confirmed in an inclusive range of days (Asia/Ho_Chi_Minh)."""

    def write(self, kind: ReportKind, first: date, last: date, form: ReportFormat) -> bytes:
        """UTF-8 bytes of a whole document. A week runs from Monday to Sunday."""
        ...
