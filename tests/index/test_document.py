from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from index.document import day_of, gravest, newest, split_day, to_fields, with_day
from index.vietnamese import GAP
from lachan.domain.taxonomy import Category
from tests.index.sentences import document

LAST_CASE = 2**30 - 1
cases = st.integers(1, LAST_CASE)
seconds = st.integers(-(2**40), 2**40)


def test_a_day_is_that_of_hanoi() -> None:
    first = int(datetime(2026, 11, 29, 17, tzinfo=UTC).timestamp())
    day = date(2026, 11, 30).toordinal()
    assert [day_of(first - 1), day_of(first), day_of(first + 86_399), day_of(first + 86_400)] == [
        day - 1, day, day, day + 1,
    ]  # fmt: skip


@given(seconds, seconds, cases, cases)
def test_later_is_larger_then_the_later_case(one: int, other: int, case: int, another: int) -> None:
    if case < another:
        assert newest(one, case) < newest(one, another)
    if one < other:
        assert newest(one, 0) <= newest(other, 0)


@given(st.integers(0, 14), seconds, seconds, cases, cases)
def test_graver_is_larger_whatever_the_time(
    severity: int, one: int, other: int, case: int, another: int
) -> None:
    assert gravest(severity, one, case) < gravest(severity + 1, other, another)
    if case < another:
        assert gravest(severity, one, case) < gravest(severity, one, another)


@given(st.integers(-(2**70), 2**70), st.integers(0, 15), cases)
def test_keys_fit_the_engine(second: int, severity: int, case: int) -> None:
    assert -(2**63) <= newest(second, case) < 2**63
    assert 0 <= gravest(severity, second, case) < 2**63


@given(st.dates(), st.sampled_from(Category))
def test_a_day_with_a_category_is_one_number(day: date, category: Category) -> None:
    value = with_day(day.toordinal(), category)
    assert split_day(value) == (day.toordinal(), category)
    assert 0 <= value < 2**31


def test_what_the_judge_reads_stands_apart() -> None:
    made = to_fields(document(1, "B.á.n pod [tên]", plain="Bán pod [tên]"))
    assert made["exact"] == f"b á n pod {GAP}"
    assert made["meant"] == f"bán pod {GAP}"
    assert made["folded"] == f"b a n pod {GAP} {GAP} ban pod {GAP}"
    assert to_fields(document(1, "Bán pod", plain="bán  pod."))["meant"] == ""


def test_every_field_is_in_the_digest() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=3)
    changes: list[dict[str, object]] = [
        {}, {"at": at}, {"categories": (Category.SELFHARM,)}, {"source": "x"}, {"urgent": True}, {"places": ("a",)},
        {"plain": "b"}, {"kind": "feed"}, {"severity": 1}, {"status": "appealed"}, {"measure": "platform_label"},
    ]  # fmt: skip
    digests = {document(1, "chữ", **change).digest for change in changes}  # type: ignore[arg-type]
    assert len(digests) == len(changes)
    assert document(2, "chữ", at=document(1, "").published_at).digest == document(1, "chữ").digest
