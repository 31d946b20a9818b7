"""NoticeStore, over both backends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lachan.domain.case import KEEP_FACTS
from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.notice import NoticeState, PageCheck
from lachan.store import SqlDatabase
from lachan.store.keyring import FileKeyRing
from tests.store.samples import HOUR, NOW, notice, opened


def test_a_notice_comes_back_and_changes(database: SqlDatabase) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        added = unit.notices.add(notice(case.id))
        assert added == notice(case.id, id=added.id)
        changed = replace(
            added,
            state=NoticeState.DELIVERED,
            page_check=PageCheck.PRESENT,
            checked_at=NOW,
            approved_by="duyet",
            issued_at=NOW,
            delivered_at=NOW,
            due_at=NOW + HOUR,
        )
        assert unit.notices.save(changed) == changed
    with database.read() as unit:
        assert unit.notices.get(added.id) == changed
        assert unit.notices.by_code("sen-tre-may") == changed
        assert unit.notices.of_case(case.id) == [changed]
        assert unit.notices.of_case(99) == []
        with pytest.raises(NotFound):
            unit.notices.get(99)
        with pytest.raises(NotFound):
            unit.notices.by_code("khac")
    with pytest.raises(NotFound), database.write() as unit:
        unit.notices.save(replace(changed, id=99))


def test_a_code_opens_one_notice(database: SqlDatabase) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        unit.notices.add(notice(case.id))
        with pytest.raises(ConflictError):
            unit.notices.add(notice(case.id))
        assert unit.notices.add(notice(case.id, code="khac")).code == "khac"  # the unit goes on
    with pytest.raises(ConflictError), database.write() as unit:
        unit.notices.add(notice(99, code="khong co vu"))


def test_newest_first_by_state(database: SqlDatabase) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        for number, state in enumerate([NoticeState.DRAFT, NoticeState.ISSUED, NoticeState.DRAFT]):
            unit.notices.add(notice(case.id, code=str(number), state=state))
        found = unit.notices.find()
        assert [item.code for item in found] == ["2", "1", "0"]
        assert [item.code for item in unit.notices.find([NoticeState.DRAFT], limit=1, offset=1)] == ["0"]
        assert unit.notices.counts() == {NoticeState.DRAFT: 2, NoticeState.ISSUED: 1}


def test_what_it_says_ends_with_its_key(database: SqlDatabase, keys: FileKeyRing) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        added = unit.notices.add(notice(case.id))
    keys.destroy_due(NOW + KEEP_FACTS - timedelta(hours=2))
    with database.read() as unit:
        assert unit.notices.get(added.id) == added
    keys.destroy_due(NOW + KEEP_FACTS + timedelta(hours=2))
    with database.read() as unit:
        left = unit.notices.get(added.id)
    assert left == replace(added, recipient="", url="", description="", necessity="")


def test_letters_are_found_by_the_clause_they_cite(database: SqlDatabase) -> None:
    (case,) = opened(database)
    mine, other = ("L116-13-4-đ", "LTE-6-9"), ("LTE-6-10",)
    with database.write() as unit:
        waiting = unit.notices.add(notice(case.id, code="a", state=NoticeState.SUBMITTED, citations=mine))
        unit.notices.add(notice(case.id, code="b", state=NoticeState.SUBMITTED, citations=other))
        unit.notices.add(notice(case.id, code="c", state=NoticeState.REJECTED, citations=mine))
        issued = unit.notices.add(
            notice(case.id, code="d", state=NoticeState.ISSUED, citations=mine, issued_at=NOW)
        )
    with database.read() as unit:
        assert unit.notices.citing("L116-13-4-đ") == [waiting.id]
        assert unit.notices.citing("L116-13-4-đ", NOW) == [issued.id]
        assert unit.notices.citing("L116-13-4-đ", NOW + HOUR) == []
        for part in ("LTE-6", "LTE-6-1", "L%", "_TE-6-9", "", '"'):
            assert unit.notices.citing(part) == []
