"""Places by week: counts of five or more, of whole weeks, and nothing that lets a smaller one be worked out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from index import open_index
from lachan.domain.errors import PermissionDenied, QueryError
from lachan.domain.place import PlaceLevel
from lachan.pipeline.place_weeks import MOST_PLACES, WEEKS, last_weeks, place_weeks
from lachan.pipeline.ports import IndexDocument, SearchIndex, SearchRequest
from lachan.pipeline.search import Search
from tests.index.sentences import document
from tests.world import World

MONDAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 16, 5, tzinfo=UTC)
HERE, THERE = "Xã Nghĩa Hưng, Ninh Bình", "Phường Láng, Hà Nội"
PROVINCE = "Tỉnh Ninh Bình"


def _cases(counts: dict[int, int], *places: str, first: int = 1) -> list[IndexDocument]:
    """`counts`: how many in the week so many weeks before the last."""
    weeks = [week for week, count in counts.items() for _ in range(count)]
    return [
        document(first + number, "đua xe", at=NOON - timedelta(weeks=week), places=places)
        for number, week in enumerate(weeks)
    ]


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    made = open_index(str(tmp_path / "index"))
    made.apply(
        [
            *_cases({0: 9, 1: 7, 2: 2}, HERE, PROVINCE),
            *_cases({0: 4}, THERE, first=100),
            *_cases({0: 5}, PROVINCE, first=200),
        ],
        [],
    )
    return made


def _request(query: str = "") -> SearchRequest:
    first, last = last_weeks(NOON + timedelta(days=7))
    return SearchRequest(query, first, last)


def test_communes_by_week_without_small_cells(index: SearchIndex) -> None:
    table = place_weeks(index, _request(), PlaceLevel.COMMUNE)
    (row,) = table.rows
    assert (row.key, row.total) == (HERE, 15), "18, in fives"
    assert row.weeks[MONDAY] == 5
    assert row.weeks == {MONDAY: 5, MONDAY - timedelta(weeks=1): 5}, (
        "9 and 7; the 2 is as if it were not there"
    )
    assert len(table.mondays) == WEEKS and table.mondays[-1] == MONDAY


def test_provinces_count_what_lies_in_them(index: SearchIndex) -> None:
    (row,) = place_weeks(index, _request(), PlaceLevel.PROVINCE).rows
    assert (row.key, row.total, row.weeks[MONDAY]) == (PROVINCE, 20, 10)
    assert place_weeks(index, _request(), PlaceLevel.FORMER_DISTRICT).rows == ()
    assert place_weeks(index, _request("hoa"), PlaceLevel.PROVINCE).rows == ()


def test_the_largest_places_first_and_not_too_many(tmp_path: Path) -> None:
    index = open_index(str(tmp_path / "many"))
    many = [
        each
        for number in range(MOST_PLACES + 5)
        for each in _cases({0: 5 + number % 3}, f"Xã Số {number}, Hà Nội", first=1 + number * 10)
    ]
    index.apply(many, [])
    rows = place_weeks(index, _request(), PlaceLevel.COMMUNE).rows
    assert len(rows) == MOST_PLACES
    assert [row.total for row in rows] == sorted((row.total for row in rows), reverse=True)


def test_the_last_whole_weeks() -> None:
    first, last = last_weeks(datetime(2026, 11, 22, 17, tzinfo=UTC))  # Monday in Hanoi
    assert (first.isoweekday(), last) == (1, date(2026, 11, 22))
    assert (last - first).days + 1 == 7 * WEEKS
    assert last_weeks(datetime(2026, 11, 22, 16, tzinfo=UTC))[1] == date(2026, 11, 15)
    assert last_weeks(NOON, date(2026, 10, 21)) == (date(2026, 8, 3), date(2026, 10, 25))
    for until in (date(2026, 11, 18), date(2027, 1, 1)):  # no week that still runs
        assert last_weeks(NOON, until)[1] == date(2026, 11, 15)


def test_who_may_search_may_and_it_is_logged(world: World, index: SearchIndex) -> None:
    search = Search(world.database, index, world.clock)
    analyst = world.actor("analyst")
    assert search.places(analyst, _request(), PlaceLevel.COMMUNE).rows
    with world.database.read() as unit:
        (link,) = [each for each in unit.audit.of_subject("index") if each.event.action == "search:places"]
    assert link.event.actor == analyst.name and "query" not in link.event.details
    with pytest.raises(PermissionDenied):
        search.places(world.actor("admin"), _request(), PlaceLevel.COMMUNE)
    with pytest.raises(QueryError):
        search.places(analyst, _request('"đua'), PlaceLevel.COMMUNE)
