"""FloodStore, over both backends; the gate holds when many workers open cases at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from lachan.domain.case import CaseState
from lachan.domain.flood import THREAD_BOUND, Waiting
from lachan.pipeline.flood import day_of, open_cases
from lachan.pipeline.ports import CaseFilter, NewCase
from lachan.store import SqlDatabase
from lachan.store.flood_tables import flood_gates, held_back
from tests.store.samples import DAY, HOUR, NOW, new_case, opened, post

TODAY = day_of(NOW)
THREAD, OTHER = "a" * 64, "b" * 64


def test_the_gate_counts_by_thread_and_source_and_forgets_yesterday(database: SqlDatabase) -> None:
    with database.write() as unit:
        assert unit.floods.gate("truong", TODAY).source_let_in == 0
        unit.floods.note("truong", TODAY, {THREAD: 3, "": 2})
        unit.floods.note("truong", TODAY, {THREAD: 1, OTHER: 4})
        unit.floods.note("khac", TODAY, {THREAD: 9})
    with database.write() as unit:
        gate = unit.floods.gate("truong", TODAY)
        assert (gate.source_let_in, gate.threads_let_in) == (10, {THREAD: 4, OTHER: 4})
        assert unit.floods.gate("truong", TODAY + timedelta(days=1)).source_let_in == 0
        unit.floods.note("truong", TODAY + timedelta(days=1), {THREAD: 1})
    with database._engine.connect() as connection:
        rows = connection.execute(flood_gates.select().where(flood_gates.c.source == "truong")).all()
    assert {row.day for row in rows} == {TODAY + timedelta(days=1)}, "a thread's key is kept for a day"


def held(number: int, **changes: object) -> NewCase:
    return new_case(number, post=post(number, **changes), held_back=True)


def test_what_waits_comes_in_the_order_of_the_queue_and_goes_with_its_case(database: SqlDatabase) -> None:
    cases = opened(database, *(held(n, captured_at=NOW - n * HOUR) for n in (1, 2, 3, 4)))
    assert {case.state for case in cases} == {CaseState.HELD_BACK}
    first, second, third, fourth = (case.id for case in cases)
    with database.write() as unit:
        unit.floods.hold("truong", [(first, THREAD), (second, THREAD), (third, OTHER), (fourth, "")])
    with database.write() as unit:
        assert unit.floods.next_of("truong", 3) == [fourth, third, second]
        assert unit.floods.next_by_thread("truong", 1) == {"": [fourth], OTHER: [third], THREAD: [second]}
        assert unit.floods.waiting() == [Waiting("truong", 4, 3, NOW - 4 * HOUR, NOW + 14 * DAY)]
        unit.floods.let_go([third, 999])
        unit.cases.drop([fourth])
        unit.cases.move([first, second, third], CaseState.CLAIMED, CaseState.OPEN)
    with database.read() as unit:
        assert unit.floods.next_of("truong", 9) == [second, first]
        assert unit.floods.next_of("khac", 9) == []
        assert unit.cases.get(first).state is CaseState.HELD_BACK, "it was not claimed: it stays as it is"
    with database._engine.connect() as connection:
        assert len(connection.execute(held_back.select()).all()) == 2


def test_many_workers_let_in_no_more_than_one_would(database: SqlDatabase) -> None:
    def work(worker: int) -> None:
        for batch in range(3):
            new = [new_case(n, post=post(worker * 100 + batch * 10 + n, thread=THREAD)) for n in range(5)]
            with database.write() as unit:
                open_cases(unit, new, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with database.read() as unit:
        counts = [unit.cases.count(CaseFilter(states=(s,))) for s in (CaseState.OPEN, CaseState.HELD_BACK)]
        assert counts == [THREAD_BOUND, 60 - THREAD_BOUND]
        assert unit.floods.waiting()[0].cases == 60 - THREAD_BOUND
