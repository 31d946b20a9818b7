"""FrontierStore, over both backends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lachan.domain.errors import ConflictError
from lachan.pipeline.pace import BOUNDS, WHOLE_LISTING, pause
from lachan.pipeline.ports import Link, Page, PageKind, Validators
from lachan.store import SqlDatabase
from lachan.store.frontier import PENDING_FOR
from lachan.store.keyring import FileKeyRing
from tests.store.samples import HOUR, NOW

ONE = Link("https://a.example/1", PageKind.THREAD, "3")
TWO = Link("https://a.example/2", PageKind.ARTICLE)
LIST = Link("https://a.example/", PageKind.LISTING)


def add(
    database: SqlDatabase,
    *links: Link,
    host: str = "a.example",
    source: str = "s",
    now: datetime = NOW,
) -> int:
    with database.write() as unit:
        return unit.frontier.add(source, host, links, now)


def lease(database: SqlDatabase, worker: str = "w1", now: object = NOW, limit: int = 10) -> list[Page]:
    with database.write() as unit:
        return unit.frontier.lease(worker, now, now + HOUR, limit, ["s"])  # type: ignore[arg-type,operator]


def finish(database: SqlDatabase, *pages: Page) -> None:
    with database.write() as unit:
        for page in pages:
            unit.frontier.done(page, NOW)


def test_pages_come_back_in_order_with_their_url(database: SqlDatabase) -> None:
    assert add(database, ONE, TWO, ONE) == 2
    assert add(database, ONE) == 0
    pages = lease(database)
    assert [(page.url, page.kind, page.tries) for page in pages] == [
        (ONE.url, PageKind.THREAD, 1),
        (TWO.url, PageKind.ARTICLE, 1),
    ]
    assert {page.leased_until for page in pages} == {NOW + HOUR}
    assert lease(database) == []


def test_done_pages_return_only_when_marked_anew_or_rested(database: SqlDatabase) -> None:
    add(database, ONE, TWO, LIST)
    finish(database, *lease(database))
    assert add(database, ONE, TWO, LIST, replace(TWO, mark="")) == 0
    assert add(database, ONE, TWO, LIST, now=NOW + BOUNDS[PageKind.LISTING].first) == 1
    assert add(database, replace(ONE, mark="4")) == 1
    later = NOW + BOUNDS[PageKind.LISTING].first
    assert {page.url for page in lease(database, now=later)} == {LIST.url, ONE.url}
    with database.read() as unit:
        assert unit.frontier.counts() == {"s": {"pending": 0, "leased": 2, "done": 1, "failed": 0}}


def test_an_article_whose_sitemap_says_when_it_changed_is_not_asked_for_before(database: SqlDatabase) -> None:
    """A listing's lastmod spares the page, validators or none, however long it has rested."""
    add(database, replace(TWO, mark="2026-10-12T00:00:00+00:00"))
    finish(database, *lease(database))
    much_later = NOW + 2 * BOUNDS[PageKind.ARTICLE].longest
    assert add(database, replace(TWO, mark="2026-10-12T00:00:00+00:00"), now=much_later) == 0
    assert add(database, replace(TWO, mark="2026-11-30T00:00:00+00:00"), now=much_later) == 1


def test_the_pause_is_learnt(database: SqlDatabase) -> None:
    """Each time it changed nothing it rests twice as long; what it rests is what `pace` says."""
    add(database, TWO)
    now, rest = NOW, None
    for changed in (True, False, False, True):
        (page,) = lease(database, now=now)
        assert page.pause == rest
        with database.write() as unit:
            unit.frontier.done(page, now, changed=changed)
        rest = pause(PageKind.ARTICLE, rest, changed=changed)
        assert add(database, TWO, now=now + rest - timedelta(seconds=1)) == 0
        now += rest
        assert add(database, TWO, now=now) == 1
    assert rest == 2 * BOUNDS[PageKind.ARTICLE].first


def test_validators_come_back_until_the_page_is_due_whole(database: SqlDatabase, keys: FileKeyRing) -> None:
    said = Validators('W/"3f-a"', NOW - 5 * HOUR)

    def reread(link: Link, number: int, now: datetime) -> Page:
        add(database, replace(link, mark=f"m{number}"), now=now)
        (page,) = lease(database, now=now)
        return page

    first = reread(TWO, 1, NOW)
    assert first.validators == Validators()
    with database.write() as unit:
        unit.frontier.done(first, NOW, validators=said)
    soon = reread(TWO, 2, NOW + HOUR)
    assert soon.validators == said
    with database.write() as unit:
        unit.frontier.done(soon, NOW + HOUR, changed=False)
    later = NOW + PENDING_FOR + HOUR
    keys.destroy_due(later)
    assert reread(TWO, 3, later).validators == Validators("", said.modified)  # an ETag is gone after a day
    with database.write() as unit:
        unit.frontier.release("w1")

    listing = reread(LIST, 1, NOW)
    with database.write() as unit:
        unit.frontier.done(listing, NOW, validators=said)
    assert reread(LIST, 2, NOW + WHOLE_LISTING).validators == Validators()


def test_a_page_that_changes_while_it_is_fetched_is_fetched_again(database: SqlDatabase) -> None:
    add(database, ONE)
    pages = lease(database)
    assert add(database, replace(ONE, mark="4")) == 0
    finish(database, *pages)
    assert add(database, replace(ONE, mark="4")) == 1


def test_a_host_belongs_to_one_worker(database: SqlDatabase) -> None:
    add(database, ONE, TWO)
    add(database, Link("https://b.example/1", PageKind.THREAD), host="b.example")
    first = lease(database, "w1", limit=1)
    second = lease(database, "w2")
    assert [page.host for page in first] == ["a.example"]
    assert [page.host for page in second] == ["b.example"]
    assert [page.url for page in lease(database, "w1")] == [TWO.url]
    with database.write() as unit:
        unit.frontier.release("w1")
    assert [(page.url, page.tries) for page in lease(database, "w2")] == [(ONE.url, 1), (TWO.url, 1)]


def test_an_expired_lease_is_free_and_its_holder_too_late(database: SqlDatabase) -> None:
    add(database, ONE)
    (lost,) = lease(database, "w1")
    assert lease(database, "w2", NOW + HOUR - HOUR / 60) == []
    (taken,) = lease(database, "w2", NOW + HOUR)
    assert taken.tries == 2
    with pytest.raises(ConflictError), database.write() as unit:
        unit.frontier.done(lost, NOW)
    finish(database, taken)


def test_retry_waits_and_give_up_is_final(database: SqlDatabase) -> None:
    add(database, ONE, TWO)
    one, two = lease(database)
    with database.write() as unit:
        unit.frontier.retry(one, NOW, NOW + 12 * HOUR, "http_503")
        unit.frontier.give_up(two, NOW, "một câu dài từ bên ngoài")
    assert lease(database) == []
    assert [page.url for page in lease(database, now=NOW + 12 * HOUR)] == [ONE.url]
    assert add(database, TWO) == 0
    with database.read() as unit:
        assert unit.frontier.counts()["s"]["failed"] == 1


def test_forget_makes_a_source_new_again(database: SqlDatabase) -> None:
    add(database, ONE, TWO)
    finish(database, lease(database, limit=1)[0])
    with database.write() as unit:
        unit.frontier.forget("other")
    assert add(database, ONE) == 0
    with database.write() as unit:
        unit.frontier.forget("s")
    assert add(database, ONE, TWO) == 1  # TWO is still leased


def test_pending_pages_end_with_their_key(database: SqlDatabase, keys: FileKeyRing) -> None:
    add(database, ONE, TWO)
    late = NOW + PENDING_FOR + HOUR
    keys.destroy_due(late)
    assert lease(database, now=late) == []
    with database.write() as unit:
        assert unit.frontier.add("s", "a.example", [ONE], late) == 1
    assert [page.url for page in lease(database, now=late)] == [ONE.url]


def test_only_asked_sources_are_leased(database: SqlDatabase) -> None:
    add(database, ONE, source="other")
    assert lease(database) == []
