"""Places of confirmed cases, corrected by people: what the gazetteer's reader found is chosen among, struck, added to.

    masked text -> PlaceBook -> mentions -> PlaceMarks (with the case, sealed) -> outbox -> the index

A correction marks the text: it takes only units whose names stand in the masked text, so nothing that was masked, and
nothing that somebody knows of a person, can be written down as a place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lachan.domain.account import PERMISSIONS, Actor, Permission
from lachan.domain.audit import AuditEvent
from lachan.domain.case import Case
from lachan.domain.errors import ConflictError, InputError, RefusedError
from lachan.domain.place import PlaceMarks
from lachan.pipeline.ports import Clock, Database, OutboxAct, PlaceBook, Unit
from lachan.pipeline.publish import Publisher
from lachan.pipeline.review import check_reader

CORRECTED: Final = "case:places"
MAX_FOUND: Final = 100  # units of one name: the commonest has 67


@dataclass(frozen=True)
class PlaceRow:
    """What the text names in `words`: of `units` those that are `left`. `chosen`: people said so; none left: struck."""

    words: tuple[str, ...]
    units: tuple[str, ...]
    left: tuple[str, ...]
    chosen: bool

    @property
    def ambiguous(self) -> bool:
        """Whether neither the text nor anybody says which."""
        return len(self.left) > 1


@dataclass(frozen=True)
class PlaceSheet:
    """The places of a case: what was found, the units that people added, and the keys that it is found under."""

    rows: tuple[PlaceRow, ...]
    added: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Offer:
    """A unit of the gazetteer; `named`: its name stands in the masked text, so that it may be added."""

    unit: str
    named: bool


class Places:
    """Corrections of the places of a confirmed case. Raises RefusedError for every other case, and for one whose
    victims are hidden: no places are kept of it."""

    def __init__(self, database: Database, clock: Clock, publisher: Publisher, book: PlaceBook) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher
        self._book = book

    def may_correct(self, actor: Actor, case: Case) -> bool:
        """Whether this case has places that this actor may correct."""
        decides = Permission.DECIDE_REVIEW in PERMISSIONS[actor.account.role]
        return decides and case.confirmed and not case.hides_victims

    def sheet(self, actor: Actor, case_id: int) -> PlaceSheet:
        """What was found and what became of it."""
        with self._database.read() as unit:
            case, readings = self._open(unit, actor, case_id)
        marks, rows = case.place_marks, self._rows(case.place_marks, readings)
        found = {unit for row in rows for unit in row.units}
        return PlaceSheet(rows, tuple(sorted(marks.meant - found)), self._publisher.named(case, readings))

    def look_up(self, actor: Actor, case_id: int, name: str) -> tuple[Offer, ...]:
        """The units that are called `name`, those that the text names first."""
        with self._database.read() as unit:
            _, readings = self._open(unit, actor, case_id)
        standing = self._standing(readings)
        offers = [Offer(key, key in standing) for key in self._book.called(name)]
        return tuple(sorted(offers, key=lambda offer: not offer.named)[:MAX_FOUND])

    def choose(self, actor: Actor, case_id: int, units: Sequence[str], chosen: str) -> None:
        """Of what a mention may mean it means `chosen`."""
        if chosen not in units:
            raise InputError("choose one of the places that the post may mean")
        self._change(actor, case_id, "choose", lambda marks: marks.mean(chosen, units), mention=units)

    def strike(self, actor: Actor, case_id: int, units: Sequence[str]) -> None:
        """A mention means none of these: its words are no place, or another one."""
        self._change(actor, case_id, "strike", lambda marks: marks.strike(units), mention=units)

    def add(self, actor: Actor, case_id: int, unit: str) -> None:
        """The text names `unit`, which was overlooked. Raises RefusedError for a unit whose name does not stand in the
        masked text."""
        self._change(actor, case_id, "add", lambda marks: marks.mean(unit), named=unit)

    def forget(self, actor: Actor, case_id: int, units: Sequence[str]) -> None:
        """As it was found: nothing was said of these units."""
        self._change(actor, case_id, "forget", lambda marks: marks.forget(units))

    # --- Within --------------------------------------------------------------------------------------------
    def _change(
        self,
        actor: Actor,
        case_id: int,
        what: str,
        change: Callable[[PlaceMarks], PlaceMarks],
        *,
        mention: Sequence[str] | None = None,
        named: str | None = None,
    ) -> None:
        """The log says that somebody corrected, not what: it outlives the text, and a place is a word of it."""
        with self._database.write() as unit:
            case, readings = self._open(unit, actor, case_id, interactive=True)
            if mention is not None and tuple(mention) not in {
                row.units for row in self._rows(case.place_marks, readings)
            }:
                raise ConflictError("the post does not name this place (any more): look at it again")
            if named is not None and named not in self._standing(readings):
                raise RefusedError("the post does not name this place: only what its words name can be added")
            marks = change(case.place_marks)
            if marks == case.place_marks:
                return
            unit.cases.save(replace(case, place_marks=marks))
            unit.audit.append(
                AuditEvent(self._clock(), actor.name, CORRECTED, f"case:{case.id}", {"what": what})
            )
            unit.outbox.add(case.id, OutboxAct.INDEX)

    def _open(
        self, unit: Unit, actor: Actor, case_id: int, *, interactive: bool = False
    ) -> tuple[Case, tuple[str, ...]]:
        """The case and what of its text is indexed."""
        actor.require(Permission.DECIDE_REVIEW, interactive=interactive)
        case = unit.cases.get(case_id)
        check_reader(actor, case)
        text = unit.cases.texts([case_id]).get(case_id)
        if not self.may_correct(actor, case) or not text:
            raise RefusedError("places are kept of confirmed cases of the review queue alone")
        return case, self._publisher.readings(case, text)

    def _rows(self, marks: PlaceMarks, readings: Sequence[str]) -> tuple[PlaceRow, ...]:
        words: dict[tuple[str, ...], dict[str, None]] = {}
        for reading in readings:
            for each in self._book.mentions(reading):
                words.setdefault(each.units, {})[each.words] = None
        return tuple(
            PlaceRow(tuple(said), units, left := marks.left(units), not marks.meant.isdisjoint(left))
            for units, said in words.items()
        )

    def _standing(self, readings: Sequence[str]) -> frozenset[str]:
        return frozenset().union(*map(self._book.standing, readings))
