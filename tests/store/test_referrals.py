"""ReferralStore, over both backends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lachan.domain.case import KEEP_FACTS
from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.referral import RecipientKind, ReferralState
from lachan.store import SqlDatabase
from lachan.store.keyring import FileKeyRing
from tests.store.samples import HOUR, NOW, opened, referral


def test_a_referral_comes_back_and_changes(database: SqlDatabase) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        added = unit.referrals.add(referral(case.id))
        assert added == referral(case.id, id=added.id)
        changed = replace(
            added,
            state=ReferralState.FOLLOWED_UP,
            recipient=RecipientKind.HEALTH,
            sent_at=NOW,
            accepted_at=NOW + HOUR,
            follow_ups=2,
        )
        assert unit.referrals.save(changed) == changed
    with database.read() as unit:
        assert unit.referrals.get(added.id) == changed
        assert unit.referrals.of_case(case.id) == [changed]
        with pytest.raises(NotFound):
            unit.referrals.get(99)
    with pytest.raises(NotFound), database.write() as unit:
        unit.referrals.save(replace(changed, id=99))
    with pytest.raises(ConflictError), database.write() as unit:
        unit.referrals.add(referral(99))


def test_pending_are_the_open_ones_oldest_first(database: SqlDatabase) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        late = unit.referrals.add(referral(case.id, opened_at=NOW + HOUR))
        early = unit.referrals.add(referral(case.id))
        unit.referrals.add(referral(case.id, state=ReferralState.CLOSED, closed_at=NOW))
        assert unit.referrals.pending() == [early, late]


def test_the_need_ends_with_its_key(database: SqlDatabase, keys: FileKeyRing) -> None:
    (case,) = opened(database)
    with database.write() as unit:
        added = unit.referrals.add(referral(case.id))
    keys.destroy_due(NOW + KEEP_FACTS + HOUR)
    with database.read() as unit:
        assert unit.referrals.get(added.id) == replace(added, need="")
