"""/metrics: the vitals in Prometheus' text format, on this machine alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lachan.domain.directory import Standing
from lachan.domain.post import SourceState
from lachan.pipeline.ports import Clock, Counter, Database
from lachan.pipeline.vitals import Vitals, vitals

LOOPBACK: Final = "127.0.0.1"  # whoever asks from elsewhere asks through something that checks who they are
_CONTACTS: Final = {
    Standing.VERIFIED: "verified for more than 14 days to come",
    Standing.DUE: "verified, for 14 days more at most",
    Standing.STALE: "not verified for 90 days",
    Standing.WAITING: "written, and verified by nobody yet",
}
_COUNTED: Final = {
    "pages": Counter.PAGES,
    "pages_unchanged": Counter.UNCHANGED,
    "robots_refused": Counter.ROBOTS,
    "fetch_errors": Counter.ERRORS,
    "bytes": Counter.BYTES,
    "posts": Counter.EXTRACTED,
    "posts_new": Counter.INBOXED,
    "posts_failed": Counter.FAILED,
    "posts_expired": Counter.EXPIRED,
}


class VitalsCollector(Collector):
    """Looks at the store at every scrape; keeps nothing but since when the oldest row of the outbox was seen."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._oldest: tuple[int, datetime] | None = None

    def describe(self) -> Iterable[Metric]:
        return []  # the store need not answer when the process starts

    def collect(self) -> Iterable[Metric]:
        now = self._clock()
        with self._database.read() as unit:
            found = vitals(unit, now)
        yield _one("stopped", "Whether everything is stopped", float(found.stopped))
        yield from _of_sources(found)
        yield from _of_queues(found, now)
        yield from _of_help(found)
        yield _one("inbox_posts", "Posts that wait for the judge", found.inbox)
        yield _one("outbox_rows", "Changes that the search index must still learn", found.outbox)
        yield _one(
            "outbox_lag_seconds",
            "How long the oldest of them has been seen waiting, 0 for none",
            self._lag(found, now),
        )
        yield from _of_jobs(found)

    def _lag(self, found: Vitals, now: datetime) -> float:
        if found.outbox_oldest is None:
            self._oldest = None
        elif self._oldest is None or self._oldest[0] != found.outbox_oldest:
            self._oldest = (found.outbox_oldest, now)
        return (now - self._oldest[1]).total_seconds() if self._oldest else 0.0


def registry_of(database: Database, clock: Clock) -> CollectorRegistry:
    """Ours alone: nothing of the process, the platform or the library."""
    registry = CollectorRegistry()
    registry.register(VitalsCollector(database, clock))
    return registry


def exposition(database: Database, clock: Clock) -> str:
    """The text format, once."""
    return generate_latest(registry_of(database, clock)).decode()


def serve(database: Database, clock: Clock, port: int) -> tuple[Callable[[], None], Callable[[], None]]:
    """Answer on loopback; returns what waits for the end and what brings it about. Raises OSError for a taken port."""
    server, thread = start_http_server(port, addr=LOOPBACK, registry=registry_of(database, clock))
    return thread.join, server.shutdown


def _one(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"lachan_{name}", says, value=value)


def _gauge(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"lachan_{name}", says, labels=labels)


def _of_sources(found: Vitals) -> Iterable[Metric]:
    active = _gauge("source_active", "Whether the source is read", "source")
    last = _gauge("source_last_success_timestamp_seconds", "When a page was last read", "source")
    backlog = _gauge("source_backlog_pages", "Pages that wait to be read", "source")
    failing = _gauge(
        "source_failing_pages", "Pages that wait or were given up, by what went wrong", "source", "error"
    )
    silent = _gauge("source_silent", "1 when a source that used to yield yields no more", "source")
    rests = _gauge(
        "source_budget_used_up", "1 when the day's budget is used up, or it is not its hour", "source"
    )
    for one in found.sources:
        active.add_metric([one.key], float(one.state is SourceState.ACTIVE))
        if one.last_success is not None:
            last.add_metric([one.key], one.last_success.timestamp())
        backlog.add_metric([one.key], one.backlog)
        for word, count in sorted(one.errors.items()):
            failing.add_metric([one.key, word], count)
        silent.add_metric([one.key], float(one.silent is not None))
        rests.add_metric([one.key], float(one.held_back is not None))
    yield from (active, last, backlog, failing, silent, rests)
    # What was flagged is told of all sources together: one may be a single school's page.
    held = sum(found.held_back.values())
    yield _one("held_back_cases", "Cases of floods that wait for their turn", held)
    flagged = sum(found.totals[one.key][Counter.STORED] for one in found.sources)
    yield CounterMetricFamily(
        "lachan_posts_flagged", "Posts that became part of a case, all days", value=flagged
    )
    for name, counter in _COUNTED.items():
        family = CounterMetricFamily(f"lachan_source_{name}", f"{counter.value}, all days", labels=["source"])
        for one in found.sources:
            family.add_metric([one.key], found.totals[one.key][counter])
        yield family


def _of_queues(found: Vitals, now: datetime) -> Iterable[Metric]:
    waiting = _gauge("queue_cases", "Cases that wait", "queue")
    urgent = _gauge("queue_urgent_cases", "Urgent ones among them", "queue")
    for name, depth in found.queues.items():
        waiting.add_metric([name], depth.waiting)
        urgent.add_metric([name], depth.urgent)
    yield from (waiting, urgent)
    yield _one("reports_unread", "Reports from people that nobody read yet", found.reports.waiting)
    yield _one("reports_unread_urgent", "Urgent ones among them", found.reports.urgent)
    yield _one(
        "urgent_unacknowledged", "Urgent protection cases that nobody sees to yet", len(found.unanswered)
    )
    oldest = (now - found.unanswered[0]).total_seconds() if found.unanswered else 0.0
    yield _one(
        "urgent_unacknowledged_oldest_seconds", "How long the oldest of them waits, 0 for none", oldest
    )


def _of_help(found: Vitals) -> Iterable[Metric]:
    yield _one("referrals_unaccepted", "Referrals that nobody accepted within two hours", found.unaccepted)
    for standing, says in _CONTACTS.items():
        yield _one(
            f"directory_{standing.value}", f"Offices of the directory: {says}", found.contacts[standing]
        )


def _of_jobs(found: Vitals) -> Iterable[Metric]:
    last = _gauge("job_last_run_timestamp_seconds", "When a scheduled command last ended", "job")
    failed = _gauge("job_failed", "1 when it ended with an error", "job")
    for job in found.jobs:
        if job.last_at is not None:
            last.add_metric([job.name], job.last_at.timestamp())
            failed.add_metric([job.name], float(job.last_error is not None))
    yield from (last, failed)
