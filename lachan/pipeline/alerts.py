"""Alerts at the desk: made with a reason, seen, renewed, ended. What they tell is `lachan.pipeline.telling`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from lachan.domain.account import Actor, Permission
from lachan.domain.address import one_address
from lachan.domain.alert import (
    MOST_RUNNING,
    Alert,
    AlertAct,
    AlertPace,
    AlertWay,
    Quiet,
    Watch,
    after,
    new_alert,
    running,
)
from lachan.domain.alphabet import alphabetical
from lachan.domain.audit import AuditEvent
from lachan.domain.bulletin import Bulletin, Sending
from lachan.domain.errors import InputError, NotFound
from lachan.domain.privacy import mask
from lachan.domain.small_cells import SMALLEST
from lachan.pipeline.ports import Clock, Database, Facet, SearchIndex, SearchRequest, Unit

SHOWN: Final = 20  # bulletins on a page


@dataclass(frozen=True)
class Told:
    """A bulletin, the alerts that it speaks of as far as they are kept, and how it left the house."""

    bulletin: Bulletin
    alerts: dict[int, Alert]
    sendings: tuple[Sending, ...]


class Alerts:
    """Everybody sees and changes their own alone. `ways` are those that this installation has."""

    def __init__(
        self, database: Database, index: SearchIndex, clock: Clock, ways: Collection[AlertWay] = ()
    ) -> None:
        self._database = database
        self._index = index
        self._clock = clock
        self.ways = tuple(way for way in AlertWay if way in ways)

    def make(
        self,
        actor: Actor,
        watch: Watch,
        reason: str,
        pace: AlertPace,
        ways: Collection[AlertWay] = (),
        quiet: Quiet | None = None,
    ) -> Alert:
        """Who made it, why, and what it counts go to the audit log; details of persons in the reason are masked.
        Raises InputError, PermissionDenied."""
        actor.require(Permission.SEARCH)
        now = self._clock()
        new = new_alert(actor.name, watch, mask(reason).text, pace, frozenset(ways), quiet, now)
        if watch.place and watch.place not in self.places(actor):
            raise InputError("choose the place from the list")
        with self._database.write() as unit:
            if sum(running(alert, now) for alert in unit.alerts.of(actor.name)) >= MOST_RUNNING:
                raise InputError(f"{MOST_RUNNING} alerts run for you already: end one first")
            made = unit.alerts.add(new)
            details: dict[str, str | int] = {
                "why": made.reason,
                "subject": watch.subject.value,
                "category": watch.category.value if watch.category else "",
                "kind": watch.kind.value if watch.kind else "",
                "place": watch.place,
                "pace": pace.value,
                "ways": ",".join(sorted(way.value for way in made.ways)),
            }
            self._log(unit, actor.name, "alert:make", made, details)
        return made

    def renew(self, actor: Actor, alert: int) -> Alert:
        """Thirty more days from now. Raises TransitionError once it is over."""
        return self._act(actor, alert, AlertAct.RENEW, "alert:renew")

    def end(self, actor: Actor, alert: int) -> Alert:
        return self._act(actor, alert, AlertAct.END, "alert:end")

    def _act(self, actor: Actor, number: int, act: AlertAct, action: str) -> Alert:
        actor.require(Permission.SEARCH)
        with self._database.write() as unit:
            held = unit.alerts.get(number)
            if held.account != actor.name:
                raise NotFound(f"there is no alert {number}")
            changed = unit.alerts.save(after(held, act, self._clock()))
            self._log(unit, actor.name, action, changed, {})
        return changed

    def _log(self, unit: Unit, name: str, action: str, alert: Alert, details: dict[str, str | int]) -> None:
        unit.audit.append(AuditEvent(self._clock(), name, action, f"alert:{alert.id}", details))

    # --- What is shown -------------------------------------------------------------------------------------
    def of(self, actor: Actor) -> list[Alert]:
        """One's own, those that run first, newest first."""
        actor.require(Permission.SEARCH)
        now = self._clock()
        with self._database.read() as unit:
            return sorted(unit.alerts.of(actor.name), key=lambda alert: not running(alert, now))

    def told(self, actor: Actor) -> list[Bulletin]:
        """What one was told, newest first."""
        actor.require(Permission.SEARCH)
        with self._database.read() as unit:
            return unit.alerts.bulletins(actor.name, SHOWN)

    def open(self, actor: Actor, number: int) -> Told:
        """A bulletin of one's own, which is then seen. Raises NotFound."""
        actor.require(Permission.SEARCH)
        with self._database.write() as unit:
            bulletin = unit.alerts.bulletin(number)
            if bulletin.account != actor.name:
                raise NotFound(f"there is no bulletin {number}")
            unit.alerts.see(number, self._clock())
            spoken = {line.alert for line in bulletin.lines}
            held = {alert.id: alert for alert in unit.alerts.of(actor.name) if alert.id in spoken}
            return Told(bulletin, held, tuple(unit.alerts.sendings(number)))

    def places(self, actor: Actor) -> list[str]:
        """The places that may be chosen: those that are told of at all."""
        actor.require(Permission.SEARCH)
        found = self._index.search(SearchRequest("", limit=0, facets=(Facet.PLACE,)))
        large = (place for place, n in found.facets.get(Facet.PLACE, {}).items() if n >= SMALLEST)
        return sorted(large, key=alphabetical)

    # --- Where one is told ---------------------------------------------------------------------------------
    def email(self, actor: Actor) -> str:
        with self._database.read() as unit:
            return unit.oncall.email(actor.name) or ""

    def set_email(self, actor: Actor, email: str) -> None:
        """Where this account is told; "" forgets it. Sealed at rest. Raises InputError."""
        actor.require(Permission.SEARCH)
        address = one_address(email)
        with self._database.write() as unit:
            unit.oncall.set_email(actor.name, address or None)
