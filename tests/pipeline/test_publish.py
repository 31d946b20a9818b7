"""The index holds what people confirmed, masked, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.normalise import normalise
from index.place_book import GazetteerBook
from lachan.domain.errors import ConflictError
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import TESTIMONY_ONLY, Category, Route
from lachan.pipeline import publish
from lachan.pipeline.ports import IndexDocument, IndexHit, OutboxAct, SearchRequest
from lachan.pipeline.publish import Comparison, Publisher
from lachan.pipeline.review import Decision
from lachan.pipeline.search import Search
from tests.world import WHY, World, takedown, warning

ADVERT = "[drugs_to_minors] Hàng mới cho học sinh, gọi 0900 000 123 nhé, để lại lời nhắn bên dưới"


def test_confirmed_is_indexed_masked(world: World) -> None:
    case = world.confirmed(ADVERT)
    assert world.publisher.drain() == 1
    assert world.index.cases() == {case}
    assert "0900" not in world.index.documents[case].text
    assert world.publisher.drain() == 0


@pytest.mark.parametrize("category", sorted(TESTIMONY_ONLY))
def test_hidden_victims_are_hidden_from_the_index_and_from_searches(world: World, category: str) -> None:
    """The desk hides classes, communes and every name of them for good; an analyst sees no more."""
    case = world.confirmed(ADVERT.replace("cho học sinh", "cho lớp 8a2 xã Nghĩa Hưng, hỏi Lan Chi"))
    with world.database.write() as unit:
        held = unit.cases.get(case)
        unit.cases.save(replace(held, categories=(Category(category),)))
    world.publisher.drain()
    hit = Search(world.database, world.index, world.clock)._shown([IndexHit(case, 1.0)], ())[0]
    for text in (world.index.documents[case].text, world.index.documents[case].plain, hit.snippet):
        assert not any(word in text for word in ("8a2", "Nghĩa Hưng", "Lan Chi"))
    assert "để lại lời nhắn" in world.index.documents[case].text


def test_unreviewed_dismissed_waiting_and_protect_are_not(world: World) -> None:
    world.case_of("[drugs_to_minors] chưa ai xem, bài này còn mở trong hàng đợi của cán bộ")
    world.confirmed("[drugs_to_minors] bỏ qua vì là tin tức của báo", Decision(Measure.DISMISS, "tin tức"))
    waiting = world.case_of("[drugs_to_minors] đang chờ người thứ hai xem xét và phê duyệt")
    world.review.claim(world.actor("officer"), waiting)
    world.review.decide(world.actor("officer"), waiting, takedown())
    cry = world.case_of("[child_violence victim] một lời nhờ giúp")
    world.review.claim(world.actor("protection_officer"), cry)
    world.protect.dismiss(world.actor("protection_officer"), cry, "đã ổn")
    world.publisher.drain()
    world.publisher.rebuild()
    assert world.index.cases() == set()
    assert world.publisher.missing() == (set(), set())


def test_an_index_that_is_down_is_caught_up_with(world: World) -> None:
    case = world.confirmed(ADVERT)
    world.index.fail = True
    with pytest.raises(OSError):
        world.publisher.drain()
    assert world.publisher.missing() == ({case}, set())
    world.index.fail = False
    world.clock.move(minutes=3)
    assert world.publisher.drain() == 1
    assert world.publisher.missing() == (set(), set())


def test_the_index_is_compared_row_for_row(world: World) -> None:
    case = world.confirmed(ADVERT)
    assert world.publisher.compare() == Comparison(1, frozenset(), frozenset(), frozenset())  # it waits
    world.publisher.drain()
    assert world.publisher.compare().clean
    kept = world.index.documents[case]
    world.index.documents[case] = replace(kept, urgent=not kept.urgent)
    world.index.documents[999] = kept
    assert world.publisher.compare() == Comparison(1, frozenset(), frozenset({999}), frozenset({case}))
    del world.index.documents[case]
    assert world.publisher.compare().missing == {case}
    world.publisher.rebuild()
    assert world.publisher.compare().clean


def test_what_a_disguise_hid_is_masked_too(world: World) -> None:
    case = world.confirmed(ADVERT + " [x] b.á.n v@pe, số 0.9.0.0.1.2.3.4.5.6")
    Publisher(world.database, world.index, world.clock, reader=normalise).rebuild()
    plain = world.index.documents[case].plain
    assert "bán vape" in plain
    assert not any(char.isdigit() for char in plain)
    assert "[điện thoại]" in plain


def test_one_publisher_at_a_time(world: World) -> None:
    world.confirmed(ADVERT)
    with world.database.write() as unit:
        unit.leases.take("publisher", "another", world.clock(), world.clock.now.replace(hour=2))
    assert world.publisher.drain() == 0
    assert world.publisher.rebuild() == -1


def test_what_a_stalled_publisher_writes_late_is_published_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.confirmed(ADVERT)
    other = Publisher(world.database, world.index, world.clock, owner="another")
    apply = world.index.apply

    def late(add: Sequence[IndexDocument], remove: Sequence[int]) -> None:
        """Asleep for longer than the lease; meanwhile the case goes, and another publisher says so."""
        monkeypatch.setattr(world.index, "apply", apply)
        world.clock.move(minutes=3)
        with world.database.write() as unit:
            unit.cases.drop([case])
            unit.outbox.add(case, OutboxAct.REMOVE)
        other.drain()
        with world.database.write() as unit:
            unit.leases.take("publisher", "another", world.clock(), world.clock() + timedelta(minutes=2))
        apply(add, remove)

    monkeypatch.setattr(world.index, "apply", late)
    world.publisher.drain()
    assert world.index.cases() == {case}  # too late: it is gone
    other.drain()
    assert world.index.cases() == set()
    assert world.publisher.compare().clean


def test_a_rebuild_keeps_its_lease_and_stops_without_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "PAGE", 1)
    for number in range(3):
        world.confirmed(f"[drugs_to_minors] bài {number}" * 3, replace(warning(), reason=f"{WHY} {number}"))
    world.publisher.drain()
    before = dict(world.index.documents)
    slow, others = world.publisher, world.publisher
    swapped = world.index.rebuild

    def slowly(documents: Iterable[IndexDocument]) -> int:
        def each() -> Iterator[IndexDocument]:
            for document in documents:
                yield document
                world.clock.move(seconds=90)
                assert others.drain() == 0 and others.rebuild() == -1

        return swapped(each())

    monkeypatch.setattr(world.index, "rebuild", slowly)
    assert slow.rebuild() == 3

    def stolen(documents: Iterable[IndexDocument]) -> int:
        first = next(iter(documents))
        world.clock.move(minutes=3)
        with world.database.write() as unit:
            unit.leases.take("publisher", "another", world.clock(), world.clock() + timedelta(minutes=2))
        return swapped([first, *documents])

    monkeypatch.setattr(world.index, "rebuild", stolen)
    with pytest.raises(ConflictError):
        slow.rebuild()
    assert world.index.documents == before


def test_search_shows_masked_snippets_and_logs_no_words(world: World) -> None:
    case = world.confirmed(ADVERT)
    world.publisher.drain()
    search = Search(world.database, world.index, world.clock)
    answer = search.find(world.actor("analyst"), SearchRequest("sinh"))
    assert [hit.case for hit in answer.hits] == [case]
    hit = answer.hits[0]
    assert "0900" not in hit.snippet
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["sinh"]
    with world.database.read() as unit:
        item = unit.audit.of_subject("index")[0]
    assert (item.event.action, item.event.actor) == ("search:query", "analyst")
    assert "sinh" not in str(dict(item.event.details))


def test_places_are_those_of_the_masked_text(world: World) -> None:
    """What a disguise hid counts, what was masked does not; cases with hidden victims keep none."""
    said = " ở xã Nghĩa Hưng, Ninh Bình và H.ả.i P.h.ò.n.g, gần trường THCS Hạ Long, hỏi cô Hà Giang"
    case = world.confirmed(ADVERT + said)
    publisher = Publisher(world.database, world.index, world.clock, reader=normalise, places=GazetteerBook())
    publisher.rebuild()
    assert world.index.documents[case].places == (
        "Thành phố Hải Phòng",
        "Tỉnh Nam Định cũ",
        "Tỉnh Ninh Bình",
        "Xã Nghĩa Hưng, Ninh Bình",
    )
    with world.database.read() as unit:
        told = unit.cases.get(case)
    assert publisher.places(told, "ở Hà Nội") == ("Thành phố Hà Nội",)
    for hidden in (
        replace(told, categories=(next(iter(TESTIMONY_ONLY)),)),
        replace(told, route=Route.PROTECT),
    ):
        assert publisher.places(hidden, "ở Hà Nội") == ()
