"""The directory: two people for every contact, again every 90 days; a file comes whole or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lachan.domain.area import Area
from lachan.domain.directory import HOTLINE_ID, Standing
from lachan.domain.errors import (
    ConflictError,
    FieldError,
    InputError,
    NotFound,
    PermissionDenied,
    RefusedError,
    SecondPersonNeeded,
)
from lachan.domain.referral import Contact, RecipientKind
from lachan.pipeline.directory import RowProblem
from tests.world import World

CENTRE = Contact(
    RecipientKind.CHILD_PROTECTION, "Trung tâm Công tác xã hội", "Tỉnh Bến Sông", phone="0900 000 111"
)


def test_one_writes_another_verifies_and_again_after_ninety_days(world: World) -> None:
    writer, other = world.actor("admin"), world.actor("protection_officer")
    entry = world.directory.propose(writer, CENTRE)
    assert entry.standing(world.clock()) is Standing.WAITING
    with pytest.raises(SecondPersonNeeded):
        world.directory.verify(writer, entry.id)
    with pytest.raises(PermissionDenied):
        world.directory.verify(world.actor("protection_officer", interactive=False), entry.id)
    verified = world.directory.verify(other, entry.id)
    assert (verified.verified_by, verified.standing(world.clock())) == (
        "protection_officer",
        Standing.VERIFIED,
    )
    world.clock.move(days=76)
    assert verified.standing(world.clock()) is Standing.DUE
    world.clock.move(days=14)
    assert verified.standing(world.clock()) is Standing.STALE
    assert world.directory.standings(other)[Standing.STALE] == 1
    with pytest.raises(SecondPersonNeeded):
        world.directory.verify(writer, entry.id)
    assert world.directory.verify(other, entry.id).standing(world.clock()) is Standing.VERIFIED


def test_a_change_waits_and_the_old_contact_holds_until_then(world: World) -> None:
    writer, other = world.actor("admin"), world.actor("protection_officer")
    old = world.directory.propose(writer, CENTRE)
    world.directory.verify(other, old.id)
    with pytest.raises(InputError, match="nothing was changed"):
        world.directory.change(other, old.id, CENTRE)
    new = world.directory.change(other, old.id, replace(CENTRE, phone="0900 000 112"))
    with pytest.raises(SecondPersonNeeded):
        world.directory.verify(other, new.id)
    with pytest.raises(ConflictError, match="waits already"):
        world.directory.change(writer, old.id, replace(CENTRE, phone="0900 000 113"))
    assert [each.id for each in world.protect.offered(other, Area("Tỉnh Bến Sông"))] == [old.id, HOTLINE_ID]
    world.directory.verify(writer, new.id)
    assert [each.id for each in world.protect.offered(other, Area("Tỉnh Bến Sông"))] == [new.id, HOTLINE_ID]
    entry, history = world.directory.entry(writer, new.id)
    assert entry.replaces == old.id
    assert [link.event.action for link in history] == ["directory:verify", "directory:change"]


def test_whoever_changes_what_waits_cannot_verify_it(world: World) -> None:
    first = world.directory.propose(world.actor("admin"), CENTRE)
    second = world.directory.change(world.actor("admin2"), first.id, replace(CENTRE, phone="0900 000 112"))
    with pytest.raises(RefusedError, match="used no more"):
        world.directory.verify(world.actor("admin2"), first.id)
    with pytest.raises(SecondPersonNeeded):
        world.directory.verify(world.actor("admin2"), second.id)
    world.directory.verify(world.actor("admin"), second.id)


def test_one_person_retires_and_nobody_retires_111(world: World) -> None:
    admin = world.actor("admin")
    entry = world.directory.propose(admin, CENTRE)
    world.directory.retire(admin, entry.id)
    assert world.directory.find(admin) == []
    for act in (world.directory.retire, world.directory.verify):
        with pytest.raises(RefusedError, match="used no more"):
            act(admin, entry.id)
        with pytest.raises(RefusedError, match="111"):
            act(admin, HOTLINE_ID)
    with pytest.raises(RefusedError, match="111"):
        world.directory.change(admin, HOTLINE_ID, CENTRE)
    with pytest.raises(NotFound):
        world.directory.retire(admin, 99)
    assert [each.id for each in world.protect.offered(world.actor("protection_officer"), Area())] == [
        HOTLINE_ID
    ]


@pytest.mark.parametrize("name", ["officer", "approver", "analyst", "auditor"])
def test_nobody_else_reads_or_writes(world: World, name: str) -> None:
    for act in (
        lambda: world.directory.find(world.actor(name)),
        lambda: world.directory.propose(world.actor(name), CENTRE),
        lambda: world.directory.import_rows(world.actor(name), [(2, CENTRE)]),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_an_office_stands_once(world: World) -> None:
    world.directory.propose(world.actor("admin"), CENTRE)
    with pytest.raises(ConflictError, match="already"):
        world.directory.propose(world.actor("admin2"), replace(CENTRE, office=CENTRE.office.upper()))
    with pytest.raises(FieldError):
        world.directory.propose(world.actor("admin2"), replace(CENTRE, office="Nguyễn Mẫu"))


def test_a_file_comes_whole_or_not_at_all(world: World) -> None:
    admin = world.actor("admin", interactive=False)
    ward = replace(CENTRE, office="Trung tâm phường", commune="Phường Bến Sông")
    rows = [
        (2, CENTRE),
        (3, replace(CENTRE, phone="=1+1")),
        (5, replace(CENTRE, province="Hà Tây", office="Sở thử")),
        (6, CENTRE),
    ]
    added, problems = world.directory.import_rows(admin, rows)
    assert (added, [(one.row, one.column) for one in problems]) == (
        0, [(3, "phone"), (5, "province"), (6, "office")],
    )  # fmt: skip
    assert world.directory.find(admin) == []
    assert world.directory.import_rows(admin, [(2, CENTRE), (3, ward)]) == (2, [])
    again = world.directory.import_rows(admin, [(2, ward)])
    assert again == (0, [RowProblem(2, "office", "this office is there already")])
    found = world.directory.find(admin, area=Area("Tỉnh Bến Sông", "Phường Bến Sông, Bến Sông"))
    assert [each.contact.office for each in found] == ["Trung tâm phường", "Trung tâm Công tác xã hội"]
    assert all(each.standing(world.clock()) is Standing.WAITING for each in found)
