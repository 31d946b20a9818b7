"""Sources: registered one by one by two people, halted when something is off, stopped by anyone on duty."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from lachan.domain.account import Actor, Permission
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.budget import Budget
from lachan.domain.errors import InputError, SecondPersonNeeded, SourceRefused, Stopped, TransitionError
from lachan.domain.post import Source, SourceState
from lachan.domain.source_rules import refusal
from lachan.pipeline.ports import Clock, Database, Unit

STOP: Final = "stop"  # the state row of the system-wide switch; its value is who pressed it
LAPSE_AFTER: Final = timedelta(days=90)  # without confirmed harm
HALT_WINDOW: Final = 200  # posts
HALT_SHARE: Final = 0.20


class Sources:
    """Which public places are read, and why."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def propose(self, actor: Actor, source: Source) -> None:
        """Register a place; nothing is read until another person confirms it."""
        actor.require(Permission.MANAGE_SOURCES)
        why = refusal(source.url, source.kind)
        if why is not None:
            raise SourceRefused(why)
        for name in ("title", "legal_basis", "contact"):
            if not getattr(source, name).strip():
                raise InputError(f"a source needs its {name}")
        with self._database.write() as unit:
            unit.sources.add(replace(source, proposed_by=actor.name, state=SourceState.PROPOSED))
            self._log(unit, actor.name, "source:propose", source.key)

    def confirm(self, actor: Actor, key: str) -> None:
        """The second person's yes."""
        actor.require(Permission.MANAGE_SOURCES)
        with self._database.write() as unit:
            source = unit.sources.get(key)
            if source.state is not SourceState.PROPOSED:
                raise TransitionError(
                    f"the source {key} is {source.state.value}: it must be proposed again first"
                )
            if source.proposed_by == actor.name:
                raise SecondPersonNeeded("another admin must confirm the source you proposed")
            unit.sources.forget_judged(key)  # a halt looked at by two people does not count against it again
            now = self._clock()
            unit.sources.save(
                replace(
                    source,
                    state=SourceState.ACTIVE,
                    confirmed_by=actor.name,
                    confirmed_at=now,
                    halt_reason=None,
                )
            )
            self._log(unit, actor.name, "source:confirm", key)

    def stop(self, actor: Actor, key: str | None = None) -> None:
        """Stop one source, or everything. Takes effect at once; nothing waits on it."""
        actor.require(Permission.STOP)
        with self._database.write() as unit:
            if key is None:
                unit.state.set(STOP, actor.name)
                self._log(unit, actor.name, "system:stop", "all")
            else:
                source = unit.sources.get(key)
                unit.sources.save(replace(source, state=SourceState.STOPPED))
                self._log(unit, actor.name, "source:stop", key)

    def resume(self, actor: Actor, key: str | None = None) -> None:
        """Lift a stop: an admin's act. A stopped, halted or lapsed source goes back to `proposed`, by whoever
        resumes it: so two people look again. Raises TransitionError for a source that is read already."""
        actor.require(Permission.MANAGE_SOURCES)
        with self._database.write() as unit:
            if key is None:
                unit.state.set(STOP, None)
                self._log(unit, actor.name, "system:resume", "all")
            else:
                source = unit.sources.get(key)
                if source.state in (SourceState.ACTIVE, SourceState.PROPOSED):
                    raise TransitionError(f"the source {key} is {source.state.value}: nothing to resume")
                unit.sources.save(
                    replace(source, state=SourceState.PROPOSED, proposed_by=actor.name, confirmed_by=None)
                )
                self._log(unit, actor.name, "source:resume", key)

    def set_budget(self, actor: Actor, key: str, budget: Budget) -> None:
        """How much of a source is read, and when. A narrower budget is in force at once; a wider one is a new
        proposal: nothing is read until another admin confirms it."""
        actor.require(Permission.MANAGE_SOURCES)
        with self._database.write() as unit:
            source = unit.sources.get(key)
            changed = replace(source, budget=budget)
            wider = not budget.within(source.budget)
            if wider and source.state in (SourceState.ACTIVE, SourceState.PROPOSED):
                changed = replace(
                    changed, state=SourceState.PROPOSED, proposed_by=actor.name, confirmed_by=None
                )
            unit.sources.save(changed)
            details: dict[str, str | int] = {"wider": wider, **budget.as_numbers()}
            unit.audit.append(
                AuditEvent(self._clock(), actor.name, "source:budget", f"source:{key}", details)
            )

    def active(self) -> list[Source]:
        """What may be read now; empty while everything is stopped."""
        with self._database.read() as unit:
            if unit.state.get(STOP) is not None:
                return []
            return [source for source in unit.sources.all() if source.state is SourceState.ACTIVE]

    def lapse(self) -> list[str]:
        """Sources in which nobody confirmed harm for 90 days are read no more, until two people look again."""
        now = self._clock()
        lapsed = []
        with self._database.write() as unit:
            for source in unit.sources.all():
                last = max(filter(None, (source.confirmed_at, source.last_harm_at)), default=None)
                if source.state is SourceState.ACTIVE and last is not None and now - last > LAPSE_AFTER:
                    unit.sources.save(replace(source, state=SourceState.LAPSED))
                    self._log(unit, SYSTEM, "source:lapse", source.key)
                    lapsed.append(source.key)
        return lapsed

    def _log(self, unit: Unit, actor: str, action: str, key: str) -> None:
        unit.audit.append(AuditEvent(self._clock(), actor, action, f"source:{key}"))


def halt_if_flooded(unit: Unit, key: str, clock: Clock) -> bool:
    """Halt a source of whose last 200 or more posts over 20 % were flagged: the judge or the place is off."""
    flagged, judged = unit.sources.flag_share(key, HALT_WINDOW)
    source = unit.sources.get(key)
    if source.state is not SourceState.ACTIVE or judged < HALT_WINDOW or flagged <= HALT_SHARE * judged:
        return False
    reason = f"{flagged} of the last {judged} posts were flagged"
    unit.sources.save(replace(source, state=SourceState.HALTED, halt_reason=reason))
    unit.audit.append(
        AuditEvent(clock(), SYSTEM, "source:halt", f"source:{key}", {"flagged": flagged, "judged": judged})
    )
    return True


def check_running(unit: Unit) -> None:
    """Raises Stopped while the system-wide switch is on."""
    by = unit.state.get(STOP)
    if by is not None:
        raise Stopped(f"everything is stopped (by {by}); an admin can resume it")
