"""Reports count cases, never officers or persons; logs say what happened, never to whom or with which words."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from datetime import timedelta

import pytest

from lachan.domain.measure import Measure
from lachan.pipeline.ports import ReportFormat, ReportKind
from lachan.pipeline.review import Decision
from lachan.reports import Reports
from tests.safeguards.source_tree import modules
from tests.world import World, takedown, warning

TEXT = "[drugs_to_minors] hàng mới về {}, ai là học sinh thì nhắn lại mình chỉ chỗ, gọi 0900 000 {:03d} nhé"


def _week_of_work(world: World) -> None:
    """Two officers, one much busier than the other."""
    for number in range(8):
        case = world.case_of(TEXT.format("abcdefgh"[number] * 30, number))
        officer = world.actor("officer" if number else "officer2")
        world.review.claim(officer, case)
        why = f"Bài số {number} còn công khai và nhiều học sinh đang trả lời để mua."
        kinds = [warning(why), takedown(why), Decision(Measure.DISMISS, "tin tức")]
        world.review.decide(officer, case, kinds[number % 3])
        if number % 3 == 1:
            world.review.check_page(world.actor("approver"), case)
            world.review.approve(world.actor("approver"), case)


@pytest.mark.parametrize("kind", list(ReportKind))
@pytest.mark.parametrize("form", list(ReportFormat))
def test_no_report_names_or_counts_who_worked(world: World, kind: ReportKind, form: ReportFormat) -> None:
    _week_of_work(world)
    monday = world.clock().date() - timedelta(days=world.clock().weekday())
    written = Reports(world.database, world.clock).write(kind, monday, monday + timedelta(days=6), form)
    said = re.sub(r"<style.*?</style>", "", written.decode("utf-8-sig"), flags=re.DOTALL)
    for name in world.logins:
        assert not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said), name
    for trace in ("0900", "town.example/", "nhắn lại", "ai_do", "aaaaaaaa"):
        assert trace not in said


def test_a_table_has_no_row_of_a_single_case(world: World) -> None:
    _week_of_work(world)
    monday = world.clock().date() - timedelta(days=world.clock().weekday())
    reports = Reports(world.database, world.clock)
    rows = list(
        csv.DictReader(
            io.StringIO(
                reports.write(ReportKind.WEEKLY, monday, monday + timedelta(days=6), ReportFormat.CSV).decode(
                    "utf-8-sig"
                )
            )
        )
    )
    assert rows
    for row in rows:
        assert not re.search(r"VV-\d|case:\d|https?://", json.dumps(row)), row


#: What a line of a log may be made from: keys of sources, numbers, words of ours.
SAFE = re.compile(
    r"^(?:page\.(?:source|id)|problem|source|key|count|number|status|error|name|job\.name|worker"
    r"|type\(error\)\.__name__|str\(source\.key\)|request_id|route|method|duration|path_template)$"
)


def test_log_lines_are_made_of_harmless_parts() -> None:
    found, lines = [], 0
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = ast.unparse(node.func.value)
            if owner not in ("log", "logger", "logging") or node.func.attr not in (
                "debug", "info", "warning", "error", "exception", "critical", "log",
            ):  # fmt: skip
                continue
            lines += 1
            for argument in node.args:
                parts = [argument] if not isinstance(argument, ast.JoinedStr) else argument.values
                for part in parts:
                    if isinstance(part, ast.Constant):
                        continue
                    inner = part.value if isinstance(part, ast.FormattedValue) else part
                    if not SAFE.match(ast.unparse(inner)):
                        found.append(f"{path}:{node.lineno}: {ast.unparse(inner)}")
            if node.func.attr == "exception" or any(k.arg == "exc_info" for k in node.keywords):
                found.append(f"{path}:{node.lineno}: a traceback repeats what was in the values")
    assert lines >= 5
    assert found == []


def test_nothing_about_posts_is_printed(capfd: pytest.CaptureFixture[str], world: World) -> None:
    world.receive(
        "một bài lành với chữ qxzvkwbdhtrn", TEXT.format("chữ qxzvkwbdhtrn", 1), "[crash] qxzvkwbdhtrn"
    )
    world.assess.drain()
    world.clock.move(hours=25)
    world.retain()
    out, err = capfd.readouterr()
    assert "qxzvkwbdhtrn" not in out + err


def test_the_audit_log_has_no_words_of_posts(world: World) -> None:
    world.confirmed(TEXT.format("chữ qxzvkwbdhtrn", 2))
    with world.database.read() as unit:
        said = json.dumps([[link.event.subject, dict(link.event.details)] for link in unit.audit.links()])
    for trace in ("qxzvkwbdhtrn", "0900", "https://", "ai_do"):
        assert trace not in said
