"""The second person, and the third where the first two disagree.

decide -> awaiting approval -> approve: issued
                            -> send_back: to be mended, once by each approver
                            -> disagree -> disputed -> approve (a third person): issued
                                                    -> refuse (a third person): back, and not asked again

Nobody sees whose decision it is. With nobody left for the third part the case waits, and the desk says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from lachan.domain import citation
from lachan.domain.account import Actor, Permission
from lachan.domain.audit import AuditLink
from lachan.domain.case import KEEP_UNDECIDED, Case, CaseAct, CaseState, Third, keep_until
from lachan.domain.errors import ConflictError, InputError, RefusedError, SecondPersonNeeded
from lachan.domain.measure import Measure
from lachan.domain.notice import NOTICE_TABLE, Notice, NoticeAct, NoticeState, PageCheck
from lachan.pipeline.claims import ANSWERED, Claims
from lachan.pipeline.clauses import ended_here
from lachan.pipeline.import_rows import HANOI
from lachan.pipeline.page_check import look
from lachan.pipeline.parties import took_part
from lachan.pipeline.ports import Clock, Database, OutboxAct, PageFetcher, Unit

CHECKED: Final = "notice:check_page"
RETURNED: Final = f"case:{CaseAct.RETURN.value}"
REFUSED: Final = f"case:{CaseAct.REFUSE.value}"
_WHOLE: Final = 10_000  # more events than any case has
CHECK_HOLDS: Final = timedelta(hours=1)  # how fresh the look at the page must be at approval


class Approval(Claims):
    """What the second and the third person do."""

    def __init__(self, database: Database, clock: Clock, fetcher: PageFetcher) -> None:
        super().__init__(database, clock)
        self._fetcher = fetcher

    def check_page(self, actor: Actor, case_id: int) -> Notice:
        """Look at the page once more before approval."""
        actor.require(Permission.APPROVE)
        with self._database.read() as unit:
            notice = _submitted(unit, case_id)
            posts = unit.cases.posts(case_id, limit=1)
        found = look(self._fetcher, notice.url, posts[0].text if posts else "")
        with self._database.write() as unit:
            checked = replace(_submitted(unit, case_id), page_check=found, checked_at=self._clock())
            case = unit.cases.get(case_id)
            self._log(unit, actor.name, CHECKED, case, found=found.value, posts=case.post_count)
            return unit.notices.save(checked)

    def approve(self, actor: Actor, case_id: int) -> Notice:
        """The second (or third) person's yes: the letter is issued.

        Raises SecondPersonNeeded for who decided (for a third: had any part), InputError when a cited clause no
        longer holds, ConflictError when the page was not looked at (or not since the last near-copy
        joined), RefusedError when the post is gone.
        """
        now = self._clock()
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            self._another(unit, actor, case)
            notice = _submitted(unit, case_id)
            if notice.checked_at is None or now - notice.checked_at > CHECK_HOLDS:
                raise ConflictError("look at the page first: it must be checked within the last hour")
            if notice.page_check is PageCheck.GONE:
                raise RefusedError("the post is gone: return the case, there is nothing left to remove")
            if case.post_count > posts_at(unit.audit.of_subject(f"case:{case_id}"), CHECKED):
                raise ConflictError("a near-copy came since you looked at the page: look again, then approve")
            if self._over(unit, notice.citations):
                raise InputError(
                    "a cited clause no longer holds: send the case back, to be decided on another clause"
                )
            self._check_citations(unit, case, notice.measure, notice.citations)
            third = Third.APPROVED if case.state is CaseState.DISPUTED else case.third
            case = self._step(unit, actor, case, CaseAct.APPROVE)
            assert case.measure is not None
            case = unit.cases.save(
                replace(
                    case,
                    approved_by=actor.name,
                    third=third,
                    closed_at=now,
                    delete_text_at=keep_until(now, case.measure),
                )
            )
            notice = self._issue(unit, replace(notice, approved_by=actor.name))
            confirmed(unit, case)
            return notice

    def send_back(self, actor: Actor, case_id: int, note: str) -> Case:
        """Back to the officers, to be mended. Who did so once in a case then approves or disagrees (unless the post
        is gone or a cited clause no longer holds): a decision is not turned in circles. Raises SecondPersonNeeded,
        RefusedError."""
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            self._another(unit, actor, case)
            before = unit.audit.of_subject(f"case:{case_id}", _WHOLE)
            twice = any(item.event.action == RETURNED and item.event.actor == actor.name for item in before)
            notice = _submitted(unit, case_id)
            void = notice.page_check is PageCheck.GONE or self._over(unit, notice.citations)
            if twice and not void:
                raise RefusedError(
                    "you sent this case back once already: approve it, or say that you disagree"
                )
            return self._rejected(unit, actor, case, CaseAct.RETURN, _written(note))

    def disagree(self, actor: Actor, case_id: int, note: str) -> Case:
        """The second person's no, with the reason that a third person will read. Raises SecondPersonNeeded."""
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            self._another(unit, actor, case)
            case = self._step(unit, actor, case, CaseAct.DISAGREE, **_what(case))
            return unit.cases.save(
                replace(
                    case,
                    return_note=_written(note),
                    disagreed_by=actor.name,
                    third=Third.AWAITED,
                    delete_text_at=self._clock() + KEEP_UNDECIDED,
                )
            )

    def refuse(self, actor: Actor, case_id: int, note: str) -> Case:
        """The third person sides with the second: the letter is not issued, and the same measure is not asked for
        again while the case is the same; unless a cited clause no longer holds: then nobody could say yes, and the
        case comes back without a word on the measure. Raises SecondPersonNeeded for who had any part."""
        with self._database.write() as unit:
            case = unit.cases.get(case_id)
            self._another(unit, actor, case)
            both = "\n".join(words for words in (case.return_note, _written(note)) if words)
            void = self._over(unit, _submitted(unit, case_id).citations)
            case = replace(case, third=None if void else Third.REFUSED)
            return self._rejected(unit, actor, case, CaseAct.REFUSE, both, **({} if void else _what(case)))

    # --- Within --------------------------------------------------------------------------------------------
    def _another(self, unit: Unit, actor: Actor, case: Case) -> None:
        """Somebody else than before: of two people one, of a disagreement none."""
        actor.require(Permission.APPROVE, interactive=True)
        if case.decided_by == actor.name:
            raise SecondPersonNeeded("you decided this case: somebody else must approve it")
        if any(
            item.event.action == ANSWERED and item.event.actor == actor.name
            for item in unit.audit.of_subject(f"case:{case.id}", _WHOLE)
        ):
            raise SecondPersonNeeded(
                "you gave your opinion before the decision: somebody else must approve it"
            )
        if case.state is CaseState.DISPUTED and actor.name in took_part(unit, case, but_looking=True):
            raise SecondPersonNeeded("you took part in this case: a third person must decide")

    def _rejected(
        self, unit: Unit, actor: Actor, case: Case, act: CaseAct, note: str, **details: str | int
    ) -> Case:
        notice = _submitted(unit, case.id)
        unit.notices.save(replace(notice, state=NOTICE_TABLE.step(notice.state, NoticeAct.REJECT)))
        case = self._step(unit, actor, case, act, **details)
        return unit.cases.save(replace(case, return_note=note, delete_text_at=self._clock() + KEEP_UNDECIDED))

    def _check_citations(self, unit: Unit, case: Case, measure: Measure, citations: Sequence[str]) -> None:
        """In force today, by the release and by what admins ended."""
        citation.check(
            citations,
            measure=measure,
            categories=case.categories,
            age=case.age,
            on=self._today(),
            ended=ended_here(unit),
        )

    def _over(self, unit: Unit, citations: Sequence[str]) -> bool:
        """Whether one of them no longer holds, or is none of this release: no letter may wait on it for ever."""
        with suppress(InputError):
            return bool(citation.over(citations, self._today(), ended_here(unit)))
        return True

    def _today(self) -> date:
        """In Vietnam, where the day begins seven hours before it does in UTC."""
        return self._clock().astimezone(HANOI).date()

    def _issue(self, unit: Unit, notice: Notice) -> Notice:
        state = NOTICE_TABLE.step(notice.state, NoticeAct.APPROVE)
        state = NOTICE_TABLE.step(state, NoticeAct.ISSUE)
        return unit.notices.save(replace(notice, state=state, issued_at=self._clock()))


def posts_at(history: Sequence[AuditLink], action: str) -> int:
    """How many posts the case had when `action` was last logged (`history` newest first); 0 when it never was."""
    for item in history:
        if item.event.action == action:
            posts = item.event.details.get("posts", 0)
            return posts if isinstance(posts, int) else 0
    return 0


def refused_before(unit: Unit, case: Case, measure: Measure) -> bool:
    """Whether two of three people refused this measure for the case as it is; a near-copy makes it another."""
    return any(
        item.event.action == REFUSED
        and item.event.details.get("measure") == measure.value
        and item.event.details.get("posts") == case.post_count
        for item in unit.audit.of_subject(f"case:{case.id}", _WHOLE)
    )


def _what(case: Case) -> dict[str, str | int]:
    """What was disagreed on."""
    return {"measure": case.measure.value if case.measure else "", "posts": case.post_count}


def _written(note: str) -> str:
    """Raises InputError for no words."""
    if not note.strip():
        raise InputError("write what should be done differently")
    return note.strip()


def _submitted(unit: Unit, case_id: int) -> Notice:
    for notice in unit.notices.of_case(case_id):
        if notice.state is NoticeState.SUBMITTED:
            return notice
    raise ConflictError("nothing waits for approval in this case")


def confirmed(unit: Unit, case: Case) -> None:
    """After a final decision: the index learns of it, and the source's clock of confirmed harm starts anew."""
    if case.confirmed:
        unit.outbox.add(case.id, OutboxAct.INDEX)
        source = unit.sources.get(case.source)
        unit.sources.save(replace(source, last_harm_at=case.closed_at))
