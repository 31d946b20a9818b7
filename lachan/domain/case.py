"""Cases: what a person has to decide, and the steps a case may take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from lachan.domain.assessment import Assessment
from lachan.domain.measure import Measure
from lachan.domain.place import UNMARKED, PlaceMarks
from lachan.domain.taxonomy import TESTIMONY_ONLY, AgeBand, Category, Context, Route, severity
from lachan.domain.transition import StateTable

CLAIM_FOR: Final = timedelta(minutes=20)  # a claim without a heartbeat ends after this
UNDO_FOR: Final = timedelta(minutes=10)  # a step that nothing left the house for may be taken back so long
APPROVE_WITHIN: Final = timedelta(hours=24)  # a decision that waits longer for its second person rings
#: How long the text of a case may live, by what became of it (DESIGN §2.8).
KEEP_UNDECIDED: Final = timedelta(days=14)
KEEP_DISMISSED: Final = timedelta(days=30)
KEEP_CONFIRMED: Final = timedelta(days=365)
KEEP_FACTS: Final = timedelta(days=730)


class CaseState(StrEnum):
    OPEN = "open"
    HELD_BACK = "held_back"  # one of a flood; see `lachan.domain.flood`
    CLAIMED = "claimed"
    HELD = "held"
    ESCALATED = "escalated"
    DECIDED = "decided"
    AWAITING_APPROVAL = "awaiting_approval"
    DISPUTED = "disputed"  # the second person disagreed: a third decides
    RETURNED = "returned"
    SPEAKER_PROPOSED = "speaker_proposed"  # a protection case, said to be none; an approver must agree
    CLOSED = "closed"
    APPEALED = "appealed"


class CaseAct(StrEnum):
    HOLD_BACK = "hold_back"
    LET_IN = "let_in"
    CLAIM = "claim"
    RELEASE = "release"  # by hand, by expiry, by log-out, by removal of the account
    HOLD = "hold"
    ESCALATE = "escalate"
    RESUME = "resume"
    HAND = "hand"  # to a named colleague
    ANSWER = "answer"  # a colleague's opinion, to who escalated
    DECIDE = "decide"
    SUBMIT = "submit"
    CLOSE = "close"
    UNDO = "undo"  # of a dismissal, by who dismissed, for a short while
    APPROVE = "approve"
    RETURN = "return"  # to be mended, by who decided or another officer
    DISAGREE = "disagree"  # the second person's no: a third decides
    REFUSE = "refuse"  # the third person sides with the second
    PROTECT = "protect"
    PROPOSE_SPEAKER = "propose_speaker"
    ACCEPT_SPEAKER = "accept_speaker"
    REFUSE_SPEAKER = "refuse_speaker"
    APPEAL = "appeal"
    SETTLE = "settle"


CASE_TABLE: Final = StateTable(
    "the case",
    CaseState.OPEN,
    {
        (CaseState.OPEN, CaseAct.HOLD_BACK): CaseState.HELD_BACK,
        (CaseState.HELD_BACK, CaseAct.LET_IN): CaseState.OPEN,
        (CaseState.OPEN, CaseAct.CLAIM): CaseState.CLAIMED,
        (CaseState.CLAIMED, CaseAct.RELEASE): CaseState.OPEN,
        (CaseState.CLAIMED, CaseAct.HOLD): CaseState.HELD,
        (CaseState.CLAIMED, CaseAct.ESCALATE): CaseState.ESCALATED,
        (CaseState.HELD, CaseAct.RESUME): CaseState.CLAIMED,
        (CaseState.CLAIMED, CaseAct.HAND): CaseState.HELD,
        (CaseState.HELD, CaseAct.HAND): CaseState.HELD,
        (CaseState.ESCALATED, CaseAct.RESUME): CaseState.CLAIMED,
        (CaseState.ESCALATED, CaseAct.ANSWER): CaseState.HELD,
        (CaseState.ESCALATED, CaseAct.HAND): CaseState.ESCALATED,
        (CaseState.CLAIMED, CaseAct.DECIDE): CaseState.DECIDED,
        (CaseState.DECIDED, CaseAct.CLOSE): CaseState.CLOSED,
        (CaseState.DECIDED, CaseAct.SUBMIT): CaseState.AWAITING_APPROVAL,
        (CaseState.AWAITING_APPROVAL, CaseAct.APPROVE): CaseState.CLOSED,
        (CaseState.AWAITING_APPROVAL, CaseAct.RETURN): CaseState.RETURNED,
        (CaseState.AWAITING_APPROVAL, CaseAct.DISAGREE): CaseState.DISPUTED,
        (CaseState.DISPUTED, CaseAct.APPROVE): CaseState.CLOSED,
        (CaseState.DISPUTED, CaseAct.REFUSE): CaseState.RETURNED,
        (CaseState.RETURNED, CaseAct.CLAIM): CaseState.CLAIMED,
        (CaseState.CLAIMED, CaseAct.PROTECT): CaseState.OPEN,
        (CaseState.CLAIMED, CaseAct.PROPOSE_SPEAKER): CaseState.SPEAKER_PROPOSED,
        (CaseState.SPEAKER_PROPOSED, CaseAct.ACCEPT_SPEAKER): CaseState.OPEN,
        (CaseState.SPEAKER_PROPOSED, CaseAct.REFUSE_SPEAKER): CaseState.RETURNED,
        (CaseState.CLOSED, CaseAct.UNDO): CaseState.CLAIMED,
        (CaseState.CLOSED, CaseAct.APPEAL): CaseState.APPEALED,
        (CaseState.APPEALED, CaseAct.SETTLE): CaseState.CLOSED,
    },
)


#: A decision that lies with somebody else than who made it.
AWAITS_ANOTHER: Final = (CaseState.AWAITING_APPROVAL, CaseState.DISPUTED)


class Third(StrEnum):
    """How a disagreement between the first and the second person stands; a new decision leaves it standing."""

    AWAITED = "awaited"
    APPROVED = "approved"  # with the first: two of three for the measure
    REFUSED = "refused"  # with the second: two of three against it


@dataclass(frozen=True)
class Case:
    """A case as the queues and the desk see it: no text (that is in its posts, sealed).

    `id` is the number officers say aloud (VV-000123). `version` rises with every change; a stale one is a
    conflict. `published_at` is the first post's, else None; `opened_at` its capture. `delete_text_at` is the
    day on which the key of its text is destroyed.
    """

    id: int
    route: Route
    state: CaseState
    source: str
    categories: tuple[Category, ...]
    context: Context
    urgent: bool
    age: AgeBand
    opened_at: datetime
    published_at: datetime | None
    delete_text_at: datetime
    post_count: int = 1
    version: int = 1
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    measure: Measure | None = None
    reason: str | None = None
    citations: tuple[str, ...] = ()
    approved_by: str | None = None
    #: Others' words to who decides: an answer to an escalation; why a decision came back or was disagreed with.
    return_note: str | None = None
    disagreed_by: str | None = None  # the second person of the last disagreement
    third: Third | None = None
    closed_at: datetime | None = None
    overturned: bool = False
    linked_case: int | None = None
    place_marks: PlaceMarks = UNMARKED  # as long as its text lives

    @property
    def severity(self) -> int:
        return severity(self.categories)

    @property
    def hides_victims(self) -> bool:
        """Whether whoever is named in its text is hidden for good, from everybody: classes, communes, any name."""
        return self.route is Route.PROTECT or not TESTIMONY_ONLY.isdisjoint(self.categories)

    @property
    def number(self) -> str:
        """How people call it."""
        return case_number(self.id)

    @property
    def confirmed(self) -> bool:
        """True when a person found harm and it stands: what may be searched and counted (never `protect`)."""
        return (
            self.state in (CaseState.CLOSED, CaseState.APPEALED)
            and self.route is Route.REVIEW
            and self.measure is not None
            and self.measure is not Measure.DISMISS
            and not self.overturned
        )


def case_number(case_id: int) -> str:
    """`VV-000123` (vụ việc)."""
    return f"VV-{case_id:06d}"


@dataclass(frozen=True)
class CasePost:
    """One post of a case, opened: the redacted text, where it stands, what the judge said."""

    id: int
    case: int
    text: str
    url: str
    source: str
    captured_at: datetime
    published_at: datetime | None
    content_hash: str  # SHA-256 of the redacted text, for evidence and letters
    assessment: Assessment


def keep_until(case_closed_at: datetime, measure: Measure) -> datetime:
    """When the text of a decided case must be gone."""
    return case_closed_at + (KEEP_DISMISSED if measure is Measure.DISMISS else KEEP_CONFIRMED)
