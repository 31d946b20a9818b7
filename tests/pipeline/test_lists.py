"""Vetted lists through the use case, on both databases; every word in them is a harmless stand-in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lachan.domain.audit import verify as verify_chain
from lachan.domain.errors import (
    ConflictError,
    InputError,
    NotFound,
    PermissionDenied,
    RefusedError,
    SecondPersonNeeded,
    TransitionError,
)
from lachan.domain.vetted_list import ListContent
from lachan.pipeline.lists import Lists
from lachan.store.signature import verify
from tests.lists import PUBLIC, TERM, day, document, signature
from tests.world import World

NAME = "danh-sach-1"


def passes(_: ListContent) -> None:
    """A trial that finds nothing wrong."""


def fails(_: ListContent) -> None:
    raise RefusedError("flags harmless canaries")


@pytest.fixture
def lists(world: World) -> Lists:
    return Lists(world.database, world.clock, verify)


def registered(world: World, lists: Lists) -> Lists:
    lists.propose_issuer(world.actor("admin"), "bao-ve-tre-em", PUBLIC, day("2027-06-30"))
    lists.confirm_issuer(world.actor("admin2"), "bao-ve-tre-em")
    return lists


def in_use(world: World, lists: Lists) -> Lists:
    signed = document()
    registered(world, lists).propose(world.actor("admin"), signed, signature(signed), passes)
    lists.confirm(world.actor("admin2"), NAME, passes)
    return lists


def test_two_people_bring_a_list_and_one_removes_it(world: World, lists: Lists) -> None:
    signed = document()
    registered(world, lists).propose(world.actor("admin"), signed, signature(signed), passes)
    assert lists.active() == []
    lists.confirm(world.actor("admin2"), NAME, passes)
    (content,) = lists.active()
    assert content.terms == (TERM,)
    lists.remove(world.actor("admin"), NAME)
    assert lists.active() == []
    with world.database.read() as unit:
        actions = [link.event.action for link in unit.audit.links()]
        told = [str(link.event) for link in unit.audit.links()]
        assert verify_chain(unit.audit.links()).broken_at is None
    assert actions[-5:] == ["issuer:propose", "issuer:confirm", "list:propose", "list:confirm", "list:remove"]
    assert not any(TERM in each or "bai-17" in each for each in told), "the log holds no entry"


def test_nobody_confirms_their_own(world: World, lists: Lists) -> None:
    admin = world.actor("admin")
    lists.propose_issuer(admin, "bao-ve-tre-em", PUBLIC, day("2027-06-30"))
    with pytest.raises(SecondPersonNeeded):
        lists.confirm_issuer(admin, "bao-ve-tre-em")
    lists.confirm_issuer(world.actor("admin2"), "bao-ve-tre-em")
    signed = document()
    lists.propose(admin, signed, signature(signed), passes)
    with pytest.raises(SecondPersonNeeded):
        lists.confirm(admin, NAME, passes)
    assert lists.active() == []
    lists.confirm(world.actor("admin2"), NAME, passes)
    with pytest.raises(TransitionError):
        lists.confirm(world.actor("admin2"), NAME, passes)


@pytest.mark.parametrize("who", ["officer", "approver", "protection_officer", "analyst", "auditor"])
def test_only_admins_and_only_in_a_session(world: World, lists: Lists, who: str) -> None:
    for actor in (world.actor(who), world.actor("admin", interactive=False)):
        with pytest.raises(PermissionDenied):
            lists.propose_issuer(actor, "x", PUBLIC, day("2027-06-30"))
        with pytest.raises(PermissionDenied):
            lists.confirm_issuer(actor, "x")
        with pytest.raises(PermissionDenied):
            lists.propose(actor, document(), b"", passes)
        with pytest.raises(PermissionDenied):
            lists.confirm(actor, NAME, passes)
        with pytest.raises(PermissionDenied):
            lists.remove(actor, NAME)
        with pytest.raises(PermissionDenied):
            lists.remove_issuer(actor, "x")


def test_refusals_of_a_list_in_clear_words(world: World, lists: Lists) -> None:
    admin, signed = world.actor("admin"), document()

    def refused(words: str, given: bytes = signed, by: bytes | None = None) -> None:
        with pytest.raises(RefusedError, match=words):
            lists.propose(admin, given, signature(given) if by is None else by, passes)
        with world.database.read() as unit:
            assert unit.lists.all() == []

    refused("nobody registered the issuer")
    lists.propose_issuer(admin, "bao-ve-tre-em", PUBLIC, day("2026-11-30"))
    refused("waits for another admin")
    lists.confirm_issuer(world.actor("admin2"), "bao-ve-tre-em")
    refused("signature does not fit", by=bytes(64))
    refused("signature does not fit", by=signature(signed + b" "))
    refused("a day to come", document(issued_on="2026-12-24", expires_on="2027-02-01"))
    refused("has expired", document(issued_on="2025-12-24", expires_on="2026-11-01"))
    with pytest.raises(RefusedError, match="canaries"):
        lists.propose(admin, signed, signature(signed), fails)
    world.clock.move(days=30)
    refused("key of the issuer bao-ve-tre-em has expired")


def test_the_second_step_tries_it_again(world: World, lists: Lists) -> None:
    signed = document()
    registered(world, lists).propose(world.actor("admin"), signed, signature(signed), passes)
    with pytest.raises(RefusedError, match="canaries"):
        lists.confirm(world.actor("admin2"), NAME, fails)
    assert lists.active() == []


def test_a_list_ends_with_its_day_with_its_issuers_day_and_with_its_issuer(
    world: World, lists: Lists
) -> None:
    in_use(world, lists)
    world.clock.now = world.clock.now.replace(year=2027, month=5, day=1)
    assert lists.active()
    world.clock.move(days=1)
    assert lists.active() == []
    world.clock.now = world.clock.now.replace(year=2026, month=12, day=1)
    lists.remove_issuer(world.actor("admin2"), "bao-ve-tre-em")
    assert lists.active() == []
    with world.database.read() as unit:
        assert unit.lists.all() == unit.lists.issuers() == []


def test_a_list_whose_issuer_expired_finds_nothing(world: World, lists: Lists) -> None:
    lists.propose_issuer(world.actor("admin"), "bao-ve-tre-em", PUBLIC, day("2026-11-30"))
    lists.confirm_issuer(world.actor("admin2"), "bao-ve-tre-em")
    signed = document()
    lists.propose(world.actor("admin"), signed, signature(signed), passes)
    lists.confirm(world.actor("admin2"), NAME, passes)
    assert lists.active()
    world.clock.move(days=9)
    assert lists.active() == []


def test_an_edited_row_is_found_out(world: World, lists: Lists) -> None:
    in_use(world, lists)
    with world.database.write() as unit:
        unit.lists.save(replace(unit.lists.get(NAME), document=document(terms=["cây cầu gỗ"])))
    with pytest.raises(RefusedError, match="was changed"):
        lists.active()


def test_a_newer_list_replaces_an_older_one_and_waits_again(world: World, lists: Lists) -> None:
    in_use(world, lists)
    same = document(terms=["cây cầu gỗ"])
    with pytest.raises(RefusedError, match="is there already"):
        lists.propose(world.actor("admin"), same, signature(same), passes)
    newer = document(issued_on="2026-11-20", terms=["cây cầu gỗ"])
    lists.propose(world.actor("admin2"), newer, signature(newer), passes)
    assert lists.active() == []
    lists.confirm(world.actor("admin"), NAME, passes)
    assert lists.active()[0].terms == ("cây cầu gỗ",)


def test_bad_issuers_are_refused(world: World, lists: Lists) -> None:
    admin = world.actor("admin")
    with pytest.raises(InputError, match="32 bytes"):
        lists.propose_issuer(admin, "x", PUBLIC[:31], day("2027-06-30"))
    with pytest.raises(InputError, match="expired"):
        lists.propose_issuer(admin, "x", PUBLIC, day("2026-11-21"))
    with pytest.raises(InputError, match="latin letters"):
        lists.propose_issuer(admin, "tên có dấu", PUBLIC, day("2027-06-30"))
    lists.propose_issuer(admin, "x", PUBLIC, day("2027-06-30"))
    with pytest.raises(ConflictError):
        lists.propose_issuer(admin, "x", PUBLIC, day("2027-06-30"))
    with pytest.raises(NotFound):
        lists.confirm(admin, "y", passes)
