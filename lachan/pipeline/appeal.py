"""Appeals: anyone with the notice's code, no name asked; decided by somebody who decided nothing in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lachan.domain.account import Actor, Permission
from lachan.domain.appeal import APPEAL_TABLE, DECIDE_WITHIN, Appeal, AppealAct, AppealState
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.case import CASE_TABLE, CaseAct, CaseState
from lachan.domain.errors import ConflictError, InputError, NotFound, SecondPersonNeeded, TransitionError
from lachan.domain.notice import NOTICE_TABLE, Notice, NoticeAct
from lachan.domain.taxonomy import Category
from lachan.pipeline.parties import took_part
from lachan.pipeline.ports import Clock, Database, OutboxAct, Unit

MAX_REASON: Final = 5000  # code points
#: An undecided appeal never withdraws these by itself: an outside reviewer looks instead.
OUTSIDE_REVIEW: Final = frozenset(
    {Category.CHILD_SEXUAL_CONTENT, Category.GROOMING_SOLICITATION, Category.CHILD_TRAFFICKING}
)
PUBLIC: Final = "public"  # the actor of an appeal: no name, no address


class Appeals:
    """From the public form to the outcome."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def submit(self, code: str, reason: str) -> Appeal:
        """Lodge an appeal. Raises NotFound for an unknown code, InputError for an empty reason,
        ConflictError while another appeal against the notice is under way."""
        words = reason.strip()
        if not words:
            raise InputError("write why the notice is wrong")
        if len(words) > MAX_REASON:
            raise InputError(f"write at most {MAX_REASON} characters")
        now = self._clock()
        with self._database.write() as unit:
            notice = unit.notices.by_code(code.strip().upper().replace("-", "").replace(" ", ""))
            if notice.issued_at is None:
                raise NotFound("no notice with this code was issued")
            case = unit.cases.get(notice.case)
            if case.state is CaseState.APPEALED:
                raise ConflictError("an appeal against this notice is being looked at already")
            unit.cases.save(replace(case, state=CASE_TABLE.step(case.state, CaseAct.APPEAL)))
            appeal = unit.appeals.add(
                Appeal(0, notice.id, case.id, APPEAL_TABLE.initial, words, received_at=now)
            )
            unit.outbox.add(case.id, OutboxAct.INDEX)
            self._log(unit, PUBLIC, "appeal:submit", appeal)
            return appeal

    def assign(self, actor: Actor, appeal_id: int) -> Appeal:
        """Take an appeal to decide. Raises SecondPersonNeeded for everybody who took part: decided, corrected,
        approved, sent back, withdrew, or heard an earlier appeal in the case."""
        actor.require(Permission.DECIDE_APPEAL, interactive=True)
        with self._database.write() as unit:
            appeal = unit.appeals.get(appeal_id)
            if actor.name in took_part(unit, unit.cases.get(appeal.case)):
                raise SecondPersonNeeded("you took part in this decision: somebody else must hear the appeal")
            state = APPEAL_TABLE.step(appeal.state, AppealAct.ASSIGN)
            self._log(unit, actor.name, "appeal:assign", appeal)
            return unit.appeals.save(replace(appeal, state=state, assigned_to=actor.name))

    def decide(self, actor: Actor, appeal_id: int, *, uphold: bool, answer: str) -> Appeal:
        """Uphold the notice or overturn it: then it is withdrawn and the case leaves index and figures."""
        actor.require(Permission.DECIDE_APPEAL, interactive=True)
        if not answer.strip():
            raise InputError("write the answer that the person will read")
        with self._database.write() as unit:
            appeal = unit.appeals.get(appeal_id)
            if appeal.assigned_to != actor.name:
                raise ConflictError("this appeal is not yours: take it first")
            act = AppealAct.UPHOLD if uphold else AppealAct.OVERTURN
            self._log(unit, actor.name, f"appeal:{act.value}", appeal)
            return self._settle(unit, appeal, act, answer.strip())

    def expire(self) -> list[Appeal]:
        """Appeals undecided after 10 days overturn the notice, but for those an outsider must look at."""
        now = self._clock()
        given = []
        with self._database.write() as unit:
            for appeal in unit.appeals.pending():
                late = now - appeal.received_at > DECIDE_WITHIN
                if not late or not OUTSIDE_REVIEW.isdisjoint(unit.cases.get(appeal.case).categories):
                    continue
                if appeal.state is AppealState.RECEIVED:
                    state = APPEAL_TABLE.step(appeal.state, AppealAct.ASSIGN)
                    appeal = replace(appeal, state=state, assigned_to=SYSTEM)
                self._log(unit, SYSTEM, "appeal:expire", appeal)
                given.append(self._settle(unit, appeal, AppealAct.OVERTURN, "Quá hạn 10 ngày."))
        return given

    def _settle(self, unit: Unit, appeal: Appeal, act: AppealAct, answer: str) -> Appeal:
        now = self._clock()
        state = APPEAL_TABLE.step(APPEAL_TABLE.step(appeal.state, act), AppealAct.CLOSE)
        case = unit.cases.get(appeal.case)
        overturned = act is AppealAct.OVERTURN
        unit.cases.save(
            replace(
                case,
                state=CASE_TABLE.step(case.state, CaseAct.SETTLE),
                overturned=case.overturned or overturned,
            )
        )
        unit.outbox.add(case.id, OutboxAct.REMOVE if overturned else OutboxAct.INDEX)
        if overturned:
            self._withdraw(unit, unit.notices.get(appeal.notice))
        return unit.appeals.save(replace(appeal, state=state, decided_at=now, answer=answer))

    def _withdraw(self, unit: Unit, notice: Notice) -> None:
        try:
            state = NOTICE_TABLE.step(notice.state, NoticeAct.WITHDRAW)
        except TransitionError:
            return  # withdrawn or restored already
        unit.notices.save(replace(notice, state=state))
        unit.audit.append(AuditEvent(self._clock(), SYSTEM, "notice:withdraw", f"notice:{notice.id}"))

    def _log(self, unit: Unit, actor: str, action: str, appeal: Appeal) -> None:
        unit.audit.append(AuditEvent(self._clock(), actor, action, f"appeal:{appeal.id}"))
