"""ListStore, over both backends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.vetted_list import Issuer, ListState, VettedList
from lachan.store import SqlDatabase
from lachan.store.tables import vetted_lists
from tests.lists import PUBLIC, TERM, day, document, signature

ISSUER = Issuer("bao-ve-tre-em", PUBLIC, day("2027-06-30"), "admin")
LIST = VettedList(
    "danh-sach-1", "bao-ve-tre-em", day("2027-05-01"), document(), signature(document()), "admin"
)


def test_issuers_and_lists_come_back_change_and_go(database: SqlDatabase) -> None:
    active, sure = ListState.ACTIVE, "admin2"
    with database.write() as unit:
        unit.lists.add_issuer(ISSUER)
        unit.lists.add(LIST)
        assert unit.lists.issuer(ISSUER.name) == ISSUER
        assert unit.lists.get(LIST.name) == LIST
    with database.write() as unit:
        unit.lists.save_issuer(replace(ISSUER, state=active, confirmed_by=sure))
        unit.lists.save(replace(LIST, state=active, confirmed_by=sure))
    with database.read() as unit:
        assert unit.lists.issuers() == [replace(ISSUER, state=active, confirmed_by=sure)]
        assert unit.lists.all() == [replace(LIST, state=active, confirmed_by=sure)]
    with database.write() as unit:
        unit.lists.remove(LIST.name)
        unit.lists.remove_issuer(ISSUER.name)
    with database.read() as unit:
        assert unit.lists.issuers() == unit.lists.all() == []


def test_a_name_is_taken_once_and_a_missing_one_is_said(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.lists.add_issuer(ISSUER)
        unit.lists.add(LIST)
        with pytest.raises(ConflictError):
            unit.lists.add_issuer(ISSUER)
        with pytest.raises(ConflictError):
            unit.lists.add(LIST)
        for missing in (unit.lists.get, unit.lists.issuer):
            with pytest.raises(NotFound):
                missing("x")
        with pytest.raises(NotFound):
            unit.lists.save(replace(LIST, name="x"))
        with pytest.raises(NotFound):
            unit.lists.save_issuer(replace(ISSUER, name="x"))


def test_no_entry_lies_open_in_the_database(database: SqlDatabase) -> None:
    with database.write() as unit:
        unit.lists.add(LIST)
    with database._engine.connect() as connection:
        row = connection.execute(select(vetted_lists)).one()
    assert TERM.encode() not in repr(tuple(row)).encode()
    assert b"town.example" not in b"".join(part for part in row if isinstance(part, bytes))
