"""Reports: reads the store, counts, writes a page, a table or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lachan.domain.appeal import DECIDE_WITHIN
from lachan.domain.case import AWAITS_ANOTHER, CaseState
from lachan.domain.errors import InputError
from lachan.domain.first_stage import FirstStage
from lachan.domain.notice import Notice, NoticeAct, NoticeState
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import CaseFilter, Clock, Counter, Database, ReportFormat, ReportKind, Unit
from lachan.pipeline.protect import Protect
from lachan.reports.cells import Shown, Veil
from lachan.reports.charts import stacks, weekly_bars
from lachan.reports.figures import Figures, Material, Reading, Standing, figures
from lachan.reports.labels import label, labels
from lachan.reports.period import MEAN_WEEKS, VIETNAM, is_week, series_of, week_name
from lachan.reports.tidy import rows, to_csv, to_json

_WAITING: Final = (
    CaseState.OPEN,
    CaseState.HELD_BACK,
    CaseState.CLAIMED,
    CaseState.HELD,
    CaseState.ESCALATED,
    CaseState.RETURNED,
)
_AWAITING: Final = (CaseState.DECIDED, *AWAITS_ANOTHER)
_RUNNING: Final = (NoticeState.ISSUED, NoticeState.DELIVERED, NoticeState.ACKNOWLEDGED, NoticeState.OVERDUE)
_ANSWERS: Final = frozenset(
    f"notice:{act.value}" for act in (NoticeAct.COMPLY, NoticeAct.COMPLY_PARTLY, NoticeAct.REFUSE)
)
_WIDE_WEEKS: Final = 16  # a table with more columns does not fit on A4: then each week is a line
_ALL: Final = 100_000  # more running letters than any unit has


class Reports:
    """ReportWriter over a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._pages = Environment(
            loader=PackageLoader("lachan.reports"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.filters.update(day=_day, shown=_shown, rate=_rate)
        self._pages.globals.update(label=label)

    def write(self, kind: ReportKind, first: date, last: date, form: ReportFormat) -> bytes:
        """Raises InputError for a range that ends before it begins, or a weekly one that is no whole week."""
        if last < first:
            raise InputError("the report ends before it begins: give the earlier day first")
        if kind is ReportKind.WEEKLY and not is_week(first, last):
            raise InputError("a week runs from Monday to Sunday: give its Monday and its Sunday")
        now = self._clock().astimezone(VIETNAM)
        counted = figures(first, last, self._material(first, last, now))
        if form is ReportFormat.CSV:
            return to_csv(rows(counted))
        if form is ReportFormat.JSON:
            return to_json(kind, counted, now)
        return self._page(kind, counted, now).encode("utf-8")

    def _page(self, kind: ReportKind, counted: Figures, now: datetime) -> str:
        with self._database.read() as unit:
            titles = unit.sources.titles()
            demo = unit.state.get("kind") in ("demo", "training")
        return self._pages.get_template("report.html").render(
            weekly=kind is ReportKind.WEEKLY,
            week=week_name(counted.first),
            f=counted,
            chart=Markup(weekly_bars(counted.series)),  # noqa: S704  our own shapes and labels, no outside text
            stacks=stacks(counted.series),
            categories=_categories(counted),
            titles=titles,
            notes=labels()["note"],
            made_at=now,
            demo=demo,
            mean_weeks=MEAN_WEEKS,
            wide_weeks=_WIDE_WEEKS,
        )

    def _material(self, first: date, last: date, now: datetime) -> Material:
        series = series_of(first, last)
        begin = min(first, series[0][0])
        alarm = bool(Protect(self._database, self._clock).alarms())
        with self._database.read() as unit:
            notices = unit.figures.notices(first, last)
            totals = unit.sources.totals(None, first, last)
            return Material(
                facts=unit.figures.facts(begin, max(last, series[-1][1])),
                notices=notices,
                referrals=unit.figures.referrals(first, last),
                appeals=unit.figures.appeals(first, last),
                told=unit.public_reports.ledger(first, last),
                made_at=now,
                answered=_answered(unit, notices),
                source_kinds={source.key: source.kind for source in unit.sources.all()},
                reading=Reading(
                    pages=totals[Counter.PAGES],
                    judged=totals[Counter.DROPPED] + totals[Counter.STORED],
                    stored=totals[Counter.STORED],
                ),
                first_stage=FirstStage(
                    let_go=totals[Counter.FIRST_LET_GO],
                    drawn=totals[Counter.FIRST_DRAWN],
                    drawn_flagged=totals[Counter.FIRST_DRAWN_FLAGGED],
                    passed_flagged=totals[Counter.FIRST_PASSED_FLAGGED],
                ),
                standing=_standing(unit, now, alarm=alarm),
            )


def _answered(unit: Unit, notices: list[Notice]) -> dict[int, datetime]:
    """When a recipient answered: the letter itself does not keep it, the audit log does."""
    answered = {}
    for notice in notices:
        for each in unit.audit.of_subject(f"notice:{notice.id}"):  # newest first: the first answer stays
            if each.event.action in _ANSWERS:
                answered[notice.id] = each.event.at
    return answered


def _standing(unit: Unit, now: datetime, *, alarm: bool) -> Standing:
    def waiting(states: tuple[CaseState, ...]) -> int:
        return unit.cases.count(CaseFilter(route=Route.REVIEW, states=states))

    running = unit.notices.find(_RUNNING, limit=_ALL)
    return Standing(
        waiting=waiting(_WAITING),
        awaiting_approval=waiting(_AWAITING),
        notices_overdue=sum(
            notice.state is NoticeState.OVERDUE or (notice.due_at is not None and notice.due_at <= now)
            for notice in running
        ),
        appeals_overdue=sum(each.received_at + DECIDE_WITHIN < now for each in unit.appeals.pending()),
        referral_alarm=alarm,
    )


def _categories(counted: Figures) -> list[Mapping[str, object]]:
    """Lines of the category table: every category of this week or of those it is compared with."""
    before, four = counted.previous or {}, counted.last_four or {}
    risen = counted.rose()
    seen = [*counted.categories, *(each for each in (*before, *four) if each not in counted.categories)]
    return [
        {
            "label": label("category", each.value),
            "now": counted.categories.get(each, 0),
            "any": counted.categories_any.get(each, 0),
            "before": before.get(each, 0),
            "four": four.get(each, 0),
            "rose": each in risen,
        }
        for each in dict.fromkeys(seen)
    ]


def _day(moment: date) -> str:
    return f"{moment:%d/%m/%Y}"


def _shown(value: object) -> str:
    return label("cell", "hidden") if value is Veil.HIDDEN else str(value)


def _rate(part: Shown, whole: int) -> str:
    """With its denominator; a dash where there is nothing to take a share of."""
    return f"{_shown(part)}/{whole}" if whole else "–"
