"""Sources and the posts read from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lachan.domain.budget import Budget
from lachan.domain.taxonomy import Audience


class SourceKind(StrEnum):
    """How a place is read; one spider (or loader) each."""

    FEED = "feed"
    FORUM = "forum"
    SCHOOL_PAGE = "school_page"
    XENFORO = "xenforo"
    WORDPRESS = "wordpress"
    DISCOURSE = "discourse"
    MASTODON = "mastodon"
    TELEGRAM = "telegram"
    YOUTUBE = "youtube"
    FACEBOOK_PAGE = "facebook_page"
    IMPORT = "import"


class SourcePurpose(StrEnum):
    """Why a place may be read: the closed list that two people choose from at registration."""

    MINORS_PRESENT = "minors_present"
    REPORTED_HARM = "reported_harm"
    PREVENTION_PLAN = "prevention_plan"


class SourceState(StrEnum):
    """`proposed` waits for the second person; only `active` is read."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    HALTED = "halted"
    STOPPED = "stopped"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Source:
    """A registered public place: a forum section, a feed, a school's page; never a person, tag or search.

    `url` is where reading begins; links are followed on the same host and under `url_prefix` alone.
    `proposed_by` and `confirmed_by` are account names and differ.
    """

    key: str
    title: str
    kind: SourceKind
    url: str
    url_prefix: str
    audience: Audience
    purpose: SourcePurpose
    legal_basis: str
    contact: str
    proposed_by: str
    state: SourceState = SourceState.PROPOSED
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    last_harm_at: datetime | None = None
    halt_reason: str | None = None
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True)
class RawPost:
    """What extraction finds on a page: clear text, clear author; lives in memory only, until intake.

    `author` and `mentions` are public nicknames seen on the page, for redaction and hashing, never stored.
    `published_at` is aware, or None where the page does not say.
    """

    url: str
    text: str
    author: str | None = None
    published_at: datetime | None = None
    thread_url: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Post:
    """A post after intake: pseudonymised, redacted, fingerprinted; what the inbox holds (sealed).

    `thread` is a keyed hash of where it stands, for the flood brake; "" where that is not known.
    """

    fingerprint: str
    source: str
    text: str
    url: str
    author_hash: str | None
    published_at: datetime | None
    captured_at: datetime
    audience: Audience
    imported: bool = False
    thread: str = ""
