"""The stop switch works at once and nothing waits on it; a flooding source is halted at 20 %."""

from __future__ import annotations

import pytest

from lachan.domain.errors import PermissionDenied, SecondPersonNeeded, SourceRefused, Stopped
from lachan.domain.post import RawPost, SourceState
from lachan.pipeline.assess import Assess
from lachan.pipeline.import_rows import ImportRow
from lachan.pipeline.ports import Counter, Link, PageKind
from lachan.pipeline.sources import HALT_WINDOW
from tests.world import ScriptedJudge, World, post

PAGE = "https://town.example/f/1"


def _link(world: World) -> None:
    with world.database.write() as unit:
        unit.frontier.add("town", "town.example", [Link(PAGE, PageKind.THREAD)], world.clock())


@pytest.mark.parametrize("who", ["officer", "approver", "protection_officer", "admin"])
def test_anybody_on_duty_stops_everything(world: World, who: str) -> None:
    _link(world)
    world.sources.stop(world.actor(who, interactive=False))
    assert world.intake.lease("spider", ["town"], 10) == []
    assert world.sources.active() == []
    with pytest.raises(Stopped):
        world.intake.begin("spider", ["town"])
    with pytest.raises(Stopped):
        world.assess.drain()
    with pytest.raises(Stopped):
        world.intake.import_rows("admin", "town", [ImportRow(1, "một bài", f"{PAGE}#1", None)])
    for other in ("officer", "approver", "protection_officer"):
        with pytest.raises(PermissionDenied):
            world.sources.resume(world.actor(other))


@pytest.mark.parametrize("key", [None, "town"])
def test_what_was_under_way_when_it_was_pressed_is_not_kept(world: World, key: str | None) -> None:
    _link(world)
    (page,) = world.intake.lease("spider", ["town"], 10)
    world.sources.stop(world.actor("officer"), key)
    got = world.intake.receive(page, [RawPost(f"{PAGE}#1", "một bài", "an", world.clock(), PAGE)], [])
    assert got.inboxed == 0
    assert world.intake.lease("spider", ["town"], 10) == []
    with world.database.read() as unit:
        assert unit.inbox.size() == 0
        assert unit.sources.totals()[Counter.INBOXED] == 0


def test_assess_stops_between_two_batches(world: World) -> None:
    with world.database.write() as unit:
        unit.inbox.add([post(f"bài {number}", world.clock()) for number in range(600)], world.clock())

    class Presses(ScriptedJudge):
        def assess(self, items):  # type: ignore[no-untyped-def]
            world.sources.stop(world.actor("officer"))
            return super().assess(items)

    with pytest.raises(Stopped):
        Assess(world.database, Presses(), world.keys, world.clock, "w").drain()
    with world.database.read() as unit:
        assert unit.inbox.size() == 100, "the batch under way is finished, no other begun"


def test_a_stopped_source_needs_two_people_again(world: World) -> None:
    world.sources.stop(world.actor("officer"), "town")
    admin = world.actor("admin")
    world.sources.resume(admin, "town")
    with world.database.read() as unit:
        assert unit.sources.get("town").state is SourceState.PROPOSED
    with pytest.raises(SecondPersonNeeded):
        world.sources.confirm(admin, "town")
    with pytest.raises(SourceRefused):
        world.intake.import_rows("admin", "town", [])
    world.sources.confirm(world.actor("admin2"), "town")


@pytest.mark.parametrize(("flagged", "halted"), [(40, False), (41, True)])
def test_over_a_fifth_halts(world: World, flagged: int, halted: bool) -> None:
    texts = [f"[child_violence] bài thứ {n} của người này" for n in range(flagged)]
    texts += [f"bài lành thứ {n}" for n in range(HALT_WINDOW - flagged)]
    with world.database.write() as unit:
        unit.inbox.add([post(text, world.clock()) for text in texts], world.clock())
    assert world.assess.drain().halted == (("town",) if halted else ())
    _link(world)
    assert bool(world.intake.lease("spider", ["town"], 10)) is not halted
