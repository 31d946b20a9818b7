"""A model goes live on a running system: two admins, the gate at both steps, and a way back for one of them.

Both sign in for it with password and one-time code. The gate (`Gate`) loads the model by its digest, compares, and
tries it: not one harmless canary flagged, every figure above its floor. A refusal is an error, and nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lachan.domain.account import Actor, Permission
from lachan.domain.audit import AuditEvent
from lachan.domain.errors import ConflictError, RefusedError, SecondPersonNeeded, TransitionError
from lachan.domain.promotion import ModelState, Promotion, current
from lachan.pipeline.ports import Clock, Database, Unit


@dataclass(frozen=True)
class Passed:
    """A model that passed the gate just now."""

    digest: str
    name: str
    figures: Mapping[str, float]


#: Tries the model of this digest. Raises RefusedError when it may not go live, InputError when it is not there.
Gate = Callable[[str], Passed]


class Models:
    """Which model judges."""

    def __init__(self, database: Database, clock: Clock, gate: Gate) -> None:
        self._database = database
        self._clock = clock
        self._gate = gate

    def propose(self, actor: Actor, digest: str) -> Passed:
        """Ask that this model goes live; it judges nothing until another admin approves. A withdrawn one may be
        proposed again."""
        actor.require(Permission.MANAGE_MODELS, interactive=True)
        passed = self._pass(digest)
        with self._database.write() as unit:
            known = {each.digest: each for each in unit.models.all()}.get(digest)
            if known is not None and known.state is not ModelState.WITHDRAWN:
                raise ConflictError(f"the model {digest[:12]} is {known.state.value} already")
            new = Promotion(
                digest, passed.name, actor.name, self._clock(), ModelState.PROPOSED, dict(passed.figures)
            )
            unit.models.save(new)
            self._log(unit, actor, "model:propose", digest)
        return passed

    def approve(self, actor: Actor, digest: str) -> Passed:
        """The second person's yes: from the next run on this model judges."""
        actor.require(Permission.MANAGE_MODELS, interactive=True)
        with self._database.read() as unit:
            _approvable(unit.models.get(digest), actor)
        passed = self._pass(digest)
        with self._database.write() as unit:
            found = unit.models.get(digest)
            _approvable(found, actor)
            unit.models.save(
                replace(
                    found,
                    state=ModelState.APPROVED,
                    figures=dict(passed.figures),
                    approved_by=actor.name,
                    approved_at=self._clock(),
                )
            )
            self._log(unit, actor, "model:approve", digest)
        return passed

    def withdraw(self, actor: Actor, digest: str) -> None:
        """Back to the model approved before, in the end to the release's own. One person is enough."""
        actor.require(Permission.MANAGE_MODELS, interactive=True)
        with self._database.write() as unit:
            found = unit.models.get(digest)
            if found.state is ModelState.WITHDRAWN:
                raise TransitionError(f"the model {digest[:12]} is withdrawn already")
            unit.models.save(replace(found, state=ModelState.WITHDRAWN))
            self._log(unit, actor, "model:withdraw", digest)

    def all(self) -> list[Promotion]:
        """Every model ever proposed, oldest first."""
        with self._database.read() as unit:
            return unit.models.all()

    def current(self) -> Promotion | None:
        """The promoted model that judges; None for the release's own."""
        return current(self.all())

    def _pass(self, digest: str) -> Passed:
        passed = self._gate(digest)
        if passed.digest != digest:
            raise RefusedError(f"the model's files are those of {passed.digest[:12]}, not of {digest[:12]}")
        return passed

    def _log(self, unit: Unit, actor: Actor, action: str, digest: str) -> None:
        unit.audit.append(AuditEvent(self._clock(), actor.name, action, f"model:{digest[:12]}"))


def _approvable(found: Promotion, actor: Actor) -> None:
    if found.state is not ModelState.PROPOSED:
        raise TransitionError(f"the model is {found.state.value}: it must be proposed first")
    if found.proposed_by == actor.name:
        raise SecondPersonNeeded("another admin must approve the model you proposed")
