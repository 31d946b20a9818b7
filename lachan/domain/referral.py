"""Referrals: bringing a child who asks for help to help, with clocks that ring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from lachan.domain.area import COUNTRY, Area
from lachan.domain.transition import StateTable

ACCEPT_WITHIN: Final = timedelta(hours=2)  # else the next recipient, and an alarm
FOLLOW_UP_AFTER: Final = (timedelta(hours=24), timedelta(days=7))
#: From capture or report (DESIGN §3): when a person must have seen it, when help must be on its way.
URGENT_SEEN_WITHIN: Final = timedelta(minutes=15)
URGENT_REFERRED_WITHIN: Final = timedelta(hours=1)
REFERRED_WITHIN: Final = timedelta(hours=4)
LAW_CEILING: Final = timedelta(hours=12)  # NĐ 56/2017 Đ31.2


class ReferralState(StrEnum):
    OPENED = "opened"
    SENT = "sent"
    ACCEPTED = "accepted"
    REACHED = "reached"
    UNREACHABLE = "unreachable"
    HANDED_ON = "handed_on"
    FOLLOWED_UP = "followed_up"
    CLOSED = "closed"


class ReferralAct(StrEnum):
    SEND = "send"
    SEND_NEXT = "send_next"
    ACCEPT = "accept"
    REACH = "reach"
    MISS = "miss"
    HAND_ON = "hand_on"
    FOLLOW_UP = "follow_up"
    CLOSE = "close"


_R, _A = ReferralState, ReferralAct
REFERRAL_TABLE: Final = StateTable(
    "the referral",
    _R.OPENED,
    {
        (_R.OPENED, _A.SEND): _R.SENT,
        (_R.SENT, _A.SEND_NEXT): _R.SENT,
        (_R.SENT, _A.ACCEPT): _R.ACCEPTED,
        (_R.ACCEPTED, _A.REACH): _R.REACHED,
        (_R.ACCEPTED, _A.MISS): _R.UNREACHABLE,
        (_R.ACCEPTED, _A.HAND_ON): _R.HANDED_ON,
        (_R.REACHED, _A.FOLLOW_UP): _R.FOLLOWED_UP,
        (_R.UNREACHABLE, _A.FOLLOW_UP): _R.FOLLOWED_UP,
        (_R.HANDED_ON, _A.FOLLOW_UP): _R.FOLLOWED_UP,
        (_R.FOLLOWED_UP, _A.FOLLOW_UP): _R.FOLLOWED_UP,
        (_R.FOLLOWED_UP, _A.CLOSE): _R.CLOSED,
    },
)


class RecipientKind(StrEnum):
    """Who can help."""

    HOTLINE_111 = "hotline_111"
    CHILD_PROTECTION = "child_protection"
    SCHOOL = "school"
    COMMUNE_POLICE = "commune_police"
    HEALTH = "health"


class HarmSource(StrEnum):
    """From where the harm comes, as far as the text says: it bars an implicated recipient."""

    UNKNOWN = "unknown"
    FAMILY = "family"
    SCHOOL = "school"
    POLICE = "police"
    STRANGER = "stranger"
    PEER = "peer"


BARRED: Final[dict[HarmSource, frozenset[RecipientKind]]] = {
    HarmSource.SCHOOL: frozenset({RecipientKind.SCHOOL}),
    HarmSource.POLICE: frozenset({RecipientKind.COMMUNE_POLICE}),
}


def recipients_for(harm_source: HarmSource) -> tuple[RecipientKind, ...]:
    """Who may receive the referral, the national hotline first; an implicated body is barred."""
    barred = BARRED.get(harm_source, frozenset())
    return tuple(kind for kind in RecipientKind if kind not in barred)


@dataclass(frozen=True)
class Contact:
    """How an office is reached. `province` and `commune` are keys of today's units, "" for the whole country or
    province; `hours` says when somebody answers."""

    kind: RecipientKind
    office: str
    province: str = ""
    commune: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    hours: str = ""


@dataclass(frozen=True)
class UsedContact:
    """A contact as it stood in the directory when a referral went there. `reason`: why it was used although nobody
    had verified it for 90 days."""

    entry: int
    contact: Contact
    at: datetime
    verified_at: datetime | None
    reason: str = ""


@dataclass(frozen=True)
class Referral:
    """Help on its way for one `protect` case. `need` is written for the recipient and names no child; `area` is where
    help was looked for; `contacts` are all it went to, the latest last. `rung_step` and `rung_at`: how high the alarm
    for the present one has climbed, and when people were last told."""

    id: int
    case: int
    state: ReferralState
    recipient: RecipientKind
    harm_source: HarmSource
    need: str
    opened_by: str
    opened_at: datetime
    sent_at: datetime | None = None
    accepted_at: datetime | None = None
    follow_ups: int = 0
    closed_at: datetime | None = None
    area: Area = COUNTRY
    contacts: tuple[UsedContact, ...] = ()
    rung_step: int = 0
    rung_at: datetime | None = None

    @property
    def accept_by(self) -> datetime | None:
        """Until when the present recipient has to accept; None when nobody is asked just now."""
        if self.state is not ReferralState.SENT or self.sent_at is None:
            return None
        return self.sent_at + ACCEPT_WITHIN


#: Nobody has taken it on yet: what is kept for it may not go.
UNACCEPTED: Final = (ReferralState.OPENED, ReferralState.SENT)


def refer_by(captured_at: datetime, *, urgent: bool) -> datetime:
    """When help must be on its way, counted from capture."""
    return captured_at + (URGENT_REFERRED_WITHIN if urgent else REFERRED_WITHIN)
