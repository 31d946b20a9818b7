"""Review: correct, decide, take back. Where a second person is due, `approval` goes on."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from lachan.domain import citation
from lachan.domain.account import PERMISSIONS, Actor, Permission
from lachan.domain.audit import AuditLink
from lachan.domain.case import (
    AWAITS_ANOTHER,
    CASE_TABLE,
    KEEP_UNDECIDED,
    UNDO_FOR,
    Case,
    CaseAct,
    CasePost,
    CaseState,
    keep_until,
)
from lachan.domain.errors import (
    InputError,
    RefusedError,
)
from lachan.domain.measure import NOTICE_MEASURES, TWO_PERSON, Measure, check_measure
from lachan.domain.notice import NOTICE_TABLE, Notice, NoticeAct
from lachan.domain.privacy import mask
from lachan.domain.taxonomy import AgeBand, Category, Route
from lachan.pipeline.approval import Approval, confirmed, refused_before
from lachan.pipeline.claims import DECIDE, READ, WITH_SOMEBODY
from lachan.pipeline.ports import Unit
from lachan.pipeline.speaker import may_judge_speaker

CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: nothing to misread
CODE_LENGTH: Final = 12  # 60 bits
CORRECTED: Final = "case:correct"
DECIDED: Final = "case:decide"


@dataclass(frozen=True)
class Decision:
    """What the officer fills in. `reason` is the necessity (or why dismissed); `recipient` who gets the letter."""

    measure: Measure
    reason: str
    citations: tuple[str, ...] = ()
    recipient: str = ""
    author_seems_child: bool = False


def check_reader(actor: Actor, case: Case) -> None:
    """Raises PermissionDenied for who does not work in this queue (nor is asked about the speaker)."""
    if not may_judge_speaker(actor, case):
        actor.require(READ[case.route])


class Review(Approval):
    """The review queue's use cases, on top of approval and of the claims that serve both queues."""

    # --- Reading -------------------------------------------------------------------------------------------
    def read(self, actor: Actor, case_id: int) -> tuple[Case, list[CasePost]]:
        """The case and its posts, for who works in its queue (and the approver who is asked about its speaker). The
        address of a post is shown to who holds the claim (or decides on the
        approval), and that is logged."""
        with self._database.read() as unit:
            case, posts = unit.cases.get(case_id), unit.cases.posts(case_id)
        check_reader(actor, case)
        holds = case.claimed_by == actor.name and case.state in WITH_SOMEBODY
        approves = Permission.APPROVE in PERMISSIONS[actor.account.role] and case.state in AWAITS_ANOTHER
        if not (holds or (approves and case.decided_by != actor.name)):
            return case, [replace(post, url="") for post in posts]
        with self._database.write() as unit:
            self._log(unit, actor.name, "case:read_address", case)
        return case, posts

    def correct(
        self,
        actor: Actor,
        case_id: int,
        *,
        categories: Sequence[Category],
        urgent: bool,
        age: AgeBand,
    ) -> Case:
        """Correct what the judge said. Speaker and route stay: that a victim promotes is never one person's
        word."""
        if not categories:
            raise InputError("choose at least one category, or dismiss the case")
        with self._database.write() as unit:
            case = self._held(unit, actor, case_id)
            corrected = replace(case, categories=tuple(categories), urgent=urgent, age=age)
            self._log(
                unit,
                actor.name,
                CORRECTED,
                case,
                before=",".join(case.categories),
                after=",".join(categories),
                urgent_before=case.urgent,
                age_before=case.age.value,
            )
            return unit.cases.save(corrected)

    # --- Deciding ------------------------------------------------------------------------------------------
    def decide(self, actor: Actor, case_id: int, decision: Decision) -> Case:
        """Decide a claimed review case.

        One-person measures close it; takedowns and crime information wait for a second person. Raises
        RefusedError, InputError (what to write), PermissionDenied (no desk session), ConflictError.
        """
        if decision.measure is Measure.REFERRAL:
            raise RefusedError("a referral is made in the protection queue")
        now = self._clock()
        with self._database.write() as unit:
            case = self._held(unit, actor, case_id)
            actor.require(DECIDE[case.route], interactive=True)
            self._check(unit, actor, case, decision)
            post = unit.cases.posts(case.id, limit=1)[0]
            case = self._step(
                unit, actor, case, CaseAct.DECIDE, measure=decision.measure.value, posts=case.post_count
            )
            two = decision.measure in TWO_PERSON
            case = replace(
                case,
                state=CASE_TABLE.step(case.state, CaseAct.SUBMIT if two else CaseAct.CLOSE),
                decided_by=actor.name,
                decided_at=now,
                measure=decision.measure,
                reason=decision.reason.strip(),
                citations=decision.citations,
                claimed_by=None,
                claimed_until=None,
                return_note=None,
                approved_by=None,
                closed_at=None if two else now,
                delete_text_at=now + KEEP_UNDECIDED if two else keep_until(now, decision.measure),
            )
            case = unit.cases.save(case)
            if decision.measure in NOTICE_MEASURES:
                self._draft(unit, actor, case, post, decision, two=two)
            if not two:
                confirmed(unit, case)
            return case

    # --- Taking back ---------------------------------------------------------------------------------------
    def undo(self, actor: Actor, case_id: int) -> Case:
        """Take back one's own last step in a case, within ten minutes, while nothing has left the house: a
        dismissal, a hold, a release or an escalation (the case is claimed again), a correction (the labels are
        as before). Raises RefusedError where there is nothing to take back, ConflictError where somebody else
        went on."""
        now = self._clock()
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            actor.require(DECIDE[case.route], interactive=True)
            last = undoable(unit.audit.of_subject(f"case:{case_id}"), actor.name, now)
            if last is None:
                raise RefusedError(
                    "there is nothing to take back: it is too late, or somebody went on with it"
                )
            self._log(unit, actor.name, "case:undo", case, what=last.event.action)
            if last.event.action == CORRECTED:
                return unit.cases.save(_labels_before(self._held(unit, actor, case_id), last))
            if last.event.action == DECIDED:
                case = undecided(case, now)
                state = CASE_TABLE.step(case.state, CaseAct.UNDO)
            else:
                act = CaseAct.CLAIM if case.state is CaseState.OPEN else CaseAct.RESUME
                state = CASE_TABLE.step(case.state, act)
            return self._extend(unit, replace(case, state=state, claimed_by=actor.name))

    # --- Within --------------------------------------------------------------------------------------------
    def _check(self, unit: Unit, actor: Actor, case: Case, decision: Decision) -> None:
        if case.route is Route.PROTECT:
            raise RefusedError("a protection case is referred or dismissed in the protection queue")
        check_measure(
            decision.measure,
            route=case.route,
            categories=case.categories,
            reason=decision.reason,
            citations=decision.citations,
            recent_necessities=unit.cases.recent_reasons(actor.name)
            if decision.measure in NOTICE_MEASURES
            else (),
            author_seems_child=decision.author_seems_child,
        )
        if decision.measure in TWO_PERSON and refused_before(unit, case, decision.measure):
            raise RefusedError("two people refused this measure in this case: choose a lesser one")
        if decision.measure in NOTICE_MEASURES:
            if not decision.recipient.strip():
                raise InputError("write who the letter goes to")
            for clause in decision.citations:
                citation.get(clause)  # one that the release does not know is told as such
            if self._over(unit, decision.citations):
                raise InputError("a cited clause no longer holds: choose another one")
            self._check_citations(unit, case, decision.measure, decision.citations)

    def _draft(
        self, unit: Unit, actor: Actor, case: Case, post: CasePost, decision: Decision, *, two: bool
    ) -> None:
        notice = unit.notices.add(
            Notice(
                id=0,
                case=case.id,
                measure=decision.measure,
                state=NOTICE_TABLE.initial,
                code="".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
                recipient=decision.recipient.strip(),
                url=post.url,
                categories=case.categories,
                citations=decision.citations,
                description=mask(post.text, wide=case.hides_victims).text,
                necessity=decision.reason.strip(),
                content_hash=post.content_hash,
                captured_at=post.captured_at,
                drafted_by=actor.name,
                drafted_at=self._clock(),
            )
        )
        notice = replace(notice, state=NOTICE_TABLE.step(notice.state, NoticeAct.SUBMIT))
        if two:
            unit.notices.save(notice)
        else:
            self._issue(unit, notice)


#: What may be taken back, and the reading that may have happened since.
_UNDOABLE: Final = frozenset({CORRECTED, "case:hold", "case:release", "case:escalate"})
_SILENT: Final = frozenset({"case:read_address", "case:reveal"})


def undoable(history: Sequence[AuditLink], name: str, now: datetime) -> AuditLink | None:
    """The step that `name` may take back: the last in the case (`history` newest first), their own, younger than
    UNDO_FOR, and no decision but a dismissal. None when there is none."""
    last = next((item for item in history if item.event.action not in _SILENT), None)
    if last is None or last.event.actor != name or now - last.event.at > UNDO_FOR:
        return None
    dismissed = last.event.action == DECIDED and last.event.details.get("measure") == Measure.DISMISS.value
    return last if dismissed or last.event.action in _UNDOABLE else None


def undecided(case: Case, now: datetime) -> Case:
    """The case without its dismissal; its text lives as long as if there had been none."""
    return replace(
        case,
        decided_by=None,
        decided_at=None,
        measure=None,
        reason=None,
        closed_at=None,
        delete_text_at=max(case.opened_at + KEEP_UNDECIDED, now + UNDO_FOR),
    )


def _labels_before(case: Case, correction: AuditLink) -> Case:
    before = correction.event.details
    return replace(
        case,
        categories=tuple(Category(word) for word in str(before["before"]).split(",")),
        urgent=before["urgent_before"] is True,
        age=AgeBand(str(before["age_before"])),
    )
