"""The round of the alerts: what is new is told once, at the desk, by mail and by webhook.

run (every five minutes) -> lapse what is over -> send what waits -> look what is new -> a bulletin -> send it

A bulletin and the alerts' note of what they told are one transaction: whatever dies, nothing is counted twice. How it
leaves the house is a state of its own (`lachan.domain.bulletin`), written down before anything is sent.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from lachan.domain.account import PERMISSIONS, Account, Permission
from lachan.domain.alert import (
    VIETNAM,
    Alert,
    AlertAct,
    AlertSubject,
    AlertWay,
    Line,
    Watch,
    after,
    due,
    first_week,
    looked,
    monday,
    running,
)
from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.bulletin import KEPT, Bulletin, Sending, SendingState, arrived, begun, failed
from lachan.domain.errors import ConflictError
from lachan.pipeline.ports import Clock, Database, Facet, SearchIndex, SearchRequest, TimeStep, Unit
from lachan.pipeline.rising import rising_in

_KEY_BYTES: Final = 16


@dataclass(frozen=True)
class Dispatch:
    """All that leaves the house: (number of the alert, count) each, and the bulletin, which becomes the link. No
    category, no place, no word. `key` is the same for every try."""

    key: str
    bulletin: int
    counts: tuple[tuple[int, int], ...]


class Unanswered(OSError):
    """Nobody knows whether it arrived: the connection broke, or no answer came in time."""


class Outlet(Protocol):
    """A way out. Raises Unanswered where it may have arrived, any other OSError where it certainly did not; never
    waits longer than seconds."""

    @property
    def way(self) -> AlertWay: ...

    def send(self, dispatch: Dispatch, address: str | None) -> None:
        """`address` is the account's, for ways that need one."""
        ...


@dataclass(frozen=True)
class Round:
    """What one run did: bulletins made, sendings that arrived, alerts that came to their end."""

    told: int
    sent: int
    over: int


class Telling:
    """Two rounds at once tell no more than one: the second finds the alerts changed and the sendings taken."""

    def __init__(
        self, database: Database, index: SearchIndex, clock: Clock, outlets: Sequence[Outlet] = ()
    ) -> None:
        self._database = database
        self._index = index
        self._clock = clock
        self._outlets = {outlet.way: outlet for outlet in outlets}

    def run(self) -> Round:
        """Raises what the index raises when it cannot be asked; what waited was sent by then, and the next run
        tells."""
        over = self._end()
        sent = self._send()
        told = self._tell()
        return Round(told, sent + self._send(), over)

    def _end(self) -> int:
        """Note what is past its end or belongs to nobody who may search any more; forget what is long over."""
        now = self._clock()
        with self._database.write() as unit:
            held = _holders(unit)
            over = [
                (alert, AlertAct.LAPSE if not running(alert, now) else AlertAct.END)
                for alert in unit.alerts.running()
                if not running(alert, now) or alert.account not in held
            ]
            for alert, act in over:
                unit.alerts.save(after(alert, act, now))
                unit.audit.append(AuditEvent(now, SYSTEM, f"alert:{act.value}", f"alert:{alert.id}"))
            unit.alerts.forget(now - KEPT)
        return len(over)

    def _tell(self) -> int:
        now = self._clock()
        with self._database.read() as unit:
            here = {name for name, account in _holders(unit).items() if not account.away(now)}
            alerts = [a for a in unit.alerts.running() if a.account in here and due(a, now)]
            counts = {watch: self._counts(unit, watch, now) for watch in {alert.watch for alert in alerts}}
        together = defaultdict[tuple[str, frozenset[AlertWay]], list[tuple[tuple[Line, ...], Alert, Alert]]](
            list
        )
        for alert in alerts:
            lines, changed = looked(alert, counts[alert.watch], now)
            together[alert.account, alert.ways].append((lines, alert, changed))
        return sum(self._bulletin(account, ways, found, now) for (account, ways), found in together.items())

    def _counts(self, unit: Unit, watch: Watch, now: datetime) -> Mapping[date, int]:
        """By week. An index that cannot be asked raises."""
        if watch.subject is AlertSubject.RISING:
            last = monday(now.astimezone(VIETNAM).date()) - timedelta(weeks=1)
            return {last: len(rising_in(unit, last))}
        found = self._index.search(asked(watch, first_week(now)))
        return {bucket.start: bucket.count for bucket in found.histogram}

    def _bulletin(
        self,
        account: str,
        ways: frozenset[AlertWay],
        found: Sequence[tuple[tuple[Line, ...], Alert, Alert]],
        now: datetime,
    ) -> bool:
        """Tell and note it, in one; whether there was anything to tell. An alert that was renewed or ended meanwhile,
        or told by another run, stops the whole: the next run looks again."""
        lines = tuple(line for told, _, _ in found for line in told)
        try:
            with self._database.write() as unit:
                for _, alert, changed in found:
                    if changed != alert:
                        unit.alerts.save(changed)
                if not lines:
                    return False
                out = [way for way in AlertWay if way in ways and way in self._outlets]
                if unit.oncall.email(account) is None:
                    out = [way for way in out if way is not AlertWay.MAIL]
                new = Bulletin(0, secrets.token_hex(_KEY_BYTES), account, now, lines)
                told = unit.alerts.tell(new, out)
                details: dict[str, str | int] = {
                    "alerts": ",".join(str(line.alert) for line in lines),
                    "counts": ",".join(str(line.count) for line in lines),
                    "ways": ",".join(way.value for way in out),
                }
                unit.audit.append(AuditEvent(now, SYSTEM, "alert:tell", f"bulletin:{told.id}", details))
        except ConflictError:
            return False
        return True

    def _send(self) -> int:
        with self._database.read() as unit:
            waiting = unit.alerts.ready(self._clock())
        return sum(self._send_one(sending) for sending in waiting)

    def _send_one(self, sending: Sending) -> bool:
        """Whether it arrived, as far as we know."""
        now = self._clock()
        underway = begun(sending, now)
        with self._database.write() as unit:
            if not unit.alerts.move(sending, underway):
                return False  # another run sends it
            if underway.state is SendingState.GIVEN_UP:
                self._log(unit, underway)
                return False
            bulletin = unit.alerts.bulletin(sending.bulletin)
            address = unit.oncall.email(bulletin.account)
        counts = tuple((line.alert, line.count) for line in bulletin.lines)
        outlet = self._outlets.get(sending.way)
        try:
            if outlet is None:
                raise OSError(f"no {sending.way.value} is set up any more")
            outlet.send(Dispatch(bulletin.key, bulletin.id, counts), address)
        except Unanswered:
            return False  # stays underway: once more after a while
        except OSError:
            done = failed(underway, self._clock())
        else:
            done = arrived(underway)
        with self._database.write() as unit:
            if unit.alerts.move(underway, done) and done.state is not SendingState.WAITING:
                self._log(unit, done)
        return done.state is SendingState.SENT

    def _log(self, unit: Unit, done: Sending) -> None:
        details: dict[str, str | int] = {
            "way": done.way.value,
            "tries": done.tries,
            "doubtful": done.doubtful,
        }
        action = "alert:send" if done.state is SendingState.SENT else "alert:give_up"
        unit.audit.append(AuditEvent(self._clock(), SYSTEM, action, f"bulletin:{done.bulletin}", details))


def asked(watch: Watch, first: date) -> SearchRequest:
    """What the index is asked: counts by the week, never a word."""
    where = []
    if watch.kind is not None:
        where.append((Facet.KIND, watch.kind.value))
    if watch.place:
        where.append((Facet.PLACE, watch.place))
    return SearchRequest("", first, category=watch.category, limit=0, where=tuple(where), step=TimeStep.WEEK)


def _holders(unit: Unit) -> dict[str, Account]:
    """The accounts that may have alerts."""
    return {
        account.name: account
        for account in unit.accounts.all()
        if account.active and Permission.SEARCH in PERMISSIONS[account.role]
    }
