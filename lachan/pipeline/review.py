"""Review: claim, correct, decide; a second person where two are due."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from lachan.domain import citation
from lachan.domain.account import PERMISSIONS, Actor, Permission
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.case import (
    CASE_TABLE,
    CLAIM_FOR,
    KEEP_UNDECIDED,
    Case,
    CaseAct,
    CasePost,
    CaseState,
    keep_until,
)
from lachan.domain.errors import (
    ConflictError,
    InputError,
    RefusedError,
    SecondPersonNeeded,
)
from lachan.domain.measure import NOTICE_MEASURES, TWO_PERSON, Measure, check_measure
from lachan.domain.notice import NOTICE_TABLE, Notice, NoticeAct, NoticeState, PageCheck
from lachan.domain.privacy import mask
from lachan.domain.taxonomy import TESTIMONY_ONLY, AgeBand, Category, Route
from lachan.pipeline.import_rows import HANOI
from lachan.pipeline.page_check import look
from lachan.pipeline.ports import (
    CaseFilter,
    Clock,
    Database,
    OutboxAct,
    PageFetcher,
    QueueOrder,
    Unit,
)

CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: nothing to misread
CODE_LENGTH: Final = 12  # 60 bits
_ALL: Final = 10_000  # more cases than one person can have taken
CHECK_HOLDS: Final = timedelta(hours=1)  # how fresh the look at the page must be at approval

#: Who may read, claim and decide, by the route of the case.
_READ: Final = {Route.REVIEW: Permission.READ_REVIEW_QUEUE, Route.PROTECT: Permission.READ_PROTECT_QUEUE}
_DECIDE: Final = {Route.REVIEW: Permission.DECIDE_REVIEW, Route.PROTECT: Permission.DECIDE_PROTECT}


@dataclass(frozen=True)
class Decision:
    """What the officer fills in. `reason` is the necessity (or why dismissed); `recipient` who gets the letter."""

    measure: Measure
    reason: str
    citations: tuple[str, ...] = ()
    recipient: str = ""
    author_seems_child: bool = False


class Review:
    """The review queue's use cases; claims serve the protection queue as well."""

    def __init__(self, database: Database, clock: Clock, fetcher: PageFetcher) -> None:
        self._database = database
        self._clock = clock
        self._fetcher = fetcher

    # --- Claims --------------------------------------------------------------------------------------------
    def claim(self, actor: Actor, case_id: int) -> Case:
        """Take a case, for 20 minutes after the last heartbeat. Raises ConflictError when somebody has it (and
        did not let it run out)."""
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            actor.require(_DECIDE[case.route])
            if case.claimed_by == actor.name and case.state is CaseState.CLAIMED:
                return self._extend(unit, case)
            if case.state is CaseState.CLAIMED:
                if case.claimed_until is None or case.claimed_until > self._clock():
                    raise ConflictError(f"{case.number} is with somebody else")
                case = self._free(unit, case)
            case = self._step(unit, actor, case, CaseAct.CLAIM)
            return self._extend(unit, replace(case, claimed_by=actor.name))

    def claim_next(self, actor: Actor, route: Route) -> Case | None:
        """Take the first open case of the queue; None when it is empty."""
        actor.require(_DECIDE[route])
        where = CaseFilter(route=route, states=(CaseState.OPEN, CaseState.RETURNED))
        with self._database.read() as unit:
            left = unit.cases.claim_expired(self._clock())
        if left:
            self.expire_claims()
        while True:
            with self._database.read() as unit:
                waiting = unit.cases.find(where, order=QueueOrder.PRIORITY, limit=20)
            if not waiting:
                return None
            for case in waiting:
                try:
                    return self.claim(actor, case.id)
                except ConflictError:
                    continue

    def heartbeat(self, actor: Actor, case_id: int) -> Case:
        """Keep the claim. Raises ConflictError when it is lost."""
        with self._database.write() as unit:
            return self._extend(unit, self._held(unit, actor, case_id))

    def release(self, actor: Actor, case_id: int) -> Case:
        """Give the case back to the queue."""
        with self._database.write() as unit:
            case = self._step(unit, actor, self._held(unit, actor, case_id), CaseAct.RELEASE)
            return unit.cases.save(replace(case, claimed_by=None, claimed_until=None))

    def hold(self, actor: Actor, case_id: int) -> Case:
        """Set aside: it stays with the officer and does not run out."""
        with self._database.write() as unit:
            return self._step(unit, actor, self._held(unit, actor, case_id), CaseAct.HOLD)

    def escalate(self, actor: Actor, case_id: int) -> Case:
        """Ask for a second opinion: any colleague of the same queue may resume it."""
        with self._database.write() as unit:
            return self._step(unit, actor, self._held(unit, actor, case_id), CaseAct.ESCALATE)

    def resume(self, actor: Actor, case_id: int) -> Case:
        """Go on with a held case (its holder) or an escalated one (anybody of the queue)."""
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            actor.require(_DECIDE[case.route])
            if case.state is CaseState.HELD and case.claimed_by != actor.name:
                raise ConflictError(f"{case.number} is held by somebody else")
            case = self._step(unit, actor, case, CaseAct.RESUME)
            return self._extend(unit, replace(case, claimed_by=actor.name))

    def expire_claims(self) -> int:
        """Claims without a heartbeat, and all that closed accounts have, return to the queue; says how many."""
        with self._database.write() as unit:
            closed = {account.name for account in unit.accounts.all() if not account.active}
            taken = (CaseState.CLAIMED, CaseState.HELD)
            left = [
                case
                for name in closed
                for case in unit.cases.find(CaseFilter(states=taken, claimed_by=name), limit=_ALL)
            ]
            cases = {case.id: case for case in [*unit.cases.claim_expired(self._clock()), *left]}
            for case in cases.values():
                self._free(unit, case)
            return len(cases)

    def release_all(self, actor: Actor) -> int:
        """Whoever leaves gives back what they claimed (what they hold stays theirs); returns how many."""
        with self._database.write() as unit:
            mine = CaseFilter(states=(CaseState.CLAIMED,), claimed_by=actor.name)
            cases = unit.cases.find(mine, limit=_ALL)
            for case in cases:
                freed = self._step(unit, actor, case, CaseAct.RELEASE)
                unit.cases.save(replace(freed, claimed_by=None, claimed_until=None))
            return len(cases)

    # --- Reading -------------------------------------------------------------------------------------------
    def read(self, actor: Actor, case_id: int) -> tuple[Case, list[CasePost]]:
        """The case and its posts. The address of a post is shown to who holds the claim (or decides on the
        approval), and that is logged."""
        with self._database.read() as unit:
            case, posts = unit.cases.get(case_id), unit.cases.posts(case_id)
        actor.require(_READ[case.route])
        holds = case.claimed_by == actor.name and case.state in (CaseState.CLAIMED, CaseState.HELD)
        second = case.state is CaseState.AWAITING_APPROVAL and case.decided_by != actor.name
        if not (holds or (second and Permission.APPROVE in PERMISSIONS[actor.account.role])):
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
                "case:correct",
                case,
                before=",".join(case.categories),
                after=",".join(categories),
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
            actor.require(_DECIDE[case.route], interactive=True)
            self._check(unit, actor, case, decision)
            post = unit.cases.posts(case.id, limit=1)[0]
            case = self._step(unit, actor, case, CaseAct.DECIDE, measure=decision.measure.value)
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
                _confirmed(unit, case)
            return case

    def check_page(self, actor: Actor, case_id: int) -> Notice:
        """Look at the page once more before approval."""
        actor.require(Permission.APPROVE)
        with self._database.read() as unit:
            notice = _submitted(unit, case_id)
            posts = unit.cases.posts(case_id, limit=1)
        found = look(self._fetcher, notice.url, posts[0].text if posts else "")
        with self._database.write() as unit:
            checked = replace(_submitted(unit, case_id), page_check=found, checked_at=self._clock())
            self._log(unit, actor.name, "notice:check_page", unit.cases.get(case_id), found=found.value)
            return unit.notices.save(checked)

    def approve(self, actor: Actor, case_id: int) -> Notice:
        """The second person's yes: the letter is issued.

        Raises SecondPersonNeeded for who decided, InputError when a cited clause is no longer in force,
        ConflictError when the page was not looked at, RefusedError when the post is gone.
        """
        now = self._clock()
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            actor.require(Permission.APPROVE, interactive=True)
            if case.decided_by == actor.name:
                raise SecondPersonNeeded("you decided this case: somebody else must approve it")
            notice = _submitted(unit, case_id)
            if notice.checked_at is None or now - notice.checked_at > CHECK_HOLDS:
                raise ConflictError("look at the page first: it must be checked within the last hour")
            if notice.page_check is PageCheck.GONE:
                raise RefusedError("the post is gone: return the case, there is nothing left to remove")
            self._check_citations(case, notice.measure, notice.citations)
            case = self._step(unit, actor, case, CaseAct.APPROVE)
            assert case.measure is not None
            case = unit.cases.save(
                replace(
                    case,
                    approved_by=actor.name,
                    closed_at=now,
                    delete_text_at=keep_until(now, case.measure),
                )
            )
            notice = self._issue(unit, replace(notice, approved_by=actor.name))
            _confirmed(unit, case)
            return notice

    def send_back(self, actor: Actor, case_id: int, note: str) -> Case:
        """The second person's no: back to the queue with a note. Raises SecondPersonNeeded likewise."""
        if not note.strip():
            raise InputError("write what should be done differently")
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            actor.require(Permission.APPROVE, interactive=True)
            if case.decided_by == actor.name:
                raise SecondPersonNeeded("you decided this case: somebody else must look at it")
            notice = _submitted(unit, case_id)
            unit.notices.save(replace(notice, state=NOTICE_TABLE.step(notice.state, NoticeAct.REJECT)))
            case = self._step(unit, actor, case, CaseAct.RETURN)
            return unit.cases.save(replace(case, return_note=note.strip()))

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
            recent_necessities=unit.cases.recent_reasons(actor.name),
            author_seems_child=decision.author_seems_child,
        )
        if decision.measure in NOTICE_MEASURES:
            if not decision.recipient.strip():
                raise InputError("write who the letter goes to")
            self._check_citations(case, decision.measure, decision.citations)

    def _check_citations(self, case: Case, measure: Measure, citations: Sequence[str]) -> None:
        """In force today, which begins in Vietnam seven hours before it does in UTC."""
        today = self._clock().astimezone(HANOI).date()
        citation.check(citations, measure=measure, categories=case.categories, age=case.age, on=today)

    def _draft(
        self, unit: Unit, actor: Actor, case: Case, post: CasePost, decision: Decision, *, two: bool
    ) -> None:
        wide = not TESTIMONY_ONLY.isdisjoint(case.categories)
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
                description=mask(post.text, wide=wide).text,
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

    def _issue(self, unit: Unit, notice: Notice) -> Notice:
        state = NOTICE_TABLE.step(notice.state, NoticeAct.APPROVE)
        state = NOTICE_TABLE.step(state, NoticeAct.ISSUE)
        return unit.notices.save(replace(notice, state=state, issued_at=self._clock()))

    def _held(self, unit: Unit, actor: Actor, case_id: int) -> Case:
        """The case, if this actor holds it now. Raises ConflictError."""
        case = unit.cases.get(case_id)
        actor.require(_DECIDE[case.route])
        if case.state is not CaseState.CLAIMED or case.claimed_by != actor.name:
            raise ConflictError(f"{case.number} is not claimed by you (any more): claim it first")
        return case

    def _free(self, unit: Unit, case: Case) -> Case:
        """Back to the queue, from who left it claimed or held."""
        state = case.state if case.state is CaseState.CLAIMED else CASE_TABLE.step(case.state, CaseAct.RESUME)
        freed = replace(case, state=CASE_TABLE.step(state, CaseAct.RELEASE))
        self._log(unit, SYSTEM, "case:claim_expired", case)
        return unit.cases.save(replace(freed, claimed_by=None, claimed_until=None))

    def _extend(self, unit: Unit, case: Case) -> Case:
        return unit.cases.save(replace(case, claimed_until=self._clock() + CLAIM_FOR))

    def _step(self, unit: Unit, actor: Actor, case: Case, act: CaseAct, **details: str) -> Case:
        """Take one step of the table, log it, save it."""
        self._log(unit, actor.name, f"case:{act.value}", case, **details)
        return unit.cases.save(replace(case, state=CASE_TABLE.step(case.state, act)))

    def _log(self, unit: Unit, actor: str, action: str, case: Case, **details: str) -> None:
        unit.audit.append(AuditEvent(self._clock(), actor, action, f"case:{case.id}", details))


def _submitted(unit: Unit, case_id: int) -> Notice:
    for notice in unit.notices.of_case(case_id):
        if notice.state is NoticeState.SUBMITTED:
            return notice
    raise ConflictError("nothing waits for approval in this case")


def _confirmed(unit: Unit, case: Case) -> None:
    """After a final decision: the index learns of it, and the source's clock of confirmed harm starts anew."""
    if case.confirmed:
        unit.outbox.add(case.id, OutboxAct.INDEX)
        source = unit.sources.get(case.source)
        unit.sources.save(replace(source, last_harm_at=case.closed_at))
