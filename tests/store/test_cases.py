"""CaseStore, over both backends."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lachan.domain.case import CaseState
from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.measure import Measure
from lachan.domain.place import UNMARKED, PlaceMarks
from lachan.domain.taxonomy import Category, Route
from lachan.pipeline.ports import CaseFilter, QueueOrder
from lachan.store import SqlDatabase
from lachan.store.keyring import FileKeyRing
from lachan.store.tables import case_bands, case_categories, case_posts, cases
from tests.store.samples import DAY, HOUR, NOW, assessment, new_case, notice, opened, post


def test_an_opened_case_comes_back_as_it_was(database: SqlDatabase) -> None:
    both = assessment(Category.SELFHARM, Category.CHILD_VIOLENCE)
    first, second = opened(database, new_case(1), new_case(2, assessment=both, linked_case=1))
    assert [first.number, second.number] == ["VV-000001", "VV-000002"]
    with database.read() as unit:
        assert unit.cases.get(1) == first
        assert unit.cases.get(2) == second
        (stored,) = unit.cases.posts(2)
        assert stored.assessment == both
        assert (stored.text, stored.url, stored.case) == (post(2).text, post(2).url, 2)
        assert stored.content_hash == hashlib.sha256(post(2).text.encode()).hexdigest()
        assert unit.cases.texts([1, 2, 9]) == {1: post(1).text, 2: post(2).text}
        with pytest.raises(NotFound):
            unit.cases.get(3)
        assert unit.cases.texts([]) == {}
    with database.write() as unit:
        assert unit.cases.open_many([]) == []
        assert unit.cases.candidates([]) == []


def test_save_writes_every_field_and_counts_versions(database: SqlDatabase) -> None:
    (case,) = opened(database)
    changed = replace(
        case,
        route=Route.REVIEW,
        state=CaseState.AWAITING_APPROVAL,
        categories=(Category.SELFHARM, Category.AGE_UNSUITABLE),
        urgent=True,
        claimed_by="can.bo",
        claimed_until=NOW + HOUR,
        decided_by="can.bo",
        decided_at=NOW,
        measure=Measure.REMOVAL_REQUEST,
        reason="lý do viết thử",
        return_note="xem lại",
        citations=("một", "hai"),
        approved_by="duyet",
        closed_at=NOW,
        overturned=True,
        delete_text_at=NOW + 30 * DAY,
        linked_case=7,
        place_marks=PlaceMarks(frozenset({"Xã Thử, Tỉnh"}), frozenset({"Xã Khác, Tỉnh", "Xã Xa, Tỉnh"})),
    )
    with database.write() as unit:
        saved = unit.cases.save(changed)
        assert saved == replace(changed, version=2)
    with database.read() as unit:
        assert unit.cases.get(case.id) == saved
        assert unit.cases.find(CaseFilter(category=Category.SELFHARM)) == [saved]
        assert unit.cases.find(CaseFilter(category=Category.CHILD_VIOLENCE)) == []
    with pytest.raises(ConflictError), database.write() as unit:
        unit.cases.save(changed)
    with pytest.raises(NotFound), database.write() as unit:
        unit.cases.save(replace(changed, id=99))


def test_a_new_day_reseals_the_texts(database: SqlDatabase, keys: FileKeyRing) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        unit.cases.join(case.id, post(2), assessment())
        unit.cases.save(replace(case, delete_text_at=NOW + 365 * DAY))
    keys.destroy_due(NOW + 15 * DAY)
    with database.read() as unit:
        assert [item.text for item in unit.cases.posts(case.id)] == [post(1).text, post(2).text]
    keys.destroy_due(NOW + 366 * DAY)
    with database.read() as unit:
        assert [(item.text, item.url) for item in unit.cases.posts(case.id)] == [("", ""), ("", "")]
        assert unit.cases.texts([case.id]) == {}
        (candidate,) = unit.cases.candidates(["band-1-a"])
        assert candidate.first_text is None
        assert unit.cases.posts(case.id)[0].assessment.labels == assessment().labels


def test_near_copies_join_open_cases_alone(database: SqlDatabase) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        unit.cases.join(case.id, post(2), assessment())
        saved = unit.cases.save(replace(case, state=CaseState.CLOSED))
        assert saved.post_count == 2
    with pytest.raises(ConflictError), database.write() as unit:
        unit.cases.join(case.id, post(3), assessment())
    with pytest.raises(NotFound), database.write() as unit:
        unit.cases.join(99, post(3), assessment())
    with database.read() as unit:
        assert unit.cases.get(case.id).post_count == 2
        assert [item.text for item in unit.cases.posts(case.id, limit=1)] == [post(1).text]


def test_candidates_share_a_band_newest_first(database: SqlDatabase) -> None:
    shared = new_case(2, bands=("band-1-a", "other", "other"))
    opened(database, new_case(1), shared, new_case(3))
    with database.read() as unit:
        found = unit.cases.candidates(["band-1-a", "band-1-b", "unknown"])
    assert [(item.case, item.first_text) for item in found] == [(2, post(2).text), (1, post(1).text)]
    assert (found[0].state, found[0].route, found[0].categories) == (
        CaseState.OPEN,
        Route.REVIEW,
        (Category.CHILD_VIOLENCE,),
    )


def test_the_queue_goes_by_urgency_then_severity_and_age(database: SqlDatabase) -> None:
    def case(number: int, hours: int, category: Category, urgent: bool = False) -> object:
        captured = NOW - hours * HOUR
        said = assessment(category, urgent=urgent)
        return new_case(number, post=post(number, captured_at=captured), assessment=said)

    opened(
        database,
        case(1, 0, Category.AGE_UNSUITABLE),  # type: ignore[arg-type]
        case(2, 0, Category.SELFHARM),  # type: ignore[arg-type]
        case(3, 48, Category.AGE_UNSUITABLE),  # type: ignore[arg-type]
        case(4, 1, Category.AGE_UNSUITABLE, True),  # type: ignore[arg-type]
        case(5, 0, Category.AGE_UNSUITABLE, True),  # type: ignore[arg-type]
    )
    with database.read() as unit:
        ordered = [item.id for item in unit.cases.find(CaseFilter())]
        newest = [item.id for item in unit.cases.find(CaseFilter(), order=QueueOrder.NEWEST)]
        paged = [item.id for at in range(5) for item in unit.cases.find(CaseFilter(), limit=1, offset=at)]
    assert ordered == [4, 5, 3, 2, 1]
    assert newest == [5, 2, 1, 4, 3]
    assert paged == ordered


def test_every_filter_restricts(database: SqlDatabase) -> None:
    protect = assessment(Category.SELFHARM, route=Route.PROTECT, urgent=True)
    midnight = NOW.replace(hour=17, minute=0)  # the next day begins in Vietnam
    late = post(2, published_at=midnight, source="khac")
    _, _, three = opened(
        database,
        new_case(1),
        new_case(2, post=late, assessment=protect),
        new_case(3, post=post(3, published_at=None)),
    )
    with database.write() as unit:
        three = unit.cases.save(
            replace(three, state=CaseState.CLAIMED, claimed_by="can.bo", decided_by="can.bo")
        )
    today, tomorrow = date(2026, 11, 22), date(2026, 11, 23)
    expected = {
        CaseFilter(): [1, 2, 3],
        CaseFilter(route=Route.PROTECT): [2],
        CaseFilter(states=(CaseState.OPEN, CaseState.OPEN)): [1, 2],
        CaseFilter(states=(CaseState.OPEN, CaseState.CLAIMED)): [1, 2, 3],
        CaseFilter(category=Category.SELFHARM): [2],
        CaseFilter(source="khac"): [2],
        CaseFilter(urgent=False): [1, 3],
        CaseFilter(claimed_by="can.bo"): [3],
        CaseFilter(not_decided_by="can.bo"): [1, 2],
        CaseFilter(not_decided_by="khac"): [1, 2, 3],
        CaseFilter(first=tomorrow): [2],
        CaseFilter(last=today): [1, 3],
    }
    with database.read() as unit:
        for where, ids in expected.items():
            assert sorted(case.id for case in unit.cases.find(where)) == ids, where
            if not where.states or len(set(where.states)) == len(where.states):
                assert unit.cases.count(where) == len(ids)


def test_claims_run_out(database: SqlDatabase) -> None:
    first, second, _ = opened(database, new_case(1), new_case(2), new_case(3))
    with database.write() as unit:
        unit.cases.save(replace(first, state=CaseState.CLAIMED, claimed_until=NOW))
        unit.cases.save(replace(second, state=CaseState.CLAIMED, claimed_until=NOW + HOUR))
        assert [case.id for case in unit.cases.claim_expired(NOW)] == [first.id]


def test_recent_reasons_are_this_accounts_necessities(database: SqlDatabase) -> None:
    given = opened(database, *(new_case(number) for number in range(1, 6)))
    rows = [
        ("can.bo", Measure.REMOVAL_REQUEST, "một"),
        ("can.bo", Measure.OWNER_WARNING, "hai"),
        ("can.bo", Measure.DISMISS, "bỏ qua"),
        ("khac", Measure.OWNER_WARNING, "khác"),
        ("can.bo", Measure.OWNER_WARNING, None),
    ]
    with database.write() as unit:
        for number, (case, (name, measure, reason)) in enumerate(zip(given, rows, strict=True)):
            unit.cases.save(
                replace(
                    case,
                    decided_by=name,
                    measure=measure,
                    reason=reason,
                    decided_at=NOW + number * HOUR,
                    return_note="ghi chú",
                )
            )
        assert unit.cases.recent_reasons("can.bo") == ["hai", "một"]
        assert unit.cases.recent_reasons("can.bo", limit=2) == ["hai"]


def test_texts_go_and_facts_stay_until_their_time(database: SqlDatabase) -> None:
    first, second = opened(database, new_case(1), new_case(2, delete_text_at=NOW + 15 * DAY))
    with database.write() as unit:
        unit.cases.save(replace(first, reason="lý do"))
        assert unit.cases.text_due(NOW + 14 * DAY - HOUR) == []
        assert unit.cases.text_due(NOW + 14 * DAY) == [first.id]
        unit.cases.drop_texts([first.id])
        assert unit.cases.text_due(NOW + 14 * DAY) == []
        assert unit.cases.posts(first.id) == []
        assert unit.cases.texts([first.id, second.id]) == {second.id: post(2).text}
        assert unit.cases.candidates(["band-1-a"]) == []
        assert unit.cases.get(first.id).reason is None
        assert unit.cases.drop_facts(NOW) == 0
        assert unit.cases.drop_facts(NOW + timedelta(microseconds=1)) == 2


def test_a_dropped_case_leaves_nothing(database: SqlDatabase) -> None:
    opened(database, new_case(1))
    with database.write() as unit:
        unit.notices.add(notice(1))
        unit.cases.drop([1])
        unit.cases.drop([])
    with database._engine.connect() as connection:
        for table in (cases, case_posts, case_bands, case_categories):
            assert connection.execute(select(table)).all() == []
    assert opened(database)[0].id == 2  # numbers are never used again


def test_rows_hold_no_clear_text(database: SqlDatabase) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        unit.cases.save(replace(case, reason="lý do viết thử", return_note="ghi chú thử"))
    with database._engine.connect() as connection:
        raw = repr([connection.execute(select(table)).all() for table in (cases, case_posts, case_bands)])
    for clear in ("bài viết", "example.org", "viết thử", "ghi chú", "a" * 64):
        assert clear not in raw


def test_counting_stops_where_it_is_told(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.cases.open_many(
            [new_case(number, assessment=replace(assessment(), urgent=number == 3)) for number in (1, 2, 3)]
        )
        assert [unit.cases.count(CaseFilter(), at_most=most) for most in (1, 3, 9)] == [1, 3, 3]
        assert unit.cases.count(CaseFilter(urgent=True), at_most=9) == 1
        assert unit.cases.count(CaseFilter(urgent=False)) == 2


def test_candidates_of_many_posts_are_those_of_each(database: SqlDatabase) -> None:
    posts = [["band-1-a"], [], ["band-2-b", "band-1-b", "unknown"], ["unknown"]]
    with database.write() as unit:
        unit.cases.open_many([new_case(1), new_case(2)])
        together = unit.cases.candidates_of(posts)
        assert together == [unit.cases.candidates(bands) for bands in posts]
        assert [[found.case for found in each] for each in together] == [[1], [], [2, 1], []]


def test_a_walk_through_all_goes_by_number(database: SqlDatabase) -> None:
    many = opened(database, *(new_case(number) for number in range(1, 8)))
    closed = {2, 3, 5, 7}
    with database.write() as unit:
        saved = [
            unit.cases.save(replace(case, state=CaseState.CLOSED, closed_at=NOW))
            for case in many
            if case.id in closed
        ]
    where = CaseFilter(route=saved[0].route, states=(CaseState.CLOSED, CaseState.APPEALED))
    with database.read() as unit:
        assert unit.cases.above(0, where, 3) == saved[:3]
        assert unit.cases.above(saved[2].id, where, 3) == saved[3:]
        assert unit.cases.above(7, where, 3) == []
        assert unit.cases.above(0, CaseFilter(states=(CaseState.OPEN,)), 1) == [many[0]]
        assert unit.cases.some([7, 99, 2, 7]) == [saved[3], saved[0]]
        assert unit.cases.some([]) == []


def test_corrected_places_are_sealed_and_live_as_long_as_the_text(
    database: SqlDatabase, keys: FileKeyRing
) -> None:
    marks = PlaceMarks(frozenset({"Xã Thử, Tỉnh"}), frozenset({"Xã Khác, Tỉnh"}))
    one, other = opened(database, new_case(1), new_case(2))
    with database.write() as unit:
        for case in (one, other):
            unit.cases.save(replace(case, place_marks=marks))
    with database._engine.connect() as connection:
        rows = connection.execute(select(cases.c.places_sealed)).scalars().all()
    assert all(row and "Xã".encode() not in row for row in rows)
    with database.write() as unit:
        unit.cases.save(replace(unit.cases.get(one.id), delete_text_at=NOW + 365 * DAY))
    keys.destroy_due(NOW + 15 * DAY)
    with database.write() as unit:
        assert unit.cases.get(one.id).place_marks == marks, "sealed anew with the text"
        assert unit.cases.get(other.id).place_marks == UNMARKED, "its key is gone"
        unit.cases.drop_texts([one.id])
        assert unit.cases.get(one.id).place_marks == UNMARKED
    with database._engine.connect() as connection:
        assert connection.execute(select(cases.c.places_sealed).where(cases.c.id == one.id)).scalar() is None
