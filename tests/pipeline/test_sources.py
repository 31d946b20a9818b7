"""Sources: two people, a place, a switch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lachan.domain.budget import Budget
from lachan.domain.errors import (
    InputError,
    PermissionDenied,
    SecondPersonNeeded,
    SourceRefused,
    Stopped,
    TransitionError,
)
from lachan.domain.post import Source, SourceState
from tests.world import World, source


def test_two_people_register_a_place(world: World) -> None:
    first, second = world.actor("admin"), world.actor("admin2")
    world.sources.propose(first, source("moi"))
    assert [s.key for s in world.sources.active()] == ["town"]
    with pytest.raises(SecondPersonNeeded):
        world.sources.confirm(first, "moi")
    world.sources.confirm(second, "moi")
    assert {s.key for s in world.sources.active()} == {"town", "moi"}


@pytest.mark.parametrize(
    "url",
    [
        "https://town.example/members/ai-do.12/",
        "https://town.example/tags/hoc-sinh/",
        "https://town.example/search?q=hoc+sinh",
        "https://www.facebook.com/profile.php?id=1000",
        "https://town.example/login/",
    ],
)
def test_persons_tags_and_searches_are_refused(world: World, url: str) -> None:
    with pytest.raises(SourceRefused):
        world.sources.propose(world.actor("admin"), source("moi", url=url, url_prefix=url))


def test_a_source_needs_its_reasons(world: World) -> None:
    with pytest.raises(InputError, match="legal_basis"):
        world.sources.propose(world.actor("admin"), source("moi", legal_basis=" "))
    with pytest.raises(PermissionDenied):
        world.sources.propose(world.actor("officer"), source("moi"))


def test_the_switch_stops_one_or_all(world: World) -> None:
    world.sources.stop(world.actor("officer"), "town")
    assert world.sources.active() == []
    with pytest.raises(PermissionDenied):
        world.sources.resume(world.actor("officer"), "town")
    world.sources.resume(world.actor("admin"), "town")
    with world.database.read() as unit:
        assert unit.sources.get("town").state is SourceState.PROPOSED
    with pytest.raises(SecondPersonNeeded):
        world.sources.confirm(world.actor("admin"), "town")
    world.sources.confirm(world.actor("admin2"), "town")
    world.sources.stop(world.actor("protection_officer"))
    assert world.sources.active() == []
    with pytest.raises(Stopped):
        world.intake.begin("spider", ["town"])
    world.sources.resume(world.actor("admin2"))
    assert len(world.sources.active()) == 1


@pytest.mark.parametrize("state", [SourceState.HALTED, SourceState.LAPSED, SourceState.STOPPED])
def test_two_people_look_again(world: World, state: SourceState) -> None:
    with world.database.write() as unit:
        unit.sources.note_judged("town", [True] * 300)
        unit.sources.save(replace(unit.sources.get("town"), state=state))
    for admin in ("admin", "admin2"):
        with pytest.raises(TransitionError, match="proposed again"):
            world.sources.confirm(world.actor(admin), "town")
    world.sources.resume(world.actor("admin2"), "town")
    with pytest.raises(SecondPersonNeeded):
        world.sources.confirm(world.actor("admin2"), "town")
    world.sources.confirm(world.actor("admin"), "town")
    with world.database.read() as unit:
        assert unit.sources.get("town").state is SourceState.ACTIVE
        assert unit.sources.flag_share("town", 200) == (0, 0), "it is not halted again for the same posts"


def test_a_narrower_budget_counts_at_once_and_a_wider_one_needs_two(world: World) -> None:
    first, second = world.actor("admin"), world.actor("admin2")

    def town() -> Source:
        with world.database.read() as unit:
            return unit.sources.get("town")

    world.sources.set_budget(first, "town", Budget(pages_day=100, from_hour=22, to_hour=5))
    assert (town().state, town().budget.pages_day) == (SourceState.ACTIVE, 100)
    world.sources.set_budget(first, "town", Budget(pages_day=50, from_hour=23, to_hour=4))
    assert town().state is SourceState.ACTIVE
    world.sources.set_budget(first, "town", Budget(pages_day=50))
    assert (town().state, town().proposed_by) == (SourceState.PROPOSED, "admin"), (
        "all day is more than a night"
    )
    with pytest.raises(SecondPersonNeeded):
        world.sources.confirm(first, "town")
    world.sources.set_budget(second, "town", Budget(pages_day=60))
    with pytest.raises(SecondPersonNeeded):
        world.sources.confirm(second, "town")
    world.sources.confirm(first, "town")
    assert (town().state, town().budget) == (SourceState.ACTIVE, Budget(pages_day=60))
    with pytest.raises(PermissionDenied):
        world.sources.set_budget(world.actor("officer"), "town", Budget())
    with world.database.read() as unit:
        events = [link.event for link in unit.audit.of_subject("source:town")]
    assert [e.details["wider"] for e in events if e.action == "source:budget"] == [True, True, False, False]
