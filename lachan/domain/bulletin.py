"""A bulletin: what one account is told at one time, and how it leaves the house.

    waiting -> begin -> underway -> arrive -> sent
                        underway -> fail   -> waiting (again later; after a day given up)
                        underway -> begin  -> underway (nobody knows what became of it: once more) -> given up

That sending begins is written down before anything is sent. A process that dies, or a server that does not answer,
leaves the sending underway; it is then sent once more and never again, so nothing arrives more than twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from lachan.domain.alert import AlertWay, Line
from lachan.domain.transition import StateTable

#: After so long, what was begun is taken for lost; far longer than any way waits for an answer.
UNDERWAY_FOR: Final = timedelta(minutes=5)
RETRY_AFTER: Final = timedelta(minutes=5)  # doubled with every try
RETRY_AT_MOST: Final = timedelta(hours=2)
GIVE_UP_AFTER: Final = timedelta(days=1)
KEPT: Final = timedelta(days=90)  # bulletins, and alerts that are over


class SendingState(StrEnum):
    WAITING = "waiting"
    UNDERWAY = "underway"
    SENT = "sent"
    GIVEN_UP = "given_up"


class SendingAct(StrEnum):
    BEGIN = "begin"
    ARRIVE = "arrive"
    FAIL = "fail"
    GIVE_UP = "give_up"


SENDING_TABLE: Final = StateTable(
    "the sending",
    SendingState.WAITING,
    {
        (SendingState.WAITING, SendingAct.BEGIN): SendingState.UNDERWAY,
        (SendingState.UNDERWAY, SendingAct.BEGIN): SendingState.UNDERWAY,
        (SendingState.UNDERWAY, SendingAct.ARRIVE): SendingState.SENT,
        (SendingState.UNDERWAY, SendingAct.FAIL): SendingState.WAITING,
        (SendingState.UNDERWAY, SendingAct.GIVE_UP): SendingState.GIVEN_UP,
    },
)


@dataclass(frozen=True)
class Bulletin:
    """`key` is the same for every try of every way: receivers tell repeats by it. `seen_at`: opened at the desk."""

    id: int
    key: str
    account: str
    made_at: datetime
    lines: tuple[Line, ...]
    seen_at: datetime | None = None


@dataclass(frozen=True)
class Sending:
    """A bulletin on one way. `next_at` is when to begin (again); `doubtful` counts tries of which nobody knows what
    became."""

    bulletin: int
    way: AlertWay
    made_at: datetime
    next_at: datetime
    state: SendingState = SENDING_TABLE.initial
    tries: int = 0
    doubtful: int = 0


def ready(sending: Sending, now: datetime) -> bool:
    return sending.state in (SendingState.WAITING, SendingState.UNDERWAY) and sending.next_at <= now


def begun(sending: Sending, now: datetime) -> Sending:
    """To be written down before sending. Given up where a second try came to an unknown end. Raises TransitionError."""
    state = SENDING_TABLE.step(sending.state, SendingAct.BEGIN)
    doubtful = sending.doubtful + (sending.state is SendingState.UNDERWAY)
    if doubtful > 1:
        gone = SENDING_TABLE.step(state, SendingAct.GIVE_UP)
        return replace(sending, state=gone, doubtful=doubtful)
    return replace(
        sending, state=state, tries=sending.tries + 1, doubtful=doubtful, next_at=now + UNDERWAY_FOR
    )


def arrived(sending: Sending) -> Sending:
    """Raises TransitionError."""
    return replace(sending, state=SENDING_TABLE.step(sending.state, SendingAct.ARRIVE))


def failed(sending: Sending, now: datetime) -> Sending:
    """It certainly did not arrive. Raises TransitionError."""
    if now - sending.made_at >= GIVE_UP_AFTER:
        return replace(sending, state=SENDING_TABLE.step(sending.state, SendingAct.GIVE_UP))
    wait = min(RETRY_AFTER * 2 ** (min(sending.tries, 10) - 1), RETRY_AT_MOST)
    return replace(sending, state=SENDING_TABLE.step(sending.state, SendingAct.FAIL), next_at=now + wait)
