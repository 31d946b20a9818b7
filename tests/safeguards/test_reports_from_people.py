"""Who tells us something is read by a person, answered, and forgotten; no machine stands before them, no word of
theirs is found, counted or kept past its day."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from index import open_index
from lachan.domain.errors import KeyDestroyed, LachanError
from lachan.domain.report import (
    ContactReason,
    ReportDesk,
    Reporter,
    ReportOutcome,
    ReportState,
    Told,
)
from lachan.domain.taxonomy import AgeBand, Category
from lachan.pipeline.publish import Publisher
from lachan.pipeline.report import Submitted
from lachan.pipeline.report_case import Seen
from lachan.store.tables import metadata
from tests.safeguards.scanner import Scanner
from tests.safeguards.traces import _cells
from tests.world import World

WORDS = ("qxzvkwbdhtrn", "wkzqxtbvrdpl", "zxqvtkhwbrdc", "vbqxzkrwtdhn")  # told, added, contact, URL
URL = f"https://town.example/f/{WORDS[3]}"
TOLD = Told(Reporter.CHILD, f"ở nhà em có chuyện {WORDS[0]}", URL, f"nhắn cô {WORDS[2]}", wants_removal=True)
HARM = "Ai cũng vào đây mà xem con bé này đi, cả trường cười nó suốt tuần rồi"
SEEN = Seen((Category.CHILD_PRIVACY_BULLYING,), urgent=False, age=AgeBand.CHILD_U16)


def _found(world: World) -> set[str]:
    """What any cell of any table says, opened with all keys there are, and what lies in any file."""
    scanner = Scanner(WORDS)
    found: set[str] = set()
    for where, value in _cells(world.url):
        clear = [value if isinstance(value, bytes) else str(value).encode()]
        if isinstance(value, bytes):
            with suppress(KeyDestroyed, LachanError):
                clear.append(world.keys.open(value).encode())
        for data in clear:
            found |= {f"{where}: {word}" for word in scanner.found(data)}
    for file, words in scanner.found_in_folder(world.folder).items():
        found |= {f"{file}: {word}" for word in words}
    return found


def _told(world: World) -> Submitted:
    submitted = world.public_reports.submit(TOLD)
    world.public_reports.add(submitted.code, f"thêm {WORDS[1]}")
    return submitted


def _state(world: World, report: int) -> ReportState:
    with world.database.read() as unit:
        return unit.public_reports.get(report).state


def test_no_judge_stands_before_a_report_and_none_is_dropped_unread(world: World) -> None:
    for number in range(12):
        world.public_reports.submit(Told(Reporter.OTHER, f"một câu chuyện thường ngày, số {number}"))
    world.assess.drain()
    assert world.judge.seen == []
    for _ in range(30):
        world.clock.move(days=14, hours=1)
        world.retain()
    with world.database.read() as unit:
        waiting = unit.public_reports.find(tuple(ReportDesk), (ReportState.RECEIVED,))
    assert sorted(report.words[0][-1] for report in waiting) == sorted(str(n)[-1] for n in range(12))


def test_words_lie_sealed_and_are_shown_in_no_log(world: World) -> None:
    _told(world)
    found = {place.partition(":")[0] for place in _found(world)}
    assert found == {"public_reports.words_sealed", "public_reports.contact_sealed"}


def test_a_withdrawn_report_is_gone(world: World) -> None:
    submitted = _told(world)
    helper = world.actor("protection_officer")
    world.public_reports.read(helper, submitted.report.id)
    world.public_reports.contact(helper, submitted.report.id, ContactReason.ASK_BACK)
    assert _found(world)
    world.public_reports.withdraw(submitted.code)
    assert _found(world) == set()


def test_no_word_is_left_after_its_time(world: World) -> None:
    submitted = _told(world)
    helper = world.actor("protection_officer")
    world.public_reports.read(helper, submitted.report.id)
    world.pages.pages[URL] = HARM
    need = "Một em bị trêu mỗi ngày, cần người lắng nghe."
    world.public_reports.open_protect(helper, submitted.report.id, SEEN, need)
    world.public_reports.settle(
        helper, submitted.report.id, ReportOutcome.CHILD_HELPED, f"Cảm ơn em, {WORDS[0]} đã có người lo."
    )
    world.clock.move(days=30, hours=2)
    world.retain()
    assert _state(world, submitted.report.id) is ReportState.CLOSED
    assert _found(world) == set()


def test_what_victims_told_is_in_no_index(world: World, tmp_path: Path) -> None:
    submitted = _told(world)
    helper = world.actor("protection_officer")
    world.public_reports.read(helper, submitted.report.id)
    world.pages.pages[URL] = HARM
    world.public_reports.open_protect(helper, submitted.report.id, SEEN, f"Một em cần giúp {WORDS[0]}.")
    case = world.public_reports.open_review(helper, submitted.report.id, SEEN, HARM)
    index = open_index(str(tmp_path / "index"))
    publisher = Publisher(world.database, index, world.clock)
    publisher.drain()
    publisher.rebuild()
    assert index.cases() == set(), "neither the child's case nor the page's before a person confirmed it"
    index.close()
    assert Scanner([*WORDS, "trường cười nó"]).found_in_folder(tmp_path / "index") == {}
    with world.database.read() as unit:
        (post,) = unit.cases.posts(case.id)
    assert not Scanner(WORDS[:3]).found(post.text.encode())


def test_nothing_counts_or_compares_reported_addresses() -> None:
    assert {column.name for column in metadata.tables["public_reports"].columns} == {
        "id", "code_hash", "state", "desk", "urgent", "wants_removal", "quarantine", "words_sealed",
        "contact_sealed", "received_at", "received_day", "told_at", "delete_text_at", "read_by", "read_at",
        "outcome", "classified_at", "answered_by", "answered_at", "closed_at", "protect_case", "review_case",
    }  # fmt: skip
    assert {column.name for column in metadata.tables["removals"].columns} == {
        "id", "report_id", "case_ref", "place_sealed", "started_at", "next_at", "checks",
    }  # fmt: skip


def test_a_page_is_fetched_by_a_persons_hand_alone(world: World) -> None:
    asked: list[str] = []
    world.pages.text_of = lambda url: asked.append(url) or HARM  # type: ignore[assignment,method-assign,func-returns-value]
    submitted = _told(world)
    helper = world.actor("protection_officer")
    world.public_reports.read(helper, submitted.report.id)
    world.retain()
    world.clock.move(days=3)
    assert world.rechecks.run() == 0
    assert asked == []
    world.public_reports.open_review(helper, submitted.report.id, SEEN, HARM)
    assert asked == [URL]
    world.clock.move(days=1, hours=1)
    world.rechecks.run()
    assert asked == [URL, URL], "the page itself, nothing that it leads to"
    with world.database.read() as unit:
        assert unit.frontier.counts() == {}
