"""A disagreement goes to a third person who took no part, in whatever order things are tried."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.domain.account import Actor, Role
from lachan.domain.case import CaseState, Third
from lachan.domain.errors import LachanError
from lachan.domain.measure import Measure
from lachan.pipeline.review import Decision
from tests.pipeline.test_approval import NO, issued, now, person
from tests.world import World, takedown

ACTS = ("claim", "decide", "lesser", "check", "approve", "back", "disagree", "refuse", "release")


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(ACTS), st.sampled_from(["officer", "officer2", "approver", "ba", "tu", "hai-vai"])
        ),
        max_size=25,
    )
)
def test_whatever_is_tried_an_issued_takedown_has_its_people(
    world: World, tried: list[tuple[str, str]]
) -> None:
    """Any order of acts by anybody: an issued takedown has a decider and another approver; after a disagreement the
    approver is neither who decided nor who disagreed; and what two refused is not issued."""
    case = world.case_of(f"[drugs_to_minors] {secrets.token_hex(60)}")  # unlike all others
    people = {name: world.actor(name) for name in ("officer", "officer2", "approver")}
    people |= {"ba": person(world, "approver.ba"), "tu": person(world, "approver.tu")}
    people["hai-vai"] = Actor(replace(people["officer"].account, role=Role.APPROVER), interactive=True)
    words = iter(f"Lần thứ {n}: bài còn công khai, học sinh còn trả lời để mua hàng." for n in range(99))
    review = world.review
    acts: dict[str, Callable[[Actor], object]] = {
        "claim": lambda who: review.claim(who, case),
        "release": lambda who: review.release(who, case),
        "decide": lambda who: review.decide(who, case, takedown(next(words))),
        "lesser": lambda who: review.decide(who, case, Decision(Measure.DISMISS, next(words))),
        "check": lambda who: review.check_page(who, case),
        "approve": lambda who: review.approve(who, case),
        "back": lambda who: review.send_back(who, case, NO),
        "disagree": lambda who: review.disagree(who, case, NO),
        "refuse": lambda who: review.refuse(who, case, NO),
    }
    prefix = [("claim", "officer"), ("decide", "officer"), ("disagree", "approver")]
    disagreed, decided = "", ""
    for act, name in [*prefix, *tried]:
        before = now(world, case)
        try:
            acts[act](people[name])
        except LachanError:
            assert replace(now(world, case), version=0) == replace(before, version=0)
            continue
        actor = people[name].name
        if act == "decide":
            decided, disagreed = actor, ""
            assert before.third is not Third.REFUSED, "two people refused this"
        if act == "disagree":
            disagreed = actor
            assert actor != decided
        if act in ("approve", "refuse"):
            assert actor not in (decided, disagreed)
        if act == "refuse":
            assert disagreed
        if act == "approve":
            assert issued(world, case)
    assert issued(world, case) == (
        now(world, case).state is CaseState.CLOSED and now(world, case).measure is Measure.REMOVAL_REQUEST
    )
