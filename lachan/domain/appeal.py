"""Appeals: open to anyone with the notice's code, decided by somebody who decided nothing in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from lachan.domain.transition import StateTable

DECIDE_WITHIN: Final = timedelta(days=10)  # else the notice is withdrawn


class AppealState(StrEnum):
    RECEIVED = "received"
    ASSIGNED = "assigned"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    CLOSED = "closed"


class AppealAct(StrEnum):
    ASSIGN = "assign"
    UPHOLD = "uphold"
    OVERTURN = "overturn"
    CLOSE = "close"


APPEAL_TABLE: Final = StateTable(
    "the appeal",
    AppealState.RECEIVED,
    {
        (AppealState.RECEIVED, AppealAct.ASSIGN): AppealState.ASSIGNED,
        (AppealState.ASSIGNED, AppealAct.UPHOLD): AppealState.UPHELD,
        (AppealState.ASSIGNED, AppealAct.OVERTURN): AppealState.OVERTURNED,
        (AppealState.UPHELD, AppealAct.CLOSE): AppealState.CLOSED,
        (AppealState.OVERTURNED, AppealAct.CLOSE): AppealState.CLOSED,
    },
)


@dataclass(frozen=True)
class Appeal:
    """What somebody wrote against a notice; no name, no address."""

    id: int
    notice: int
    case: int
    state: AppealState
    reason: str
    received_at: datetime
    assigned_to: str | None = None
    decided_at: datetime | None = None
    answer: str | None = None
