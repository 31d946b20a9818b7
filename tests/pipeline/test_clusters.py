"""One dismissal over near-copies: read, ticked, shown first, taken back; never an urgent one, never a child's cry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lachan.domain.case import CaseState
from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import AgeBand, Category
from tests.world import World

TEXT = "Chiều nay ai rảnh qua cổng trường lấy hàng mới về nhé, số lượng có hạn, nhắn mình để giữ chỗ trước"
KINDS = ("drugs_to_minors", "selfharm", "child_violence", "youth_racing_call")


def near(world: World, count: int = 3) -> list[int]:
    """Open cases of one text under different categories: near-copies that did not join."""
    return [world.case_of(f"[{kind}] {TEXT}") for kind in KINDS[:count]]


def states(world: World, cases: list[int]) -> list[CaseState]:
    with world.database.read() as unit:
        return [unit.cases.get(case).state for case in cases]


def test_a_cluster_is_read_tried_dismissed_and_taken_back(world: World) -> None:
    seed, *others = near(world)
    officer = world.actor("officer")
    world.review.claim(officer, seed)
    members = world.clusters.of(officer, seed)
    assert {member.case.id for member in members} == set(others)
    assert all(TEXT in member.text and member.alike >= 0.5 for member in members)
    tried = world.clusters.dismiss(officer, seed, others, "Là tin tức", dry=True)
    assert (set(tried.dismissed), tried.left, tried.cluster) == ({seed, *others}, (), "")
    assert states(world, [seed, *others]) == [CaseState.CLAIMED, CaseState.OPEN, CaseState.OPEN]
    done = world.clusters.dismiss(officer, seed, others, "Là tin tức", dry=False)
    assert states(world, [seed, *others]) == [CaseState.CLOSED] * 3
    with world.database.read() as unit:
        assert {unit.cases.get(case).measure for case in (seed, *others)} == {Measure.DISMISS}
    world.clock.move(minutes=9)
    with pytest.raises(RefusedError):
        world.clusters.undo(world.actor("officer2"), done.cluster)
    back = world.clusters.undo(officer, done.cluster)
    assert set(back.dismissed) == {seed, *others}
    assert states(world, [seed, *others]) == [CaseState.OPEN] * 3
    with pytest.raises(RefusedError):
        world.clusters.undo(officer, done.cluster)


def test_only_what_was_ticked_goes(world: World) -> None:
    seed, one, other = near(world)
    officer = world.actor("officer")
    world.review.claim(officer, seed)
    world.clusters.dismiss(officer, seed, [one], "Là tin tức", dry=False)
    assert states(world, [seed, one, other]) == [CaseState.CLOSED, CaseState.CLOSED, CaseState.OPEN]


def test_urgent_and_protected_ones_are_left_out(world: World) -> None:
    seed, urgent, other = near(world)
    cry = world.case_of(f"[child_privacy_bullying victim] {TEXT}")
    with world.database.write() as unit:
        unit.cases.save(replace(unit.cases.get(urgent), urgent=True))
    officer = world.actor("officer")
    world.review.claim(officer, seed)
    assert {member.case.id for member in world.clusters.of(officer, seed)} == {other}
    done = world.clusters.dismiss(officer, seed, [urgent, other, cry], "Là tin tức", dry=False)
    assert set(done.left) == {urgent, cry}
    assert states(world, [urgent, cry]) == [CaseState.OPEN, CaseState.OPEN]
    world.review.claim(officer, urgent)
    with pytest.raises(RefusedError):
        world.clusters.of(officer, urgent)


def test_a_case_of_another_text_is_not_swept_along(world: World) -> None:
    seed, one = near(world, 2)
    stranger = world.case_of(
        "[selfharm] Một bài hoàn toàn khác, dài hơn bốn mươi ký tự, không liên quan gì tới bài kia"
    )
    officer = world.actor("officer")
    world.review.claim(officer, seed)
    with pytest.raises(RefusedError):
        world.clusters.dismiss(officer, seed, [one, stranger], "Là tin tức", dry=False)
    for ticked, reason in (([], "Là tin tức"), ([one], "  ")):
        with pytest.raises(InputError):
            world.clusters.dismiss(officer, seed, ticked, reason, dry=True)
    assert states(world, [seed, one, stranger]) == [CaseState.CLAIMED, CaseState.OPEN, CaseState.OPEN]


def test_who_may_and_who_took_one_meanwhile(world: World) -> None:
    seed, taken, other = near(world)
    officer, colleague = world.actor("officer"), world.actor("officer2")
    world.review.claim(officer, seed)
    with pytest.raises(ConflictError):
        world.clusters.of(colleague, seed)
    for name in ("approver", "protection_officer", "admin"):
        with pytest.raises(PermissionDenied):
            world.clusters.of(world.actor(name), seed)
    with pytest.raises(PermissionDenied):
        world.clusters.dismiss(
            world.actor("officer", interactive=False), seed, [other], "Là tin tức", dry=False
        )
    world.review.claim(colleague, taken)
    done = world.clusters.dismiss(officer, seed, [taken, other], "Là tin tức", dry=False)
    assert done.left == (taken,)
    assert states(world, [taken]) == [CaseState.CLAIMED]


def test_taking_back_leaves_what_somebody_went_on_with(world: World) -> None:
    seed, one = near(world, 2)
    officer = world.actor("officer")
    world.review.claim(officer, seed)
    done = world.clusters.dismiss(officer, seed, [one], "Là tin tức", dry=False)
    world.review.undo(officer, one)
    world.review.correct(officer, one, categories=[Category.SELFHARM], urgent=False, age=AgeBand.AGE_UNKNOWN)
    back = world.clusters.undo(officer, done.cluster)
    assert (back.dismissed, back.left) == ((seed,), (one,))
