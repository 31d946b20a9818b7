"""Promotion of a model through the use case, on both databases; the gate is a double here."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from lachan.domain.errors import (
    ConflictError,
    NotFound,
    PermissionDenied,
    RefusedError,
    SecondPersonNeeded,
    TransitionError,
)
from lachan.pipeline.models import Models, Passed
from tests.world import World

A, B = "a" * 64, "b" * 64


@dataclass
class ScriptedGate:
    """Lets every model pass but those in `closed_to`; remembers what it tried."""

    closed_to: set[str] = field(default_factory=set)
    tried: list[str] = field(default_factory=list)
    finds: str | None = None

    def __call__(self, digest: str) -> Passed:
        self.tried.append(digest)
        if digest in self.closed_to:
            raise RefusedError("it flags harmless canaries")
        found = self.finds or digest
        return Passed(found, f"x@{found[:12]}", {"route_f1": 0.9})


@pytest.fixture
def gate() -> ScriptedGate:
    return ScriptedGate()


@pytest.fixture
def models(world: World, gate: ScriptedGate) -> Models:
    return Models(world.database, world.clock, gate)


def promoted(world: World, models: Models, digest: str) -> None:
    world.clock.move(minutes=1)
    models.propose(world.actor("admin"), digest)
    models.approve(world.actor("admin2"), digest)


def test_two_people_and_the_gate_twice(world: World, models: Models, gate: ScriptedGate) -> None:
    models.propose(world.actor("admin"), A)
    assert models.current() is None
    with pytest.raises(SecondPersonNeeded):
        models.approve(world.actor("admin"), A)
    models.approve(world.actor("admin2"), A)
    current = models.current()
    assert current is not None
    assert (current.digest, current.proposed_by, current.approved_by) == (A, "admin", "admin2")
    assert current.figures == {"route_f1": 0.9}
    assert gate.tried == [A, A]
    with world.database.read() as unit:
        assert [link.event.action for link in unit.audit.of_subject(f"model:{A[:12]}")] == [
            "model:approve",
            "model:propose",
        ]


def test_the_gate_is_asked_at_both_steps_and_its_no_changes_nothing(
    world: World, models: Models, gate: ScriptedGate
) -> None:
    gate.closed_to.add(A)
    with pytest.raises(RefusedError, match="canaries"):
        models.propose(world.actor("admin"), A)
    assert models.all() == []
    gate.closed_to.clear()
    models.propose(world.actor("admin"), A)
    gate.closed_to.add(A)
    with pytest.raises(RefusedError, match="canaries"):
        models.approve(world.actor("admin2"), A)
    assert models.current() is None


def test_files_that_changed_meanwhile_are_refused(world: World, models: Models, gate: ScriptedGate) -> None:
    models.propose(world.actor("admin"), A)
    gate.finds = B
    with pytest.raises(RefusedError, match="not of aaaaaaaaaaaa"):
        models.approve(world.actor("admin2"), A)
    assert models.current() is None


def test_one_person_goes_back_step_by_step(world: World, models: Models) -> None:
    promoted(world, models, A)
    promoted(world, models, B)
    current = models.current()
    assert current is not None and current.digest == B
    models.withdraw(world.actor("admin"), B)
    current = models.current()
    assert current is not None and current.digest == A
    models.withdraw(world.actor("admin2"), A)
    assert models.current() is None
    with pytest.raises(TransitionError):
        models.withdraw(world.actor("admin"), A)
    promoted(world, models, A)
    current = models.current()
    assert current is not None and current.digest == A


def test_steps_that_do_not_follow_are_refused(world: World, models: Models) -> None:
    with pytest.raises(NotFound):
        models.approve(world.actor("admin"), A)
    models.propose(world.actor("admin"), A)
    with pytest.raises(ConflictError):
        models.propose(world.actor("admin2"), A)
    models.withdraw(world.actor("admin"), A)
    with pytest.raises(TransitionError):
        models.approve(world.actor("admin2"), A)


@pytest.mark.parametrize("who", ["officer", "approver", "protection_officer", "analyst", "auditor"])
def test_only_admins_and_only_in_a_session(
    world: World, models: Models, gate: ScriptedGate, who: str
) -> None:
    for actor in (world.actor(who), world.actor("admin", interactive=False), world.accounts.named("admin")):
        for act in (models.propose, models.approve, models.withdraw):
            with pytest.raises(PermissionDenied):
                act(actor, A)
    assert gate.tried == [], "nobody else even reaches the gate"
