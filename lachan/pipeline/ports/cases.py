"""Cases, letters, referrals and who receives them, appeals, and reports from people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from lachan.domain.appeal import Appeal
from lachan.domain.assessment import Assessment
from lachan.domain.case import Case, CasePost, CaseState
from lachan.domain.directory import DirectoryEntry, Standing
from lachan.domain.flood import Gate, Waiting
from lachan.domain.notice import Notice, NoticeState
from lachan.domain.post import Post
from lachan.domain.referral import RecipientKind, Referral
from lachan.domain.report import LedgerRow, PublicReport, Removal, ReportDesk, ReportState
from lachan.domain.taxonomy import AgeBand, Category, Route


@dataclass(frozen=True)
class NewCase:
    """A flagged post that opens a case."""

    post: Post
    assessment: Assessment
    delete_text_at: datetime
    bands: tuple[str, ...] = ()  # keyed MinHash band digests of the text, for near-copies; empty for protect
    linked_case: int | None = None
    held_back: bool = False  # by the flood brake


@dataclass(frozen=True)
class CopyCandidate:
    """An existing case that shares a MinHash band; `first_text` is None where its key is destroyed."""

    case: int
    state: CaseState
    route: Route
    categories: tuple[Category, ...]
    first_text: str | None


class QueueOrder(StrEnum):
    """`urgent` first, then severity × age; or by age alone."""

    PRIORITY = "priority"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; empty fields do not restrict. Days are inclusive, of `week_of` in Asia/Ho_Chi_Minh."""

    route: Route | None = None
    states: tuple[CaseState, ...] = ()
    category: Category | None = None
    without: tuple[Category, ...] = ()
    source: str | None = None
    urgent: bool | None = None
    claimed_by: str | None = None
    not_decided_by: str | None = None  # nor, of what awaits a third person, disagreed with
    first: date | None = None
    last: date | None = None
    age: AgeBand | None = None
    opened_before: datetime | None = None


class CaseStore(Protocol):
    """Cases and their posts. Every save checks `version` and raises ConflictError when it is stale."""

    def open_many(self, cases: Sequence[NewCase]) -> list[Case]:
        """Open cases, state `open`, in one go."""
        ...

    def join(self, case: int, post: Post, assessment: Assessment) -> None:
        """Add a near-copy to a case that is not closed; its text gets the case's day."""
        ...

    def candidates(self, bands: Sequence[str]) -> list[CopyCandidate]:
        """Cases that share a band; closed ones too, newest first."""
        ...

    def candidates_of(self, posts: Sequence[Sequence[str]]) -> list[list[CopyCandidate]]:
        """`candidates` for the bands of each of many posts, in few queries."""
        ...

    def sharing(self, case: int) -> list[CopyCandidate]:
        """Other cases that share a band with this one."""
        ...

    def get(self, case: int) -> Case:
        """Raises NotFound."""
        ...

    def some(self, cases: Sequence[int]) -> list[Case]:
        """Those of `cases` that are there, in their order."""
        ...

    def above(self, case: int, where: CaseFilter, limit: int) -> list[Case]:
        """The next with a larger number, in that order: a walk through all, as fast at its end as at its beginning."""
        ...

    def save(self, case: Case) -> Case:
        """Write every field; returns it with the next version. A new `delete_text_at` re-seals its texts."""
        ...

    def move(self, cases: Sequence[int], before: CaseState, after: CaseState) -> None:
        """One step for many cases; those that are not in `before` any more stay as they are."""
        ...

    def posts(self, case: int, limit: int = 50) -> list[CasePost]:
        """Opened posts, first one first; those whose key is destroyed have text "" and url ""."""
        ...

    def texts(self, cases: Sequence[int]) -> dict[int, str]:
        """The first post's text per case, for queue pages; destroyed ones are left out."""
        ...

    def standing(self, cases: Sequence[int]) -> dict[int, tuple[str, str]]:
        """(thread, text) of the first post per case, else as `texts`. The thread is `Post.thread`, "" where it is not
        known; it lies sealed with the text, goes with it, and no query can look for it."""
        ...

    def find(
        self, where: CaseFilter, *, order: QueueOrder = QueueOrder.PRIORITY, limit: int = 50, offset: int = 0
    ) -> list[Case]: ...

    def first_free(self, where: CaseFilter, *, wait: bool) -> Case | None:
        """In a writing unit: the first case in the order of the queue, locked. One that another unit has locked is
        passed over, or with `wait` waited for; `states` must be given."""
        ...

    def count(self, where: CaseFilter, at_most: int | None = None) -> int:
        """How many; counting stops at `at_most`."""
        ...

    def claim_expired(self, now: datetime) -> list[Case]:
        """Claimed cases whose claim has run out."""
        ...

    def recent_reasons(self, account: str, limit: int = 20) -> list[str]:
        """The last written necessities of this account."""
        ...

    def text_due(self, now: datetime) -> list[int]:
        """Cases whose text must be gone."""
        ...

    def drop(self, cases: Sequence[int]) -> None:
        """Delete cases whole: those that nobody decided on within their time leave no fact behind."""
        ...

    def drop_texts(self, cases: Sequence[int]) -> None:
        """Delete posts' texts, URLs, spans, bands and what was corrected of their places; the textless fact row
        stays."""
        ...

    def drop_facts(self, before: datetime) -> int:
        """Delete fact rows opened before, but of cases whose appeal is open, whose referral nobody accepted, or that
        the index must still learn of; returns how many."""
        ...


class FloodStore(Protocol):
    """The flood brake's books; see `lachan.domain.flood`."""

    def gate(self, source: str, day: date) -> Gate:
        """What a day let in so far. Writing units lock it: the second worker waits for the first."""
        ...

    def note(self, source: str, day: date, opened: Mapping[str, int]) -> None:
        """Add what went through, by thread, and forget the days before."""
        ...

    def hold(self, source: str, held: Sequence[tuple[int, str]]) -> None:
        """Cases and their threads."""
        ...

    def let_go(self, held: Sequence[int]) -> None:
        """They wait no longer."""
        ...

    def waiting(self) -> list[Waiting]:
        """By source."""
        ...

    def next_of(self, source: str, limit: int) -> list[int]:
        """In the order of the queue."""
        ...

    def next_by_thread(self, source: str, limit: int) -> Mapping[str, Sequence[int]]:
        """At most `limit` of each thread (all where the thread is not known), in the order of the queue; so are
        the threads, by their first."""
        ...


class NoticeStore(Protocol):
    def add(self, notice: Notice) -> Notice:
        """`id` 0 in; the stored one out."""
        ...

    def get(self, notice: int) -> Notice: ...

    def by_code(self, code: str) -> Notice:
        """Raises NotFound."""
        ...

    def save(self, notice: Notice) -> Notice: ...

    def of_case(self, case: int) -> list[Notice]: ...

    def find(self, states: Sequence[NoticeState] = (), limit: int = 50, offset: int = 0) -> list[Notice]:
        """Newest first."""
        ...

    def count(self, state: NoticeState) -> int: ...

    def counts(self) -> dict[NoticeState, int]: ...

    def citing(self, clause: str, issued_from: datetime | None = None) -> list[int]:
        """Numbers of those that cite this clause, newest first: issued from that moment on; None: those that wait
        for approval."""
        ...


class ReferralStore(Protocol):
    def add(self, referral: Referral) -> Referral: ...

    def get(self, referral: int) -> Referral: ...

    def save(self, referral: Referral) -> Referral: ...

    def of_case(self, case: int) -> list[Referral]: ...

    def pending(self) -> list[Referral]:
        """Not closed, oldest first."""
        ...


class DirectoryStore(Protocol):
    """The directory of offices that can help. How they are reached is sealed. In a writing unit `get` locks."""

    def add(self, entry: DirectoryEntry) -> DirectoryEntry:
        """`id` 0 in."""
        ...

    def get(self, entry: int) -> DirectoryEntry:
        """Raises NotFound."""
        ...

    def save(self, entry: DirectoryEntry) -> DirectoryEntry: ...

    def find(
        self, *, province: str | None = None, kind: RecipientKind | None = None, national: bool = True
    ) -> list[DirectoryEntry]:
        """Those not retired: of one province (and, with `national`, of the whole country), of one kind."""
        ...

    def standings(self, now: datetime) -> dict[Standing, int]:
        """How many stand so; retired ones are not counted."""
        ...


class AppealStore(Protocol):
    def add(self, appeal: Appeal) -> Appeal: ...

    def get(self, appeal: int) -> Appeal: ...

    def save(self, appeal: Appeal) -> Appeal: ...

    def of_case(self, case: int) -> list[Appeal]: ...

    def pending(self) -> list[Appeal]:
        """Not closed, oldest first."""
        ...


class PublicReportStore(Protocol):
    """What people told. Words are sealed until `delete_text_at`; how to reach somebody lies apart, under keys of
    its own, and comes out by `contact` alone."""

    def add(self, report: PublicReport, code_hash: str, contact: str) -> PublicReport:
        """`id` 0 in; the stored one out."""
        ...

    def get(self, report: int) -> PublicReport:
        """Raises NotFound."""
        ...

    def by_code(self, code_hash: str) -> PublicReport:
        """Raises NotFound."""
        ...

    def contact(self, report: int) -> str | None:
        """How to reach who told; None when nothing was left or its time is over."""
        ...

    def save(self, report: PublicReport) -> None:
        """Write every field. A new `delete_text_at` seals words and contact anew; a report without words loses
        its contact, and a withdrawn one its code, too."""
        ...

    def find(
        self, desks: Sequence[ReportDesk], states: Sequence[ReportState], limit: int = 50, offset: int = 0
    ) -> list[PublicReport]:
        """Urgent first, then what waits longest."""
        ...

    def count(self, desks: Sequence[ReportDesk], states: Sequence[ReportState], urgent: bool = False) -> int:
        """How many; `urgent`: only those."""
        ...

    def oldest(self, desks: Sequence[ReportDesk], states: Sequence[ReportState]) -> datetime | None:
        """Since when the one that waits longest has waited."""
        ...

    def received_since(self, moment: datetime) -> int: ...

    def text_due(self, now: datetime) -> list[int]:
        """Those whose words must be gone."""
        ...

    def ledger(self, first: date, last: date) -> list[LedgerRow]:
        """Received in the inclusive range of days (Asia/Ho_Chi_Minh), oldest first."""
        ...

    def drop(self, before: datetime) -> int:
        """Delete rows of finished reports received before; returns how many."""
        ...


class RemovalStore(Protocol):
    """Addresses that a child or guardian asked to be gone, sealed until a day after the last look."""

    def add(self, removal: Removal) -> Removal: ...

    def of_report(self, report: int) -> list[Removal]: ...

    def due(self, now: datetime) -> list[Removal]:
        """To be looked at again, oldest first."""
        ...

    def save(self, removal: Removal) -> None: ...

    def drop_of(self, report: int) -> None:
        """Forget the removals of a report that was withdrawn."""
        ...
