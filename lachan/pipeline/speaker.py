"""Who speaks: a cry for help found in the review queue goes to help at once, by one person; that a "victim" is no
victim but promotes harm is never one person's word (DESIGN §9): a protection officer says so, an approver agrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from lachan.domain.account import PERMISSIONS, Actor, Permission
from lachan.domain.case import KEEP_UNDECIDED, Case, CaseAct, CaseState
from lachan.domain.errors import ConflictError, InputError, RefusedError, SecondPersonNeeded
from lachan.domain.referral import REFERRED_WITHIN, URGENT_REFERRED_WITHIN
from lachan.domain.taxonomy import Context, Route
from lachan.pipeline.claims import Claims
from lachan.pipeline.ports import Unit


class Speaker(Claims):
    """Corrections of who speaks, which move a case from one queue to the other."""

    def to_protection(self, actor: Actor, case_id: int, context: Context) -> Case:
        """Somebody in danger speaks, or a witness: the case leaves the review queue, and help begins."""
        if context not in (Context.VICTIM, Context.WITNESS):
            raise InputError("choose who speaks: the person harmed, or a witness")
        with self._database.write() as unit:
            case = self._held(unit, actor, case_id)
            actor.require(Permission.DECIDE_REVIEW, interactive=True)
            if case.route is not Route.REVIEW:
                raise RefusedError(f"{case.number} is in the protection queue already")
            case = self._step(unit, actor, case, CaseAct.PROTECT, context=context.value)
            return unit.cases.save(_anew(case, self._clock() + KEEP_UNDECIDED, Route.PROTECT, context))

    def propose(self, actor: Actor, case_id: int, why: str) -> Case:
        """Say that who was taken for a victim or a witness promotes harm. It waits for an approver, but no longer
        than help may wait: then it stands in the protection queue again."""
        if not why.strip():
            raise InputError("write why this is not the voice of somebody harmed")
        with self._database.write() as unit:
            case = self._held(unit, actor, case_id)
            actor.require(Permission.DECIDE_PROTECT, interactive=True)
            if case.route is not Route.PROTECT:
                raise RefusedError(f"{case.number} is not a protection case")
            case = self._step(unit, actor, case, CaseAct.PROPOSE_SPEAKER)
            until = self._clock() + (URGENT_REFERRED_WITHIN if case.urgent else REFERRED_WITHIN)
            return unit.cases.save(replace(case, reason=why.strip(), claimed_until=until))

    def accept(self, actor: Actor, case_id: int) -> Case:
        """The approver agrees: the case stands in the review queue, like any other there."""
        with self._database.write() as unit:
            case = self._proposed(unit, actor, case_id)
            case = self._step(unit, actor, case, CaseAct.ACCEPT_SPEAKER)
            until = self._clock() + KEEP_UNDECIDED
            return unit.cases.save(_anew(case, until, Route.REVIEW, Context.PROMOTING))

    def refuse(self, actor: Actor, case_id: int, note: str) -> Case:
        """The approver does not agree: back to the protection queue, with a note."""
        if not note.strip():
            raise InputError("write why help should go on")
        with self._database.write() as unit:
            case = self._proposed(unit, actor, case_id)
            case = self._step(unit, actor, case, CaseAct.REFUSE_SPEAKER)
            freed = replace(case, claimed_by=None, claimed_until=None, reason=None, return_note=note.strip())
            return unit.cases.save(freed)

    def _proposed(self, unit: Unit, actor: Actor, case_id: int) -> Case:
        case = unit.cases.get(case_id)
        actor.require(Permission.APPROVE, interactive=True)
        if case.state is not CaseState.SPEAKER_PROPOSED:
            raise ConflictError("nothing waits for approval in this case")
        if case.claimed_by == actor.name:
            raise SecondPersonNeeded("you proposed this: somebody else must agree")
        return case


def may_judge_speaker(actor: Actor, case: Case) -> bool:
    """Whether this approver may read a protection case: only while somebody proposed that it is none."""
    approver = Permission.APPROVE in PERMISSIONS[actor.account.role]
    return approver and case.state is CaseState.SPEAKER_PROPOSED and case.claimed_by != actor.name


def _anew(case: Case, delete_text_at: datetime, route: Route, context: Context) -> Case:
    """The case in its new queue, as if nobody had decided anything in it."""
    return replace(
        case,
        route=route,
        context=context,
        claimed_by=None,
        claimed_until=None,
        decided_by=None,
        decided_at=None,
        measure=None,
        reason=None,
        citations=(),
        return_note=None,
        delete_text_at=delete_text_at,
    )
