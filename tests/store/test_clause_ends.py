"""ClauseEndStore, over both backends."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest

from lachan.domain.clause_end import ClauseEnd, EndState
from lachan.domain.errors import ConflictError, LachanError, NotFound
from lachan.store import SqlDatabase
from tests.store.samples import HOUR, NOW

ONE = ClauseEnd(0, "L116-13-4-đ", date(2026, 11, 1), "vì sao", "admin", NOW)


def test_a_proposal_comes_back_and_is_settled_once(database: SqlDatabase) -> None:
    with database.write() as unit:
        made = unit.clause_ends.add(ONE)
        assert made == replace(ONE, id=made.id)
        other = unit.clause_ends.add(replace(ONE, clause="LTE-6-9", ends=None))
        with pytest.raises(ConflictError):
            unit.clause_ends.add(ONE)
        assert unit.clause_ends.all() == [made, other]  # the unit goes on
    settled = replace(made, state=EndState.CONFIRMED, settled_by="admin2", settled_at=NOW + HOUR)
    with database.write() as unit:
        unit.clause_ends.settle(settled)
    with pytest.raises(ConflictError), database.write() as unit:
        unit.clause_ends.settle(replace(settled, state=EndState.REFUSED))
    with database.write() as unit:
        again = unit.clause_ends.add(ONE)
    with database.read() as unit:
        assert unit.clause_ends.get(made.id) == settled
        assert unit.clause_ends.all() == [settled, other, again]
        with pytest.raises(NotFound):
            unit.clause_ends.get(99)


def test_of_many_who_settle_at_one_moment_one_does(database: SqlDatabase) -> None:
    with database.write() as unit:
        made = unit.clause_ends.add(ONE)
    start, won, lost = threading.Barrier(4), [], []

    def settle(name: str) -> None:
        start.wait()
        try:
            with database.write() as unit:
                found = unit.clause_ends.get(made.id)
                if found.state is not EndState.WAITING:
                    raise ConflictError("settled")
                unit.clause_ends.settle(
                    replace(found, state=EndState.CONFIRMED, settled_by=name, settled_at=NOW)
                )
            won.append(name)
        except LachanError:
            lost.append(name)

    threads = [threading.Thread(target=settle, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 3)
    with database.read() as unit:
        assert unit.clause_ends.get(made.id).settled_by == won[0]
