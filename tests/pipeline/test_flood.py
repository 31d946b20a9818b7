"""Five thousand flags of one thread: the queue stays readable, nothing is lost, a cry goes through at once."""

from __future__ import annotations

import pytest

from lachan.domain.audit import verify
from lachan.domain.case import CaseState
from lachan.domain.errors import InputError, PermissionDenied
from lachan.domain.flood import SOURCE_BOUND, THREAD_BOUND
from lachan.domain.taxonomy import Route
from lachan.pipeline.flood import Floods
from lachan.pipeline.ports import CaseFilter
from tests.world import World

PAGE = "https://town.example/f/loud"


def floods(world: World) -> Floods:
    return Floods(world.database, world.clock)


def loud(world: World, amount: int, *, start: int = 0, page: str = PAGE) -> None:
    world.receive(*(f"[drugs_to_minors] bài rao số {start + n}" for n in range(amount)), page=page)
    world.assess.drain()


def count(world: World, state: CaseState, route: Route | None = None) -> int:
    with world.database.read() as unit:
        return unit.cases.count(CaseFilter(states=(state,), route=route))


def test_a_thread_lets_in_its_bound_and_the_rest_waits_in_order(world: World) -> None:
    loud(world, THREAD_BOUND + 7)
    assert (count(world, CaseState.OPEN), count(world, CaseState.HELD_BACK)) == (THREAD_BOUND, 7)
    (line,) = floods(world).waiting(world.actor("officer"))
    assert (line.source, line.cases, line.threads) == ("town", 7, 1)
    loud(world, 3, page="https://town.example/f/quiet")
    assert count(world, CaseState.OPEN) == THREAD_BOUND + 3, "another thread has room"
    with world.database.read() as unit:
        actions = [link.event.action for link in unit.audit.of_subject("source:town")]
        assert "flood:hold" in actions
        assert verify(list(unit.audit.links()), head=unit.audit.head()).broken_at is None


def test_a_cry_and_what_is_urgent_go_through_at_once(world: World) -> None:
    loud(world, THREAD_BOUND + 5)
    world.receive("[child_violence victim] một lời nhờ giúp", "[drugs_to_minors urgent] tối nay", page=PAGE)
    world.assess.drain()
    assert count(world, CaseState.OPEN, Route.PROTECT) == 1
    with world.database.read() as unit:
        urgent = unit.cases.find(CaseFilter(urgent=True))
    assert [case.state for case in urgent] == [CaseState.OPEN]
    assert count(world, CaseState.HELD_BACK) == 5


def test_an_urgent_copy_frees_the_case_that_it_joins(world: World) -> None:
    loud(world, THREAD_BOUND)
    words = (
        "[drugs_to_minors] hàng mới về cho các bạn trong lớp, vị dưa hấu và vị nho, nhắn mình giữ trước nhé"
    )
    world.receive(words, page=PAGE)
    world.assess.drain()
    assert count(world, CaseState.HELD_BACK) == 1
    world.receive(words.replace("minors]", "minors urgent]"), page=PAGE)
    done = world.assess.drain()
    assert (done.joined, count(world, CaseState.HELD_BACK)) == (1, 0)
    assert floods(world).waiting(world.actor("officer")) == []


def test_every_day_lets_in_as_many_again(world: World) -> None:
    loud(world, 2 * THREAD_BOUND + 1)
    assert world.assess.drain().opened == 0 and count(world, CaseState.HELD_BACK) == THREAD_BOUND + 1
    world.clock.move(days=1)
    loud(world, 4, start=1000)
    assert count(world, CaseState.OPEN) == 2 * THREAD_BOUND, "who waits longer comes first"
    assert count(world, CaseState.HELD_BACK) == 5
    world.clock.move(days=1)
    world.assess.drain()
    assert count(world, CaseState.HELD_BACK) == 0


def test_an_officer_lets_them_in_by_twenty_or_all(world: World) -> None:
    loud(world, 3 * THREAD_BOUND)
    officer = world.actor("officer")
    with world.database.read() as unit:
        first = unit.floods.next_of("town", 1)
    assert floods(world).let_in(officer, "town") == THREAD_BOUND
    with world.database.read() as unit:
        case = unit.cases.get(first[0])
    assert case.state is CaseState.OPEN and world.review.claim(officer, case.id).state is CaseState.CLAIMED
    assert floods(world).let_in(officer, "town", None) == THREAD_BOUND
    with pytest.raises(InputError, match="no case of this source is held back"):
        floods(world).let_in(officer, "town")
    for nobody in (world.actor("analyst"), world.actor("officer", interactive=False)):
        with pytest.raises(PermissionDenied):
            floods(world).let_in(nobody, "town")
    with world.database.read() as unit:
        events = [link.event for link in unit.audit.of_subject("source:town")]
    assert [(e.actor, e.details) for e in events if e.action == "flood:let_in"] == [
        ("officer", {"cases": THREAD_BOUND})
    ] * 2


def test_many_threads_of_one_source_have_a_bound_together(world: World) -> None:
    for page in range(SOURCE_BOUND // THREAD_BOUND + 2):
        loud(world, THREAD_BOUND, start=page * 100, page=f"https://town.example/f/p{page}")
        with (
            world.database.write() as unit
        ):  # twenty of twenty flagged would halt the source: not tested here
            unit.sources.forget_judged("town")
    assert count(world, CaseState.OPEN) == SOURCE_BOUND
    (line,) = floods(world).waiting(world.actor("officer"))
    assert (line.cases, line.threads) == (2 * THREAD_BOUND, 2)


def test_what_waits_goes_by_the_same_days_as_every_case(world: World) -> None:
    loud(world, THREAD_BOUND + 1)
    world.clock.move(days=15)
    world.retain()
    assert world.case_ids() == set() and floods(world).waiting(world.actor("officer")) == []
