"""AppealStore, over both backends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lachan.domain.appeal import AppealState
from lachan.domain.case import KEEP_FACTS
from lachan.domain.errors import ConflictError, NotFound
from lachan.store import SqlDatabase
from lachan.store.keyring import FileKeyRing
from tests.store.samples import HOUR, NOW, appeal, notice, opened


def test_an_appeal_comes_back_and_changes(database: SqlDatabase, keys: FileKeyRing) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        letter = unit.notices.add(notice(case.id))
        added = unit.appeals.add(appeal(case.id, letter.id))
        assert added == appeal(case.id, letter.id, id=added.id)
        changed = replace(
            added, state=AppealState.UPHELD, assigned_to="duyet", decided_at=NOW, answer="trả lời thử"
        )
        assert unit.appeals.save(changed) == changed
    with database.read() as unit:
        assert unit.appeals.get(added.id) == changed
        with pytest.raises(NotFound):
            unit.appeals.get(99)
    with pytest.raises(NotFound), database.write() as unit:
        unit.appeals.save(replace(changed, id=99))
    with pytest.raises(ConflictError), database.write() as unit:
        unit.appeals.add(appeal(case.id, 99))
    keys.destroy_due(NOW + KEEP_FACTS + HOUR)
    with database.read() as unit:
        assert unit.appeals.get(added.id) == replace(changed, reason="", answer=None)


def test_pending_are_the_open_ones_oldest_first(database: SqlDatabase) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        letter = unit.notices.add(notice(case.id))
        late = unit.appeals.add(appeal(case.id, letter.id, received_at=NOW + HOUR))
        early = unit.appeals.add(appeal(case.id, letter.id))
        unit.appeals.add(appeal(case.id, letter.id, state=AppealState.CLOSED))
        assert unit.appeals.pending() == [early, late]
