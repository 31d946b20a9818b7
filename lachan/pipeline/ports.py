"""The seam: what the use cases need from the world.

`Database.write()` is the unit of work and the only commit: it commits when its block ends well and rolls back
when it raises. `Database.read()` never writes. Stores return frozen domain values and raise only domain
errors. Everything that is text, URL or contact is sealed at rest; stores take and return it in clear.
All datetimes are aware; stores keep UTC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from lachan.domain.account import Account
from lachan.domain.alert import Alert, AlertWay
from lachan.domain.appeal import Appeal
from lachan.domain.assessment import Assessment
from lachan.domain.audit import AuditCheckpoint, AuditEvent, AuditLink
from lachan.domain.bulletin import Bulletin, Sending
from lachan.domain.case import Case, CasePost, CaseState, Third
from lachan.domain.flood import Gate, Waiting
from lachan.domain.measure import Measure
from lachan.domain.notice import Notice, NoticeState
from lachan.domain.oncall import Alarm, Duty
from lachan.domain.post import Post, Source
from lachan.domain.promotion import Promotion
from lachan.domain.referral import Referral
from lachan.domain.report import LedgerRow, PublicReport, Removal, ReportDesk, ReportState
from lachan.domain.taxonomy import AgeBand, Audience, Category, Context, Route
from lachan.domain.vetted_list import Issuer, VettedList

Clock = Callable[[], datetime]  # aware, UTC


UrgentWords = Callable[[str], bool]  # whether a text names imminent danger


# --- Keys --------------------------------------------------------------------------------------------------
class KeyRing(Protocol):
    """Keys outside the data folder. A text is sealed under the key of the hour at which it must be gone.

    Destroying that key makes every copy of the text unreadable, backups included.
    """

    def seal(self, clear: str, until: datetime, *, purpose: str) -> bytes:
        """AES-GCM under the key (`purpose`, `until` rounded up to the hour); the key's id is in the output.

        Rounding is part of the ring: all texts of one purpose and hour share a key.
        """
        ...

    def seal_lasting(self, clear: str) -> bytes:
        """AES-GCM under a key that no date destroys: one-time password secrets, registered URLs, contacts."""
        ...

    def open(self, sealed: bytes) -> str:
        """The clear text. Raises KeyDestroyed when its key is gone."""
        ...

    def identity(self, *, create: bool) -> str | None:
        """The ring's random name, by which a database knows its ring; None when there is no ring yet and
        `create` is false."""
        ...

    def secret(self, name: str) -> bytes:
        """32 lasting bytes for `name` (audit signature, sessions); made on first use."""
        ...

    def source_secret(self, source: str, month: str) -> bytes:
        """32 bytes for hashing what came from `source` in `month` (`2026-11`); made on first use."""
        ...

    def destroy_due(self, now: datetime) -> int:
        """Destroy sealing keys whose hour has passed and source secrets older than the previous month."""
        ...


# --- Frontier and inbox ------------------------------------------------------------------------------------
class PageKind(StrEnum):
    """What a frontier URL is expected to be."""

    LISTING = "listing"  # start page, section, feed, sitemap: fetched anew in every crawl
    THREAD = "thread"
    ARTICLE = "article"


@dataclass(frozen=True)
class Validators:
    """What a server said of the page that it sent, to be asked whether that is still so (RFC 9110, 8.8)."""

    etag: str = ""
    modified: datetime | None = None


@dataclass(frozen=True)
class Page:
    """A page to fetch: leased to one worker until `leased_until`.

    `mark` is the keyed hash of what last told that it changed, `validators` what to ask with; both empty when
    there is none. `pause` is how long it rested before it was last read.
    """

    id: int
    source: str
    host: str
    url: str
    kind: PageKind
    tries: int
    leased_until: datetime
    mark: str = ""
    validators: Validators = Validators()
    pause: timedelta | None = None


@dataclass(frozen=True)
class Link:
    """A page found on a page. `mark` is what tells that it changed (reply count, lastmod); "" when unknown.

    `older`: it goes on where this page ends, with what is older; not followed from a page without anything new.
    """

    url: str
    kind: PageKind
    mark: str = ""
    older: bool = False


class FrontierStore(Protocol):
    """URLs to fetch: sealed while pending, keyed hashes once done. A host belongs to one worker at a time."""

    def add(self, source: str, host: str, links: Sequence[Link], now: datetime) -> int:
        """Add what is not known yet, whose mark changed, or whose pause is over (`pace.py`); returns how many."""
        ...

    def lease(
        self, worker: str, now: datetime, until: datetime, limit: int, sources: Sequence[str]
    ) -> list[Page]:
        """Up to `limit` due pages of hosts that no other worker holds; expired leases count as free."""
        ...

    def done(
        self, page: Page, now: datetime, *, changed: bool = True, validators: Validators | None = None
    ) -> None:
        """Finished: the URL is forgotten, a keyed hash stays. Call in the unit that fills the inbox.

        `changed`: it had something new. `validators` are those of a page that came whole; None keeps the old ones:
        the server said that nothing changed.
        """
        ...

    def retry(self, page: Page, now: datetime, not_before: datetime, error: str) -> None:
        """Failed for now; `error` is a short word (`timeout`, `http_503`), shown to operators."""
        ...

    def give_up(self, page: Page, now: datetime, error: str) -> None:
        """Failed for good."""
        ...

    def forget(self, source: str) -> None:
        """Forget what was fetched of this source: the next crawl reads it anew (after inbox rows expired;
        posts that were assessed come back as duplicates)."""
        ...

    def release(self, worker: str) -> None:
        """Free everything that `worker` holds."""
        ...

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Per source: `pending`, `leased`, `done`, `failed`."""
        ...

    def last_done(self) -> Mapping[str, datetime]:
        """Per source: when a page was last finished."""
        ...

    def errors(self) -> Mapping[str, Mapping[str, int]]:
        """Per source: how many pages wait, or were given up, after each error (its short word)."""
        ...


@dataclass(frozen=True)
class InboxRow:
    """A post waiting for the judge."""

    id: int
    post: Post
    tries: int


@dataclass(frozen=True)
class ExpiredRow:
    """A row past its day."""

    id: int
    source: str
    quarantined: bool


class InboxStore(Protocol):
    """Durable, sealed, emptied as it is assessed."""

    def add(self, posts: Sequence[Post], now: datetime) -> int:
        """Add posts whose fingerprint was never seen, and remember the fingerprints; returns how many."""
        ...

    def known(self, fingerprints: Sequence[str]) -> set[str]:
        """Those of `fingerprints` that were ever added or remembered (a source's secret changes by the month)."""
        ...

    def remember(self, fingerprints: Sequence[str], now: datetime) -> None:
        """Keep fingerprints without a post: the new month's names of posts known by last month's."""
        ...

    def claim(
        self, worker: str, now: datetime, until: datetime, limit: int, claimed: int | None = None
    ) -> list[InboxRow]:
        """Lease up to `limit` rows, oldest first; `tries` already counts this claim.

        `claimed`: only rows that were claimed exactly so often before.
        """
        ...

    def release(self, worker: str) -> None:
        """Free everything that `worker` holds: it died. Its claims still count as tries."""
        ...

    def remove(self, ids: Sequence[int]) -> None:
        """Delete assessed rows. Raises ConflictError when one is gone: another worker was faster."""
        ...

    def quarantine(self, ids: Sequence[int], now: datetime, error: str) -> None:
        """Rows that the judge cannot take: kept sealed until their day is over, out of the way."""
        ...

    def forget(self, ids: Sequence[int]) -> None:
        """Delete rows that were never assessed, and their fingerprints: the posts may come again."""
        ...

    def expired(self, now: datetime) -> list[ExpiredRow]:
        """Rows that are a day old, quarantined ones too."""
        ...

    def size(self) -> int:
        """Rows waiting or leased; quarantined ones were counted as failed and are not among them."""
        ...


# --- Sources and counters ----------------------------------------------------------------------------------
class Counter(StrEnum):
    """All that remains of what was let go: counts per source and day."""

    PAGES = "pages_fetched"
    UNCHANGED = "pages_unchanged"
    ROBOTS = "robots_refused"
    ERRORS = "fetch_errors"
    BYTES = "bytes_fetched"
    EXTRACTED = "posts_extracted"
    DUPLICATES = "duplicates"
    INBOXED = "inboxed"
    DROPPED = "dropped"
    STORED = "stored"
    EXPIRED = "expired"
    FAILED = "failed"
    #: What the first of two stages let go, and what became of those of them that were drawn by lot and read in
    #: full; and what was flagged of all that it passed on. See `lachan.domain.first_stage`.
    FIRST_LET_GO = "first_let_go"
    FIRST_DRAWN = "first_drawn"
    FIRST_DRAWN_FLAGGED = "first_drawn_flagged"
    FIRST_PASSED_FLAGGED = "first_passed_flagged"


class SourceStore(Protocol):
    def add(self, source: Source) -> None: ...

    def get(self, key: str) -> Source:
        """Raises NotFound."""
        ...

    def save(self, source: Source) -> None: ...

    def all(self) -> list[Source]: ...

    def titles(self) -> dict[str, str]:
        """Key -> title, of all; nothing is unsealed for it."""
        ...

    def count(self, source: str, day: date, amounts: Mapping[Counter, int]) -> None:
        """Add to the counters of a source and day (UTC)."""
        ...

    def totals(
        self, source: str | None = None, first: date | None = None, last: date | None = None
    ) -> dict[Counter, int]:
        """Sums, every counter present, over inclusive days."""
        ...

    def days_with(self, source: str, counter: Counter, first: date, last: date) -> list[date]:
        """The days (UTC) of the inclusive range on which this was counted at all, in order."""
        ...

    def flag_share(self, source: str, last: int) -> tuple[int, int]:
        """(flagged, judged) over about the last `last` judged posts of the source."""
        ...

    def forget_judged(self, source: str) -> None:
        """Begin `flag_share` anew: two people looked at the source."""
        ...

    def note_judged(self, source: str, flagged: Sequence[bool]) -> None:
        """Remember outcomes (no text) for `flag_share`, newest last."""
        ...


# --- Cases -------------------------------------------------------------------------------------------------
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

    def find(
        self, where: CaseFilter, *, order: QueueOrder = QueueOrder.PRIORITY, limit: int = 50, offset: int = 0
    ) -> list[Case]: ...

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
        """Delete posts' texts, URLs, spans and bands; the textless fact row stays."""
        ...

    def drop_facts(self, before: datetime) -> int:
        """Delete fact rows opened before, but of cases whose appeal is open or that the index must still learn of;
        returns how many."""
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


class ReferralStore(Protocol):
    def add(self, referral: Referral) -> Referral: ...

    def get(self, referral: int) -> Referral: ...

    def save(self, referral: Referral) -> Referral: ...

    def of_case(self, case: int) -> list[Referral]: ...

    def pending(self) -> list[Referral]:
        """Not closed, oldest first."""
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


# --- Accounts and sessions ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Credentials:
    """What proves an account: argon2id hash, sealed TOTP secret (None where the role needs none)."""

    account: str
    password_hash: str
    totp_secret: str | None
    failures: int = 0
    locked_until: datetime | None = None
    last_totp_step: int = 0  # a one-time password works once


@dataclass(frozen=True)
class SessionRow:
    """A session that runs. `handle` names it on a page and opens nothing; `seen_at` is exact to a minute."""

    handle: str
    account: str
    created_at: datetime
    seen_at: datetime
    until: datetime


class AccountStore(Protocol):
    def add(self, account: Account, credentials: Credentials) -> None:
        """Raises ConflictError when the name is taken."""
        ...

    def get(self, name: str) -> Account:
        """Raises NotFound."""
        ...

    def save(self, account: Account) -> None: ...

    def all(self) -> list[Account]: ...

    def credentials(self, name: str) -> Credentials:
        """Raises NotFound."""
        ...

    def save_credentials(self, credentials: Credentials) -> None: ...

    def add_session(self, token_hash: str, account: str, now: datetime, until: datetime) -> None: ...

    def session(self, token_hash: str, now: datetime) -> SessionRow | None:
        """The session, if it still runs."""
        ...

    def see_session(self, token_hash: str, now: datetime) -> None:
        """Note that somebody is there."""
        ...

    def sessions_of(self, account: str, now: datetime) -> list[SessionRow]:
        """Those that run, newest first."""
        ...

    def end_session(self, token_hash: str) -> None: ...

    def end_sessions_of(self, account: str, *, only: str | None = None, but: str | None = None) -> None:
        """End all of them, `only` the one of this handle, or all `but` that one."""
        ...

    def on_duty(self, since: datetime, now: datetime) -> set[str]:
        """Accounts with a running session that was seen since."""
        ...

    def set_recovery_codes(self, account: str, hashes: Sequence[str]) -> None:
        """These and no others from now on."""
        ...

    def use_recovery_code(self, account: str, code_hash: str) -> bool:
        """True when it was one of this account's; it is none any more."""
        ...

    def recovery_codes(self, account: str) -> int:
        """How many are left."""
        ...


@dataclass(frozen=True)
class IdentityLink:
    """Whom `issuer` calls `subject` comes in as `account`."""

    account: str
    issuer: str
    subject: str
    linked_by: str
    linked_at: datetime


class SignOnStore(Protocol):
    """Log-ins under way at a provider of identities, and whom it may let in."""

    def keep_ticket(self, name_hash: str, text: str, now: datetime, until: datetime) -> None:
        """Old ones go."""
        ...

    def take_ticket(self, name_hash: str, now: datetime) -> str | None:
        """Its text, once; None when it was taken, ran out or never was."""
        ...

    def link(self, link: IdentityLink) -> None:
        """In place of the account's former link. Raises ConflictError when another account has it."""
        ...

    def unlink(self, account: str) -> None: ...

    def account_of(self, issuer: str, subject: str) -> str | None: ...

    def links(self) -> list[IdentityLink]:
        """By account."""
        ...


class PresenceStore(Protocol):
    """Who looks at which case, for a minute after the last sign of life; nothing of it lasts."""

    def see(self, account: str, case: int, now: datetime) -> None: ...

    def at(self, cases: Sequence[int], since: datetime) -> dict[int, list[str]]:
        """Case -> names, sorted."""
        ...


@dataclass(frozen=True)
class SavedView:
    """A filter that somebody keeps: the queue's name and its query."""

    id: int
    account: str
    queue: str
    name: str
    query: str


class ViewStore(Protocol):
    def add(self, view: SavedView) -> None:
        """`id` 0 in. A view of the same queue and name is replaced."""
        ...

    def of(self, account: str) -> list[SavedView]: ...

    def remove(self, account: str, view: int) -> None: ...


class OwnKeyStore(Protocol):
    """What somebody does at the desk by another key than the delivered one."""

    def of(self, account: str) -> Mapping[str, str]: ...

    def set(self, account: str, keys: Mapping[str, str]) -> None:
        """In place of all that were kept."""
        ...


class OnCallStore(Protocol):
    """Roster, addresses (sealed) and alarms. An alarm goes with its case."""

    def duties(self, now: datetime) -> list[Duty]:
        """Those that have not ended, by their beginning."""
        ...

    def add_duty(self, duty: Duty) -> None:
        """`id` 0 in."""
        ...

    def remove_duty(self, duty: int) -> None: ...

    def email(self, account: str) -> str | None: ...

    def set_email(self, account: str, email: str | None) -> None: ...

    def alarm(self, case: int) -> Alarm | None: ...

    def unanswered(self) -> list[Alarm]:
        """Oldest first."""
        ...

    def raised_since(self, since: datetime) -> list[Alarm]: ...

    def save(self, alarm: Alarm) -> None: ...

    def answer(self, case: int, account: str, now: datetime) -> bool:
        """True when an alarm of this case waited for an answer."""
        ...


class AlertStore(Protocol):
    """Alerts, what they told, and how it leaves the house. Reasons are sealed."""

    def add(self, alert: Alert) -> Alert:
        """`id` 0 in; the stored one out."""
        ...

    def get(self, alert: int) -> Alert:
        """Raises NotFound."""
        ...

    def save(self, alert: Alert) -> Alert:
        """Write every field; returns it with the next version. Raises ConflictError when it is stale."""
        ...

    def of(self, account: str) -> list[Alert]:
        """Newest first."""
        ...

    def running(self) -> list[Alert]:
        """Of every account, oldest first; those past their end, too, until their lapse is noted."""
        ...

    def tell(self, bulletin: Bulletin, ways: Sequence[AlertWay]) -> Bulletin:
        """`id` 0 in. Each of `ways` gets a sending that waits."""
        ...

    def bulletins(self, account: str, limit: int = 20) -> list[Bulletin]:
        """Newest first."""
        ...

    def bulletin(self, number: int) -> Bulletin:
        """Raises NotFound."""
        ...

    def see(self, number: int, now: datetime) -> None:
        """Note that its account opened it; the first time counts."""
        ...

    def unseen(self, account: str) -> int: ...

    def sendings(self, number: int) -> list[Sending]:
        """Of a bulletin, by way."""
        ...

    def ready(self, now: datetime) -> list[Sending]:
        """Neither sent nor given up, whose time has come; those that wait longest first."""
        ...

    def move(self, before: Sending, to: Sending) -> bool:
        """True when it still stood at `before`, and now stands at `to`: of two who try, one may."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete bulletins made and alerts over before; returns how many."""
        ...


class ExposureStore(Protocol):
    """What somebody had to read, for their own eyes and for a day: a case they took counts under each category."""

    def add(self, account: str, categories: Sequence[Category], now: datetime) -> None:
        """Also forgets what is older than a day."""
        ...

    def counts(self, account: str, since: datetime) -> dict[Category, int]: ...

    def cases(self, account: str, since: datetime) -> list[datetime]:
        """When each case was taken, oldest first."""
        ...


# --- What the judge works with -----------------------------------------------------------------------------
class ListStore(Protocol):
    """Vetted lists and their issuers. Getting raises NotFound, adding a name twice ConflictError."""

    def add_issuer(self, issuer: Issuer) -> None: ...

    def issuer(self, name: str) -> Issuer: ...

    def save_issuer(self, issuer: Issuer) -> None: ...

    def remove_issuer(self, name: str) -> None: ...

    def issuers(self) -> list[Issuer]: ...

    def add(self, new: VettedList) -> None: ...

    def get(self, name: str) -> VettedList: ...

    def save(self, changed: VettedList) -> None: ...

    def remove(self, name: str) -> None: ...

    def all(self) -> list[VettedList]: ...


class ModelStore(Protocol):
    """Models proposed to go live, by digest."""

    def get(self, digest: str) -> Promotion:
        """Raises NotFound."""
        ...

    def save(self, promotion: Promotion) -> None: ...

    def all(self) -> list[Promotion]:
        """Oldest proposal first."""
        ...


# --- Audit, outbox, schedule, settings ---------------------------------------------------------------------
class AuditStore(Protocol):
    def append(self, event: AuditEvent) -> None:
        """Buffered; chained at the end of the unit, so that the head row is locked last."""
        ...

    def links(self, after: int = 0) -> Iterator[AuditLink]: ...

    def head(self) -> tuple[int, str]:
        """(sequence, hash) of the last link; (0, GENESIS) for an empty log."""
        ...

    def of_subject(self, subject: str, limit: int = 100) -> list[AuditLink]:
        """Newest first."""
        ...

    def actors(self, subject: str, besides: Collection[str] = ()) -> set[str]:
        """Everybody who ever acted on it, but for acts of these kinds."""
        ...

    def checkpoint(self) -> AuditCheckpoint | None: ...

    def prune(self, checkpoint: AuditCheckpoint) -> int:
        """Delete links up to the checkpoint and remember it."""
        ...


class OutboxAct(StrEnum):
    INDEX = "index"
    REMOVE = "remove"


@dataclass(frozen=True)
class OutboxRow:
    id: int
    case: int
    act: OutboxAct


class OutboxStore(Protocol):
    """What the index must learn; written in the unit that changed the case."""

    def add(self, case: int, act: OutboxAct) -> None: ...

    def pending(self, limit: int) -> list[OutboxRow]:
        """Oldest first."""
        ...

    def done(self, ids: Sequence[int]) -> None: ...

    def size(self) -> int: ...

    def waiting(self) -> set[int]:
        """The cases that any row is about."""
        ...


class LeaseStore(Protocol):
    """Named leases: one publisher, one leader, one run per data folder."""

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """True when `owner` holds it now (also renews)."""
        ...

    def release(self, name: str, owner: str) -> None: ...

    def free(self, owner: str) -> None:
        """Free everything that `owner` holds: it died."""
        ...

    def holder(self, name: str, now: datetime) -> str | None: ...


class StateStore(Protocol):
    """A few named facts about this data folder: `kind` (live or demo), `stop`, `index_version` ..."""

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str | None) -> None: ...


@dataclass(frozen=True)
class ScheduledJob:
    """A CLI command that the leader starts when due."""

    name: str
    command: tuple[str, ...]
    every_seconds: int
    next_at: datetime
    last_at: datetime | None = None
    last_error: str | None = None


class ScheduleStore(Protocol):
    def all(self) -> list[ScheduledJob]: ...

    def save(self, job: ScheduledJob) -> None: ...


class Unit(Protocol):
    """One unit of work."""

    @property
    def sources(self) -> SourceStore: ...
    @property
    def frontier(self) -> FrontierStore: ...
    @property
    def inbox(self) -> InboxStore: ...
    @property
    def cases(self) -> CaseStore: ...
    @property
    def floods(self) -> FloodStore: ...
    @property
    def notices(self) -> NoticeStore: ...
    @property
    def referrals(self) -> ReferralStore: ...
    @property
    def appeals(self) -> AppealStore: ...
    @property
    def public_reports(self) -> PublicReportStore: ...
    @property
    def removals(self) -> RemovalStore: ...
    @property
    def accounts(self) -> AccountStore: ...
    @property
    def sign_ons(self) -> SignOnStore: ...
    @property
    def presences(self) -> PresenceStore: ...
    @property
    def views(self) -> ViewStore: ...
    @property
    def own_keys(self) -> OwnKeyStore: ...
    @property
    def exposures(self) -> ExposureStore: ...
    @property
    def oncall(self) -> OnCallStore: ...
    @property
    def alerts(self) -> AlertStore: ...
    @property
    def lists(self) -> ListStore: ...
    @property
    def models(self) -> ModelStore: ...
    @property
    def audit(self) -> AuditStore: ...
    @property
    def outbox(self) -> OutboxStore: ...
    @property
    def leases(self) -> LeaseStore: ...
    @property
    def state(self) -> StateStore: ...
    @property
    def schedule(self) -> ScheduleStore: ...
    @property
    def figures(self) -> FigureStore: ...


class Database(Protocol):
    def write(self) -> AbstractContextManager[Unit]:
        """Commits at a good end, rolls back on any exception. SQLite: BEGIN IMMEDIATE."""
        ...

    def read(self) -> AbstractContextManager[Unit]:
        """A snapshot; nothing written in it lasts."""
        ...

    def forget_freed(self) -> None:
        """Make deleted rows unreadable in files now (SQLite: truncate the write-ahead log)."""
        ...

    def close(self) -> None: ...


# --- Read model for reports --------------------------------------------------------------------------------
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


# --- Judge, index, web -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class JudgeInput:
    text: str
    audience: Audience = Audience.GENERAL
    imported: bool = False
    url: str = ""  # of the post itself, for vetted lists; never fetched, never kept


class Judge(Protocol):
    """Reads texts, in batches; holds no state between them."""

    @property
    def name(self) -> str:
        """`name@digest`."""
        ...

    def assess(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        """One assessment an item, in order. Span offsets are code points of the given text."""
        ...


class Reading(Protocol):
    """A text as the judge reads it: chat spelling and disguises undone, every letter traceable."""

    @property
    def text(self) -> str: ...

    def given_span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the given text behind `text[start:end]`, in code points."""
        ...


Reader = Callable[[str], Reading]

#: The keys of the places that a masked text names (`lachan.domain.place`), sorted. Marks texts, never persons.
PlaceFinder = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True)
class IndexDocument:
    """A confirmed case as the index sees it: masked text, no person, no URL.

    `plain` is the text as a `Reader` reads it, masked too; "" where that changes nothing. `places` are keys of
    what the text names and of what that lies in (`lachan.domain.place`).
    """

    case: int
    text: str
    published_at: datetime
    categories: tuple[Category, ...]
    source: str
    source_kind: str
    measure: Measure
    urgent: bool
    severity: int
    status: CaseState = CaseState.CLOSED
    places: tuple[str, ...] = ()
    plain: str = ""

    @property
    def digest(self) -> int:
        """32 bits over everything but the case number: equal for equal documents. The index keeps it to be compared
        with SQL row for row; too short to prove what a deleted text said."""
        told = (
            f"{self.text!r} {self.plain!r} {self.source!r} {self.source_kind!r} {self.places!r} "
            f"{','.join(self.categories)} {self.published_at.timestamp()} "
            f"{self.measure} {self.urgent} {self.severity} {self.status}"
        )
        return int.from_bytes(hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=4).digest())


class Facet(StrEnum):
    """What hits are counted by and narrowed to; the name is the field of the query language."""

    CATEGORY = "category"
    KIND = "kind"  # the source's kind
    PLACE = "place"
    STATUS = "status"  # closed, or appealed
    MEASURE = "measure"


class TimeStep(StrEnum):
    """How long a bar of the histogram is, in Asia/Ho_Chi_Minh; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class SortBy(StrEnum):
    """`relevance` is by time where the query has no words. Ties: the later publication, then the later case."""

    RELEVANCE = "relevance"
    TIME = "time"
    SEVERITY = "severity"


@dataclass(frozen=True)
class SearchRequest:
    """`first` and `last` are inclusive days in Asia/Ho_Chi_Minh.

    `cursor` is a former answer's: the page after it, whatever was published meanwhile; `offset` is then ignored.
    `where` narrows to values of facets. `loose` lets words of four letters or more differ in one.
    """

    query: str
    first: date | None = None
    last: date | None = None
    category: Category | None = None
    limit: int = 20
    offset: int = 0
    sort: SortBy = SortBy.RELEVANCE
    cursor: str = ""
    where: tuple[tuple[Facet, str], ...] = ()
    facets: tuple[Facet, ...] = ()
    step: TimeStep | None = None
    loose: bool = False


@dataclass(frozen=True)
class IndexHit:
    case: int
    score: float


@dataclass(frozen=True)
class TimeBucket:
    """Cases published in the step that begins on `start`; a case counts once in `count`, and under each of its
    categories."""

    start: date
    count: int
    categories: Mapping[Category, int] = field(default_factory=dict)


@dataclass(frozen=True)
class IndexAnswer:
    """`total` counts all; `hits` is the asked page, best first (exact spelling before accent-free).

    `terms`: what to highlight (`lachan.pipeline.snippet`): folded words, several for words side by side, `pod*` for any
    word that begins so, `danh~` for one letter's difference.
    `cursor`: where the next page begins; "" at the end. `facets` and `histogram` count all hits, as asked for; empty
    buckets are left out. `by_place`: the query tells places apart, so its counts are subject to k-anonymity.
    """

    total: int
    hits: tuple[IndexHit, ...]
    terms: tuple[str, ...] = ()
    cursor: str = ""
    facets: Mapping[Facet, Mapping[str, int]] = field(default_factory=dict)
    histogram: tuple[TimeBucket, ...] = ()
    by_place: bool = False


class SearchIndex(Protocol):
    """Disposable: SQL is the truth. Never stores text. Adding a case again replaces it."""

    def apply(self, add: Sequence[IndexDocument], remove: Sequence[int]) -> None:
        """Durable when it returns. What raises may leave a part done (Tantivy: nothing); calling again with the same
        completes it."""
        ...

    def search(self, request: SearchRequest) -> IndexAnswer:
        """Raises QueryError with a position for a query that cannot be read, InputError for a foreign cursor."""
        ...

    def similar(self, text: str, case: int, limit: int) -> tuple[IndexHit, ...]:
        """Cases whose words are most like those of a masked `text`, but for `case` itself."""
        ...

    def rows(self) -> dict[int, int]:
        """Every case in the index, with the `digest` of what was indexed."""
        ...

    def cases(self) -> set[int]:
        """Every case in the index."""
        ...

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """A fresh index beside the old one, swapped in when whole; nothing of the old stays in files."""
        ...

    def close(self) -> None: ...


class TableFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


@dataclass(frozen=True)
class CountTable:
    """What leaves the desk of a search: counts, never a post. None is a count that is too small to be told.

    `query` and `limits` (name, value) are what was asked; `facets` and `weeks` (by the Monday) count what was found.
    """

    query: str
    limits: tuple[tuple[str, str], ...]
    made_at: datetime
    total: int | None
    facets: Mapping[Facet, Mapping[str, int | None]]
    weeks: Mapping[date, int | None]


class CountWriter(Protocol):
    def counts(self, table: CountTable, form: TableFormat) -> bytes:
        """A whole document that says what was asked, when, and how many. No cell is read as a formula."""
        ...


class PageFetcher(Protocol):
    """Fetches one page once, within the registered hosts; for the check before approval."""

    def text_of(self, url: str) -> str | None:
        """The page's visible text; None when it is gone (404, 410). Raises OSError when unreachable."""
        ...


# --- Documents ---------------------------------------------------------------------------------------------
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


@dataclass(frozen=True)
class CrawlSummary:
    """What one crawl did. `unchanged` pages were asked for and not sent again; they are not among `pages`."""

    pages: int = 0
    unchanged: int = 0
    robots_refused: int = 0
    errors: int = 0
    extracted: int = 0
    duplicates: int = 0
    inboxed: int = 0
    problems: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class ApiAccess:
    """An operator's key for an interface, and where the interface is."""

    base: str
    key: str = field(repr=False)


class Crawler(Protocol):
    """Starts one crawl as a child process and waits; the child writes through intake."""

    def crawl(self, sources: Sequence[str], data: Path) -> CrawlSummary: ...
