"""Alerts, bulletins and their sendings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from lachan.domain.alert import Alert, AlertPace, AlertState, AlertSubject, AlertWay, Line, Quiet, Watch
from lachan.domain.bulletin import Bulletin, Sending, SendingState
from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.post import SourceKind
from lachan.domain.taxonomy import Category
from lachan.store.alert_tables import alerts, bulletin_lines, bulletins, sendings
from lachan.store.scope import Scope


class SqlAlertStore:
    """AlertStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    # --- Alerts --------------------------------------------------------------------------------------------
    def add(self, alert: Alert) -> Alert:
        values = self._values(alert) | {"version": alert.version}
        made = self._scope.run(alerts.insert().values(values).returning(alerts.c.id))
        return replace(alert, id=made.scalar_one())

    def get(self, alert: int) -> Alert:
        row = self._scope.run(select(alerts).where(alerts.c.id == alert)).one_or_none()
        if row is None:
            raise NotFound(f"there is no alert {alert}")
        return self._alert(row)

    def save(self, alert: Alert) -> Alert:
        same = (alerts.c.id == alert.id) & (alerts.c.version == alert.version)
        values = self._values(alert) | {"version": alert.version + 1}
        if self._scope.run(update(alerts).where(same).values(values)).rowcount != 1:
            raise ConflictError(f"the alert {alert.id} was changed meanwhile")
        return replace(alert, version=alert.version + 1)

    def of(self, account: str) -> list[Alert]:
        query = select(alerts).where(alerts.c.account == account).order_by(alerts.c.id.desc())
        return [self._alert(row) for row in self._scope.run(query)]

    def running(self) -> list[Alert]:
        query = select(alerts).where(alerts.c.state == AlertState.RUNNING.value).order_by(alerts.c.id)
        return [self._alert(row) for row in self._scope.run(query)]

    def _values(self, alert: Alert) -> dict[str, Any]:
        watch, quiet = alert.watch, alert.quiet
        told = alert.told
        return {
            "account": alert.account,
            "subject": watch.subject.value,
            "category": watch.category.value if watch.category else None,
            "kind": watch.kind.value if watch.kind else None,
            "place": watch.place,
            "reason_sealed": self._scope.keys.seal_lasting(alert.reason),
            "pace": alert.pace.value,
            "ways": ",".join(sorted(way.value for way in alert.ways)),
            "quiet_start": quiet.start if quiet else None,
            "quiet_end": quiet.end if quiet else None,
            "made_at": alert.made_at,
            "ends_at": alert.ends_at,
            "state": alert.state.value,
            "told": None if told is None else json.dumps({day.isoformat(): n for day, n in told.items()}),
            "looked_at": alert.looked_at,
        }

    def _alert(self, row: Any) -> Alert:
        return Alert(
            id=row.id,
            account=row.account,
            watch=Watch(
                AlertSubject(row.subject),
                Category(row.category) if row.category else None,
                SourceKind(row.kind) if row.kind else None,
                row.place,
            ),
            reason=self._scope.opened(row.reason_sealed) or "",
            pace=AlertPace(row.pace),
            ways=frozenset(AlertWay(way) for way in row.ways.split(",") if way),
            quiet=None if row.quiet_start is None else Quiet(row.quiet_start, row.quiet_end),
            made_at=row.made_at,
            ends_at=row.ends_at,
            state=AlertState(row.state),
            told=None
            if row.told is None
            else {date.fromisoformat(day): count for day, count in json.loads(row.told).items()},
            looked_at=row.looked_at,
            version=row.version,
        )

    # --- Bulletins -----------------------------------------------------------------------------------------
    def tell(self, bulletin: Bulletin, ways: Sequence[AlertWay]) -> Bulletin:
        values = {"key": bulletin.key, "account": bulletin.account, "made_at": bulletin.made_at}
        number = self._scope.run(bulletins.insert().values(values).returning(bulletins.c.id)).scalar_one()
        rows = [
            {
                "bulletin_id": number,
                "alert_id": line.alert,
                "amount": line.count,
                "first": line.first,
                "last": line.last,
            }
            for line in bulletin.lines
        ]
        self._scope.run(bulletin_lines.insert(), rows)
        for way in ways:
            new = Sending(number, way, bulletin.made_at, bulletin.made_at)
            key = {"bulletin_id": number, "way": way.value, "made_at": new.made_at}
            self._scope.run(sendings.insert().values(key | _moved(new)))
        return replace(bulletin, id=number)

    def bulletins(self, account: str, limit: int = 20) -> list[Bulletin]:
        query = (
            select(bulletins)
            .where(bulletins.c.account == account)
            .order_by(bulletins.c.made_at.desc(), bulletins.c.id.desc())
            .limit(limit)
        )
        return [self._bulletin(row) for row in self._scope.run(query).all()]

    def bulletin(self, number: int) -> Bulletin:
        row = self._scope.run(select(bulletins).where(bulletins.c.id == number)).one_or_none()
        if row is None:
            raise NotFound(f"there is no bulletin {number}")
        return self._bulletin(row)

    def see(self, number: int, now: datetime) -> None:
        unseen = (bulletins.c.id == number) & bulletins.c.seen_at.is_(None)
        self._scope.run(update(bulletins).where(unseen).values(seen_at=now))

    def unseen(self, account: str) -> int:
        own = (bulletins.c.account == account) & bulletins.c.seen_at.is_(None)
        return int(self._scope.run(select(func.count()).select_from(bulletins).where(own)).scalar_one())

    def _bulletin(self, row: Any) -> Bulletin:
        query = (
            select(bulletin_lines).where(bulletin_lines.c.bulletin_id == row.id).order_by(bulletin_lines.c.id)
        )
        lines = tuple(
            Line(each.alert_id, each.amount, each.first, each.last) for each in self._scope.run(query)
        )
        return Bulletin(row.id, row.key, row.account, row.made_at, lines, row.seen_at)

    # --- Sendings ------------------------------------------------------------------------------------------
    def sendings(self, number: int) -> list[Sending]:
        query = select(sendings).where(sendings.c.bulletin_id == number).order_by(sendings.c.way)
        return [_sending(row) for row in self._scope.run(query)]

    def ready(self, now: datetime) -> list[Sending]:
        open_ = sendings.c.state.in_([SendingState.WAITING.value, SendingState.UNDERWAY.value])
        query = (
            select(sendings)
            .where(open_ & (sendings.c.next_at <= now))
            .order_by(sendings.c.next_at, sendings.c.bulletin_id, sendings.c.way)
        )
        return [_sending(row) for row in self._scope.run(query)]

    def move(self, before: Sending, to: Sending) -> bool:
        same = (sendings.c.bulletin_id == before.bulletin) & (sendings.c.way == before.way.value)
        for name, value in _moved(before).items():
            same &= sendings.c[name] == value
        return self._scope.run(update(sendings).where(same).values(_moved(to))).rowcount == 1

    def forget(self, before: datetime) -> int:
        gone = self._scope.run(delete(bulletins).where(bulletins.c.made_at < before)).rowcount
        over = (alerts.c.state != AlertState.RUNNING.value) & (alerts.c.ends_at < before)
        return gone + self._scope.run(delete(alerts).where(over)).rowcount


def _moved(sending: Sending) -> dict[str, Any]:
    """What changes of a sending."""
    return {
        "next_at": sending.next_at,
        "state": sending.state.value,
        "tries": sending.tries,
        "doubtful": sending.doubtful,
    }


def _sending(row: Any) -> Sending:
    return Sending(
        bulletin=row.bulletin_id,
        way=AlertWay(row.way),
        made_at=row.made_at,
        next_at=row.next_at,
        state=SendingState(row.state),
        tries=row.tries,
        doubtful=row.doubtful,
    )
