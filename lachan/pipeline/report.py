"""Reports from people: received without a name, read by a person every one, answered by the word-code.

submit -> read -> (open_protect | open_review) -> settle -> expire           removal.py looks at pages again
          \\-> hand_over, release, contact            follow, add, withdraw: whoever has the code
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from lachan.domain.account import PERMISSIONS, Actor, Permission
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.case import KEEP_FACTS, Case
from lachan.domain.errors import ConflictError, InputError, PermissionDenied
from lachan.domain.report import (
    KEEP_ANSWERED,
    KEEP_UNANSWERED,
    MAX_ADDITIONS,
    MAX_ANSWER,
    MAX_TEXT,
    REPORT_TABLE,
    UNREAD,
    ContactReason,
    LedgerRow,
    PublicReport,
    Quarantine,
    Removal,
    ReportAct,
    ReportDesk,
    ReportOutcome,
    ReportState,
    Told,
    check_length,
    check_told,
    desk_for,
    next_look,
)
from lachan.domain.word_code import code_hash, new_code, normal_code
from lachan.pipeline.appeal import PUBLIC
from lachan.pipeline.ports import Clock, Database, KeyRing, PageFetcher, Unit, UrgentWords
from lachan.pipeline.report_case import (
    Seen,
    check_on_page,
    checked_quote,
    open_case,
    protect_case,
    review_case,
    source_of,
)
from lachan.pipeline.sources import check_running

CODE_SECRET: Final = "report-code"  # noqa: S105 - the name of a key, not a key
FLOOD: Final = 200  # reports an hour, from everywhere; more wait apart
FLOOD_WINDOW: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Submitted:
    """A report that was received; the code is shown once, and kept nowhere."""

    report: PublicReport
    code: str


class PublicReports:
    """From the public form to the answer, and what a removal came to."""

    def __init__(
        self, database: Database, keys: KeyRing, clock: Clock, fetcher: PageFetcher, urgent: UrgentWords
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._fetcher = fetcher
        self._urgent = urgent

    # --- Whoever tells -------------------------------------------------------------------------------------
    def submit(self, told: Told, quarantine: Quarantine | None = None) -> Submitted:
        """Receive a report. No judge stands before it: a person reads every one. Raises InputError.

        `quarantine`: why it must wait apart; a flood from everywhere is seen here.
        """
        told = check_told(told)
        urgent = told.danger_now or self._urgent(told.text)
        now, code = self._clock(), new_code(secrets.choice)
        with self._database.write() as unit:
            if quarantine is None and unit.public_reports.received_since(now - FLOOD_WINDOW) >= FLOOD:
                quarantine = Quarantine.FLOOD
            report = unit.public_reports.add(
                PublicReport(
                    id=0,
                    state=ReportState.QUARANTINED if quarantine else REPORT_TABLE.initial,
                    desk=desk_for(told, urgent=urgent),
                    received_at=now,
                    told_at=now,
                    delete_text_at=now + KEEP_UNANSWERED,
                    reporter=told.reporter,
                    words=(told.text,) if told.text else (),
                    url=told.url,
                    wants_removal=told.wants_removal,
                    urgent=urgent,
                    quarantine=quarantine,
                ),
                self._hash(code),
                told.contact,
            )
            self._log(unit, PUBLIC, "report:receive", report, urgent=urgent, apart=quarantine is not None)
        return Submitted(report, code)

    def follow(self, code: str) -> tuple[PublicReport, list[Removal]]:
        """What became of it. Raises NotFound for an unknown code (or one that was withdrawn)."""
        hashed = self._hash(code)
        with self._database.read() as unit:
            report = unit.public_reports.by_code(hashed)
            return report, unit.removals.of_report(report.id)

    def add(self, code: str, text: str) -> PublicReport:
        """Tell more; somebody reads it anew. Raises InputError, NotFound, TransitionError once it is closed."""
        words = text.strip()
        if not words:
            raise InputError("write what you want to add")
        check_length(words, MAX_TEXT)
        hashed, now = self._hash(code), self._clock()
        with self._database.write() as unit:
            report = unit.public_reports.by_code(hashed)
            if len(report.words) > MAX_ADDITIONS:
                raise InputError("this report is full: write a new one")
            urgent = self._urgent(words)
            report = replace(
                _step(report, ReportAct.ADD),
                words=(*report.words, words),
                urgent=report.urgent or urgent,
                desk=ReportDesk.PROTECT if urgent else report.desk,
                told_at=now if report.state not in UNREAD else report.told_at,
                delete_text_at=max(report.delete_text_at, now + KEEP_UNANSWERED),
            )
            unit.public_reports.save(report)
            self._log(unit, PUBLIC, "report:add", report, urgent=urgent)
        return report

    def withdraw(self, code: str) -> PublicReport:
        """Forget all that was told, at once: words, address, contact, answer, code, looks at a page. The number
        and its times stay in the ledger; a case that was opened holds an officer's words and goes its own way."""
        hashed = self._hash(code)
        with self._database.write() as unit:
            report = unit.public_reports.by_code(hashed)
            report = replace(_emptied(_step(report, ReportAct.WITHDRAW)), closed_at=self._clock())
            unit.public_reports.save(report)
            unit.removals.drop_of(report.id)
            self._log(unit, PUBLIC, "report:withdraw", report)
        self._database.forget_freed()
        return report

    # --- The desk ------------------------------------------------------------------------------------------
    def read(self, actor: Actor, report_id: int) -> PublicReport:
        """Read it: the first time is what the ledger counts, and every time is logged."""
        with self._database.write() as unit:
            report = self._mine(unit, actor, report_id)
            if report.state in UNREAD:
                report = replace(
                    _step(report, ReportAct.READ),
                    read_by=actor.name,
                    read_at=report.read_at or self._clock(),
                )
                unit.public_reports.save(report)
                self._log(unit, actor.name, "report:read", report)
            else:
                self._log(unit, actor.name, "report:view", report)
        return report

    def headline(self, actor: Actor, report_id: int) -> PublicReport:
        """The same without a word of what was told, for whoever has not decided to read."""
        with self._database.read() as unit:
            return replace(self._mine(unit, actor, report_id), words=(), url="", reporter=None, answer=None)

    def release(self, actor: Actor, report_id: int) -> PublicReport:
        """Out of quarantine, among the others."""
        return self._move(actor, report_id, ReportAct.RELEASE)

    def hand_over(self, actor: Actor, report_id: int, desk: ReportDesk) -> PublicReport:
        """To the other desk. Officers give up what turns out to be a child's need."""
        with self._database.write() as unit:
            report = replace(self._mine(unit, actor, report_id), desk=desk)
            unit.public_reports.save(report)
            self._log(unit, actor.name, "report:hand_over", report, desk=desk.value)
        return report

    def contact(self, actor: Actor, report_id: int, reason: ContactReason) -> str | None:
        """How to reach who told: protection officers alone, with a reason, which is logged."""
        actor.require(Permission.DECIDE_PROTECT, interactive=True)
        with self._database.write() as unit:
            report = unit.public_reports.get(report_id)
            self._log(unit, actor.name, "report:show_contact", report, reason=reason.value)
            return unit.public_reports.contact(report_id)

    def open_protect(self, actor: Actor, report_id: int, seen: Seen, need: str) -> Case:
        """A protection case in the officer's own words, masked: what the reporter wrote stays in the report and
        goes with it. The clocks count from the report."""
        actor.require(Permission.DECIDE_PROTECT, interactive=True)
        with self._database.write() as unit:
            report = self._read_already(unit, actor, report_id)
            if report.protect_case is not None:
                raise ConflictError("a protection case was opened from this report already")
            case = open_case(unit, protect_case(report, seen, need, self._clock()))
            self._classified(
                unit, actor, replace(report, protect_case=case.id), ReportOutcome.CHILD_HELPED, case
            )
        return case

    def open_review(self, actor: Actor, report_id: int, seen: Seen, quote: str) -> Case:
        """A review case of the reported page. The page is fetched once, on registered places alone; kept are the
        words that `quote` repeats, nothing else of it. A child's wish for removal is followed from here.

        Raises SourceRefused, RefusedError when the page is gone or does not say so, ConflictError when it cannot
        be reached now.
        """
        words = checked_quote(quote)
        with self._database.read() as unit:
            report = self._read_already(unit, actor, report_id)
            check_running(unit)
            source = source_of(unit.sources.all(), report.url)
        check_on_page(self._fetcher, report.url, words)
        with self._database.write() as unit:
            report = self._read_already(unit, actor, report_id)
            if report.review_case is not None:
                raise ConflictError("a review case was opened from this report already")
            secret = self._keys.secret("near_copy")
            case = open_case(unit, review_case(report, seen, words, source.key, secret, self._clock()))
            if report.wants_removal:
                now = self._clock()
                unit.removals.add(Removal(0, report.id, case.id, report.url, words, now, next_look(now, now)))
                self._log(unit, actor.name, "removal:start", report)
            outcome = report.outcome if report.protect_case is not None else None
            self._classified(
                unit,
                actor,
                replace(report, review_case=case.id),
                outcome or ReportOutcome.CONTENT_REVIEWED,
                case,
            )
        return case

    def settle(self, actor: Actor, report_id: int, outcome: ReportOutcome, answer: str) -> PublicReport:
        """Classify and answer in one. The answer is what the word-code shows; 30 days later all words go."""
        words = answer.strip()
        if not words:
            raise InputError("write the answer that the person will read")
        check_length(words, MAX_ANSWER)
        with self._database.write() as unit:
            report = self._read_already(unit, actor, report_id)
            opened = {
                ReportOutcome.CHILD_HELPED: report.protect_case,
                ReportOutcome.CONTENT_REVIEWED: report.review_case,
            }
            if outcome in opened and opened[outcome] is None:
                raise InputError("open the case first, or choose another outcome")
            report = self._classified(unit, actor, report, outcome)
            now = self._clock()
            report = replace(
                _step(report, ReportAct.ANSWER),
                answer=words,
                answered_by=actor.name,
                answered_at=now,
                delete_text_at=now + KEEP_ANSWERED,
            )
            unit.public_reports.save(report)
            self._log(unit, actor.name, "report:answer", report)
        return report

    def removals(self, actor: Actor, report_id: int) -> list[Removal]:
        """The looks at the page that were asked to go."""
        with self._database.read() as unit:
            self._mine(unit, actor, report_id)
            return unit.removals.of_report(report_id)

    # --- The ledger and the clock --------------------------------------------------------------------------
    def ledger(self, first: date, last: date) -> list[LedgerRow]:
        """Number, times and outcome of what was received in these days (Asia/Ho_Chi_Minh), both included."""
        with self._database.read() as unit:
            return unit.public_reports.ledger(first, last)

    def expire(self) -> int:
        """Words past their day go; returns how many. What nobody answered gets another term, and the log says
        that it is overdue: nothing is deleted unread."""
        now, closed = self._clock(), 0
        with self._database.write() as unit:
            for report_id in unit.public_reports.text_due(now):
                report = unit.public_reports.get(report_id)
                if report.state is ReportState.ANSWERED:
                    report = replace(_emptied(_step(report, ReportAct.CLOSE)), closed_at=now)
                    self._log(unit, SYSTEM, "report:close", report)
                    closed += 1
                else:
                    report = replace(report, delete_text_at=now + KEEP_UNANSWERED)
                    self._log(unit, SYSTEM, "report:overdue", report)
                unit.public_reports.save(report)
            unit.public_reports.drop(now - KEEP_FACTS)
        return closed

    # --- Within --------------------------------------------------------------------------------------------
    def _hash(self, code: str) -> str:
        if not normal_code(code):
            raise InputError("write the words of your code")
        return code_hash(self._keys.secret(CODE_SECRET), code)

    def _mine(self, unit: Unit, actor: Actor, report_id: int) -> PublicReport:
        """The report, if this actor's desk reads it. Raises PermissionDenied."""
        report = unit.public_reports.get(report_id)
        if report.desk not in desks_of(actor):
            raise PermissionDenied("this report is read by protection officers")
        actor.require(
            Permission.DECIDE_PROTECT
            if Permission.DECIDE_PROTECT in PERMISSIONS[actor.account.role]
            else Permission.DECIDE_REVIEW,
            interactive=True,
        )
        return report

    def _read_already(self, unit: Unit, actor: Actor, report_id: int) -> PublicReport:
        report = self._mine(unit, actor, report_id)
        if report.state in UNREAD:
            raise ConflictError("something was added: read the report first")
        return report

    def _move(self, actor: Actor, report_id: int, act: ReportAct) -> PublicReport:
        with self._database.write() as unit:
            report = replace(_step(self._mine(unit, actor, report_id), act), quarantine=None)
            unit.public_reports.save(report)
            self._log(unit, actor.name, f"report:{act.value}", report)
        return report

    def _classified(
        self,
        unit: Unit,
        actor: Actor,
        report: PublicReport,
        outcome: ReportOutcome,
        case: Case | None = None,
    ) -> PublicReport:
        if case is not None:
            self._log(unit, actor.name, "report:open_case", report, case=case.number)
        report = replace(
            _step(report, ReportAct.CLASSIFY),
            outcome=outcome,
            classified_at=report.classified_at or self._clock(),
        )
        unit.public_reports.save(report)
        self._log(unit, actor.name, "report:classify", report, outcome=outcome.value)
        return report

    def _log(self, unit: Unit, actor: str, action: str, report: PublicReport, **details: str | bool) -> None:
        unit.audit.append(AuditEvent(self._clock(), actor, action, f"report:{report.id}", details))


def desks_of(actor: Actor) -> tuple[ReportDesk, ...]:
    """Whose reports this account reads: protection officers all, officers those about pages."""
    granted = PERMISSIONS[actor.account.role]
    if Permission.DECIDE_PROTECT in granted:
        return tuple(ReportDesk)
    return (ReportDesk.REVIEW,) if Permission.DECIDE_REVIEW in granted else ()


def _step(report: PublicReport, act: ReportAct) -> PublicReport:
    return replace(report, state=REPORT_TABLE.step(report.state, act))


def _emptied(report: PublicReport) -> PublicReport:
    """Nothing of what was told is left."""
    return replace(report, reporter=None, words=(), url="", answer=None)
