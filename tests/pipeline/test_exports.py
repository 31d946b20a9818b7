"""Counts that leave the desk: no two files tell one case by their difference, but where a count passes a multiple of
five."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.small_cells import SMALLEST
from lachan.pipeline.ports import Facet, IndexAnswer, SearchRequest, TableFormat, TimeBucket
from lachan.pipeline.search import counted
from lachan.reports import Counts

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
MONDAY = date(2026, 11, 2)

#: A case: a value of each facet, and its week.
Row = tuple[tuple[str, str, str, str, str], int]
rows = st.tuples(
    st.tuples(
        st.sampled_from(["drugs_to_minors", "child_violence", "selfharm"]),
        st.sampled_from(["forum", "feed"]),
        st.sampled_from(["Xã Bãi Mây", "Xã Gò Vắng"]),
        st.sampled_from(["closed", "appealed"]),
        st.sampled_from(["owner_warning", "removal_request"]),
    ),
    st.integers(0, 2),
)
#: A few kinds of case, each several times, so that counts are often near a multiple of five.
cases = st.lists(st.tuples(rows, st.integers(1, 12)), max_size=5).map(
    lambda groups: [row for row, times in groups for _ in range(times)]
)


def exact(found: Sequence[Row]) -> Counter[tuple[str, str]]:
    cells = Counter((facet.value, values[n]) for values, _ in found for n, facet in enumerate(Facet))
    cells.update(("week", str(week)) for _, week in found)
    cells["total", ""] = len(found)
    return cells


def answer(found: Sequence[Row]) -> IndexAnswer:
    """As an index counts: the largest first."""
    facets = {
        facet: dict(Counter(values[n] for values, _ in found).most_common()) for n, facet in enumerate(Facet)
    }
    weeks = sorted(Counter(week for _, week in found).items())
    buckets = tuple(TimeBucket(MONDAY + timedelta(weeks=week), count) for week, count in weeks)
    return IndexAnswer(len(found), (), facets=facets, histogram=buckets)


def files(found: Sequence[Row]) -> list[bytes]:
    table = counted(answer(found), SearchRequest("pod"), NOW)
    return [Counts().counts(table, form) for form in (TableFormat.CSV, TableFormat.JSON)]


@given(cases, rows)
def test_two_files_that_differ_in_one_case(found: list[Row], one: Row) -> None:
    """They are the same byte for byte, unless a count that the case is part of passes a multiple of five."""
    before, after = exact(found), exact([*found, one])
    passed = [cell for cell in after if after[cell] // SMALLEST != before[cell] // SMALLEST]
    assert (files(found) == files([*found, one])) == (not passed)


@given(cases)
def test_nothing_small_and_nothing_exact(found: list[Row]) -> None:
    table = counted(answer(found), SearchRequest("pod"), NOW)
    told = [count for cells in table.facets.values() for count in cells.values()] + list(table.weeks.values())
    assert all(count and count % SMALLEST == 0 for count in told)
    assert table.total == (len(found) // SMALLEST * SMALLEST or None), "of the exact count, not of told ones"


def test_one_day_more_or_without_a_category() -> None:
    """What used to tell one case: 12 and 13, or a small cell beside a large one that is hidden with it."""
    usual: Row = (("drugs_to_minors", "forum", "Xã Bãi Mây", "closed", "owner_warning"), 0)
    rare: Row = (("selfharm", "feed", "Xã Gò Vắng", "appealed", "removal_request"), 1)
    assert files([usual] * 12) == files([usual] * 13) == files([*[usual] * 12, rare])
    assert files([usual] * 9) != files([usual] * 10), "a multiple of five is passed"
