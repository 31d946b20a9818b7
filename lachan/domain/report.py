"""Reports from people: a child, a parent, a teacher tells; a person reads every one and answers.

received -> read -> classified -> answered -> closed        withdrawn: by whoever has the word-code, at any time
quarantined (a flood) -> received, when a person releases it, or read where it lies
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from lachan.domain.errors import InputError
from lachan.domain.notice import PageCheck
from lachan.domain.transition import StateTable

MAX_TEXT: Final = 5000  # code points, of what is written at first and of each addition
MAX_URL: Final = 2000
MAX_CONTACT: Final = 500
MAX_ANSWER: Final = 5000
MAX_ADDITIONS: Final = 20  # more in one report are a flood
READ_WITHIN: Final = timedelta(days=7)
KEEP_UNANSWERED: Final = timedelta(days=14)  # then another term: nothing is deleted unread
KEEP_ANSWERED: Final = timedelta(days=30)
RECHECK_AFTER: Final = (timedelta(days=1), timedelta(days=7), timedelta(days=30))


class Reporter(StrEnum):
    """Who tells, in their own words; nobody checks it, nobody asks for a name."""

    CHILD = "child"
    PARENT = "parent"
    TEACHER = "teacher"
    OTHER = "other"


class ReportState(StrEnum):
    RECEIVED = "received"
    QUARANTINED = "quarantined"
    READ = "read"
    CLASSIFIED = "classified"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ReportAct(StrEnum):
    RELEASE = "release"
    READ = "read"
    CLASSIFY = "classify"
    ANSWER = "answer"
    ADD = "add"
    WITHDRAW = "withdraw"
    CLOSE = "close"


class ReportOutcome(StrEnum):
    """What a person found, for the ledger. A closed list, without a word of what was told."""

    CHILD_HELPED = "child_helped"  # a protection case was opened
    CONTENT_REVIEWED = "content_reviewed"  # a review case was opened
    ADVISED = "advised"
    HANDED_ON = "handed_on"  # it is for somebody else, and the answer says for whom
    NO_HARM = "no_harm"
    NO_REPORT = "no_report"  # advertising, a machine, an empty joke


class ReportDesk(StrEnum):
    """Who reads it: whatever may tell of a child's need goes to the protection officers."""

    PROTECT = "protect"
    REVIEW = "review"


class Quarantine(StrEnum):
    """Why a report waits apart; it is read all the same."""

    FLOOD = "flood"
    TRAP = "trap"  # the field that people do not see was filled in


class ContactReason(StrEnum):
    """Why a protection officer looks at how somebody can be reached; it is logged."""

    DANGER_NOW = "danger_now"
    ARRANGE_HELP = "arrange_help"
    ASK_BACK = "ask_back"


_S, _A = ReportState, ReportAct
REPORT_TABLE: Final = StateTable(
    "the report",
    _S.RECEIVED,
    {
        (_S.QUARANTINED, _A.RELEASE): _S.RECEIVED,
        (_S.QUARANTINED, _A.READ): _S.READ,
        (_S.QUARANTINED, _A.ADD): _S.QUARANTINED,
        (_S.QUARANTINED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.RECEIVED, _A.READ): _S.READ,
        (_S.RECEIVED, _A.ADD): _S.RECEIVED,
        (_S.RECEIVED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.READ, _A.CLASSIFY): _S.CLASSIFIED,
        (_S.READ, _A.ADD): _S.RECEIVED,  # what was added has not been read
        (_S.READ, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.CLASSIFIED, _A.CLASSIFY): _S.CLASSIFIED,
        (_S.CLASSIFIED, _A.ANSWER): _S.ANSWERED,
        (_S.CLASSIFIED, _A.ADD): _S.RECEIVED,
        (_S.CLASSIFIED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.ANSWERED, _A.ADD): _S.RECEIVED,
        (_S.ANSWERED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.ANSWERED, _A.CLOSE): _S.CLOSED,
    },
)
#: In these nobody has read the latest words yet.
UNREAD: Final = (ReportState.RECEIVED, ReportState.QUARANTINED)
#: In these something is still to be done.
OPEN: Final = (*UNREAD, ReportState.READ, ReportState.CLASSIFIED)


@dataclass(frozen=True)
class PublicReport:
    """What somebody told. `words`: what was written, then each addition; empty once its time is over, as are
    `url`, `reporter` and `answer`. How to reach them is kept apart, under a key of its own.

    `told_at` is when the latest words came, `delete_text_at` when all of that is gone. `read_at` and
    `classified_at` are of the first time, `answered_at` of the last. Times are aware.
    """

    id: int
    state: ReportState
    desk: ReportDesk
    received_at: datetime
    told_at: datetime
    delete_text_at: datetime
    reporter: Reporter | None
    words: tuple[str, ...]
    url: str = ""
    has_contact: bool = False
    wants_removal: bool = False
    urgent: bool = False
    quarantine: Quarantine | None = None
    read_by: str | None = None
    read_at: datetime | None = None
    outcome: ReportOutcome | None = None
    classified_at: datetime | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    protect_case: int | None = None
    review_case: int | None = None

    @property
    def number(self) -> str:
        return report_number(self.id)

    @property
    def due_at(self) -> datetime:
        """When a person must have read the latest words."""
        return self.told_at + READ_WITHIN


def report_number(report_id: int) -> str:
    """`PA-000123` (phản ánh)."""
    return f"PA-{report_id:06d}"


@dataclass(frozen=True)
class Told:
    """What the public form and the API take. `danger_now`: somebody is in danger at this moment."""

    reporter: Reporter
    text: str = ""
    url: str = ""
    contact: str = ""
    wants_removal: bool = False
    danger_now: bool = False


def check_told(told: Told) -> Told:
    """The same without blanks around. Raises InputError saying what to change."""
    text, url, contact = told.text.strip(), told.url.strip(), told.contact.strip()
    if not text and not url:
        raise InputError("write what happened, or give the address of the page")
    check_length(text, MAX_TEXT)
    if len(url) > MAX_URL:
        raise InputError(f"the address is longer than {MAX_URL} characters")
    if len(contact) > MAX_CONTACT:
        raise InputError(f"write how to reach you in at most {MAX_CONTACT} characters")
    if told.wants_removal and told.reporter not in (Reporter.CHILD, Reporter.PARENT):
        raise InputError("the child, or a parent or guardian, can ask for a removal")
    if told.wants_removal and not url:
        raise InputError("give the address of the page that is to be removed")
    return Told(told.reporter, text, url, contact, told.wants_removal, told.danger_now)


def check_length(text: str, limit: int) -> None:
    if len(text) > limit:
        raise InputError(f"write at most {limit} characters")


def desk_for(told: Told, *, urgent: bool) -> ReportDesk:
    """Only an adult's plain pointer to a page goes to the review desk; all else may be a child's need."""
    plain = told.reporter is not Reporter.CHILD and told.url and not told.contact
    return ReportDesk.REVIEW if plain and not urgent and not told.wants_removal else ReportDesk.PROTECT


# --- Removals ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Recheck:
    """What stood at the address at one look."""

    at: datetime
    found: PageCheck


@dataclass(frozen=True)
class Removal:
    """A child's (or guardian's) request that a page about them goes (NĐ 56/2017 Đ36.3): looked at again after 1,
    7 and 30 days. `case` is the review case that asks for it; `url` and `quote` are "" once their time is over."""

    id: int
    report: int
    case: int
    url: str
    quote: str
    started_at: datetime
    next_at: datetime | None
    checks: tuple[Recheck, ...] = ()

    @property
    def keep_until(self) -> datetime:
        """When the address must be forgotten: a day after the last look."""
        return self.started_at + RECHECK_AFTER[-1] + timedelta(days=1)


def next_look(started_at: datetime, now: datetime) -> datetime | None:
    """When to look again, seen from `now`; None after the last look. What was missed is not made up for."""
    return next((started_at + after for after in RECHECK_AFTER if started_at + after > now), None)


# --- The ledger --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class LedgerRow:
    """One report in the ledger: number, times, outcome; nothing of what was told, nobody's name."""

    report: int
    state: ReportState
    received_at: datetime
    told_at: datetime
    read_at: datetime | None
    classified_at: datetime | None
    outcome: ReportOutcome | None
    answered_at: datetime | None
    closed_at: datetime | None

    @property
    def number(self) -> str:
        return report_number(self.report)

    def overdue(self, now: datetime) -> bool:
        """Whether 7 days passed before somebody read it, or its latest words."""
        late_at_first = (self.read_at or now) - self.received_at > READ_WITHIN
        return late_at_first or (self.state in UNREAD and now - self.told_at > READ_WITHIN)


@dataclass(frozen=True)
class LedgerTotals:
    """`received` counts every report, floods included; what was withdrawn is no longer due for anything.

    `overdue`: nobody read them within 7 days, or has not read them yet and the 7 days are over.
    `received - withdrawn = answered + waiting`.
    """

    received: int
    withdrawn: int
    read: int
    classified: int
    answered: int
    waiting: int
    overdue: int

    def share(self, done: int) -> float | None:
        """`done` of what was due, 0 to 1; None when nothing was due."""
        due = self.received - self.withdrawn
        return done / due if due else None


def ledger_totals(rows: Sequence[LedgerRow], now: datetime) -> LedgerTotals:
    """Sums over ledger rows."""
    standing = [row for row in rows if row.state is not ReportState.WITHDRAWN]
    done = (ReportState.ANSWERED, ReportState.CLOSED)
    return LedgerTotals(
        received=len(rows),
        withdrawn=len(rows) - len(standing),
        read=sum(row.read_at is not None for row in standing),
        classified=sum(row.classified_at is not None for row in standing),
        answered=sum(row.state in done for row in standing),
        waiting=sum(row.state not in done for row in standing),
        overdue=sum(row.overdue(now) for row in standing),
    )


def outcomes(rows: Sequence[LedgerRow]) -> Mapping[ReportOutcome, int]:
    """How many of each outcome, every outcome present."""
    return {outcome: sum(row.outcome is outcome for row in rows) for outcome in ReportOutcome}
