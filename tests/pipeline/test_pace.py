"""How long a page rests, as a machine of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.pipeline.pace import BOUNDS, pause
from lachan.pipeline.ports import PageKind

KINDS = st.sampled_from(PageKind)


@given(KINDS, st.lists(st.booleans(), max_size=60))
def test_a_pause_stays_within_its_bounds(kind: PageKind, answers: list[bool]) -> None:
    rest: timedelta | None = None
    for changed in answers:
        rest = pause(kind, rest, changed=changed)
        assert BOUNDS[kind].shortest <= rest <= BOUNDS[kind].longest


@pytest.mark.parametrize("kind", list(PageKind))
def test_a_lively_page_comes_soon_and_a_dead_one_late(kind: PageKind) -> None:
    lively = dead = None
    for _ in range(20):
        lively, dead = pause(kind, lively, changed=True), pause(kind, dead, changed=False)
    assert (lively, dead) == (BOUNDS[kind].shortest, BOUNDS[kind].longest)
