"""/metrics: what it says, over both stores and a real port; and that it could name nobody."""

from __future__ import annotations

import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from lachan.app.metrics import exposition, registry_of, serve
from lachan.domain.flood import THREAD_BOUND
from lachan.domain.oncall import Alarm
from lachan.domain.report import Reporter, Told
from lachan.pipeline.ports import Counter, Link, OutboxAct, PageKind, ScheduledJob
from tests.world import BACKENDS, World, make_world

PROMETHEUS = Path(__file__).parents[2] / "deploy" / "prometheus.yml"
RULES = Path(__file__).parents[2] / "deploy" / "prometheus-rules.yml"
Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture(params=BACKENDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with make_world(request.param, tmp_path) as made:
        yield made


def samples(text: str) -> Samples:
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(world: World) -> Samples:
    return samples(exposition(world.database, world.clock))


def busy(world: World) -> int:
    """A little of everything; the number of an urgent cry."""
    loud = [f"[drugs_to_minors] bài rao số {n}" for n in range(THREAD_BOUND + 3)]
    world.receive(*loud, "[child_violence victim urgent] một lời nhờ giúp", "Hôm nay trời đẹp")
    world.assess.drain()
    world.public_reports.submit(Told(Reporter.CHILD, "cứu em, em ở nhà một mình", contact="gọi cô Lan"))
    with world.database.write() as unit:
        links = [Link(f"https://town.example/f/{n + 50}", PageKind.THREAD) for n in range(3)]
        unit.frontier.add("town", "town.example", links, world.clock())
        page = unit.frontier.lease("w", world.clock(), world.clock() + timedelta(minutes=30), 1, ["town"])[0]
        unit.frontier.retry(page, world.clock(), world.clock() + timedelta(hours=1), "http_503")
        unit.sources.count("town", world.clock().date(), {Counter.ROBOTS: 4, Counter.BYTES: 900})
        cry = max(case for case in world.case_ids() if unit.cases.get(case).urgent)
        unit.oncall.save(Alarm(cry, world.clock(), world.clock()))
        unit.outbox.add(cry, OutboxAct.INDEX)
        unit.schedule.save(
            ScheduledJob("crawl", ("crawl",), 900, world.clock(), world.clock(), "exit status 1")
        )
    return cry


def test_it_says_how_everything_goes(world: World) -> None:
    cry = busy(world)
    read_at = world.clock().timestamp()
    first = scraped(world)
    for name, labels, value in (
        ("lachan_stopped", (), 0), ("lachan_source_active", ("town",), 1),
        ("lachan_source_last_success_timestamp_seconds", ("town",), read_at),
        ("lachan_source_backlog_pages", ("town",), 3), ("lachan_source_failing_pages", ("http_503", "town"), 1),
        ("lachan_source_silent", ("town",), 0), ("lachan_source_robots_refused_total", ("town",), 4),
        ("lachan_source_posts_total", ("town",), THREAD_BOUND + 5), ("lachan_source_bytes_total", ("town",), 900),
        ("lachan_held_back_cases", (), 3), ("lachan_posts_flagged_total", (), THREAD_BOUND + 4),
        ("lachan_inbox_posts", (), 0),
        ("lachan_queue_cases", ("review",), THREAD_BOUND), ("lachan_queue_cases", ("protect",), 1),
        ("lachan_queue_urgent_cases", ("protect",), 1), ("lachan_queue_cases", ("approvals",), 0),
        ("lachan_reports_unread", (), 1), ("lachan_reports_unread_urgent", (), 1),
        ("lachan_urgent_unacknowledged", (), 1), ("lachan_outbox_rows", (), 1),
        ("lachan_job_failed", ("crawl",), 1), ("lachan_job_last_run_timestamp_seconds", ("crawl",), read_at),
    ):  # fmt: skip
        assert first[name, labels] == value, name
    assert not [name for name, labels in first if labels and ("flagged" in name or "held_back" in name)]
    world.clock.move(minutes=20)
    assert scraped(world)["lachan_urgent_unacknowledged_oldest_seconds", ()] == 1200
    with world.database.write() as unit:
        unit.oncall.answer(cry, "protection_officer", world.clock())
    world.sources.stop(world.actor("officer"))
    world.clock.move(days=4)
    later = scraped(world)
    assert (
        later["lachan_urgent_unacknowledged", ()]
        == later["lachan_urgent_unacknowledged_oldest_seconds", ()]
        == 0
    )
    assert later["lachan_source_silent", ("town",)] == later["lachan_stopped", ()] == 1


def test_the_lag_grows_while_the_same_row_waits(world: World) -> None:
    registry = registry_of(world.database, world.clock)

    def lag() -> float | None:
        return registry.get_sample_value("lachan_outbox_lag_seconds")

    assert lag() == 0
    with world.database.write() as unit:
        unit.outbox.add(7, OutboxAct.REMOVE)
        unit.outbox.add(8, OutboxAct.REMOVE)
    assert lag() == 0
    world.clock.move(seconds=90)
    assert lag() == 90
    with world.database.write() as unit:
        unit.outbox.done([row.id for row in unit.outbox.pending(1)])
    assert lag() == 0
    world.clock.move(seconds=30)
    assert lag() == 30


def test_it_could_name_nobody(world: World) -> None:
    busy(world)
    text = exposition(world.database, world.clock)
    for secret in (
        "http:",
        "https:",
        "town.example",
        "rao",
        "cứu",
        "Lan",
        "ai_do",
        "officer",
        "admin",
        "VV-",
    ):
        assert secret not in text, secret
    labels = {
        name for family in text_string_to_metric_families(text) for s in family.samples for name in s.labels
    }
    assert labels == {"source", "error", "queue", "job"}


def test_it_answers_on_loopback_alone(world: World) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    _, end = serve(world.database, world.clock, port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.headers["Content-Type"].startswith("text/plain")
            assert samples(answer.read().decode())["lachan_stopped", ()] == 0
        with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), timeout=2):
            pass  # bound to one address, not to all
    finally:
        end()


def test_the_example_configuration_asks_for_what_there_is(world: World) -> None:
    busy(world)
    known = {name for name, _ in scraped(world)}
    rules = yaml.safe_load(RULES.read_text("utf-8"))["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"lachan_\w+", rule["expr"])}
    assert len(asked) > 5 and asked <= known
    scrape = yaml.safe_load(PROMETHEUS.read_text("utf-8"))
    assert scrape["scrape_configs"][0]["static_configs"][0]["targets"] == ["127.0.0.1:9464"]
    page = (PROMETHEUS.parents[1] / "docs" / "operators.md").read_text("utf-8")
    assert [name for name in sorted(known) if f"`{name}`" not in page] == []
