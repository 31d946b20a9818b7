"""The flood brake: bounds hold whatever comes in whatever order, and a cry is never held."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.domain.flood import SOURCE_BOUND, THREAD_BOUND, Gate, share_out
from lachan.domain.taxonomy import Route

COMING = st.lists(
    st.tuples(st.sampled_from(["", "a", "b", "c"]), st.sampled_from([Route.REVIEW, Route.PROTECT]), st.booleans()),
    max_size=400,
)  # fmt: skip


@given(COMING)
@settings(deadline=None)
def test_no_day_lets_in_more_than_its_bounds_and_no_cry_waits(coming: list[tuple[str, Route, bool]]) -> None:
    gate, through = Gate(), Counter[str]()
    for thread, route, urgent in coming:
        admitted = gate.admit(thread, route, urgent=urgent)
        if urgent or route is Route.PROTECT:
            assert admitted
        elif admitted:
            through[thread] += 1
    assert sum(through.values()) == gate.source_let_in <= SOURCE_BOUND
    assert all(count <= THREAD_BOUND for thread, count in through.items() if thread)
    assert gate.opened == through


def test_one_thread_leaves_room_for_the_others_and_the_source_has_a_bound_of_its_own() -> None:
    gate = Gate()
    assert sum(gate.admit("a", Route.REVIEW, urgent=False) for _ in range(5000)) == THREAD_BOUND
    assert gate.admit("b", Route.REVIEW, urgent=False)
    assert sum(gate.admit(str(n), Route.REVIEW, urgent=False) for n in range(5000)) == (
        SOURCE_BOUND - THREAD_BOUND - 1
    )
    assert not gate.admit("", Route.REVIEW, urgent=False)
    assert gate.admit("a", Route.REVIEW, urgent=True) and gate.admit("a", Route.PROTECT, urgent=False)


def test_the_next_day_shares_out_in_order() -> None:
    gate = Gate(threads_let_in=Counter({"a": THREAD_BOUND - 2}), source_let_in=THREAD_BOUND - 2)
    assert share_out(gate, {"a": [7, 3, 9], "b": [4]}) == [7, 3, 4]
    assert gate.opened == {"a": 2, "b": 1}
    full = Gate(source_let_in=SOURCE_BOUND)
    assert share_out(full, {"a": [1], "": [2]}) == []
