"""The directory of those who can help: written by one person, verified by another, again every 90 days.

    propose | change | import_rows -> waiting -> verify (somebody else) -> in use; what it replaces is retired

Kept by the protection desk and by the admins. It names offices; nothing of a case is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lachan.domain.account import PERMISSIONS, Actor, Permission
from lachan.domain.area import Area, Units
from lachan.domain.audit import AuditEvent, AuditLink
from lachan.domain.directory import HOTLINE_ID, DirectoryEntry, Standing, checked, in_order
from lachan.domain.errors import (
    ConflictError,
    FieldError,
    InputError,
    PermissionDenied,
    RefusedError,
    SecondPersonNeeded,
)
from lachan.domain.referral import Contact, RecipientKind
from lachan.pipeline.ports import Clock, Database, Unit

KEEPERS: Final = frozenset({Permission.DECIDE_PROTECT, Permission.MANAGE_ACCOUNTS})
READERS: Final = KEEPERS | {Permission.READ_PROTECT_QUEUE}
MOST_ROWS: Final = 20_000  # of one file
_HISTORY: Final = 50  # events


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with a row of a file: `row` as a spreadsheet numbers it, the head is 1; `column` "" for all."""

    row: int
    column: str
    message: str


class Directory:
    """Who may be asked for help, and whether the contact still holds."""

    def __init__(self, database: Database, clock: Clock, units: Callable[[], Units]) -> None:
        """`units` are asked for when first needed."""
        self._database = database
        self._clock = clock
        self._units = units

    @property
    def units(self) -> Units:
        """The provinces and communes that offices lie in."""
        return self._units()

    # --- Reading -------------------------------------------------------------------------------------------
    def find(
        self,
        actor: Actor,
        *,
        area: Area | None = None,
        kind: RecipientKind | None = None,
        standing: Standing | None = None,
    ) -> list[DirectoryEntry]:
        """What is in use or waits, nearest to `area` first; with an area only what lies in it: offices of the commune
        and of the whole province."""
        _require(actor, READERS)
        now, province = self._clock(), area.province if area and area.province else None
        with self._database.read() as unit:
            found = unit.directory.find(province=province, kind=kind, national=False)
        if area and area.commune:
            found = [each for each in found if each.contact.commune in ("", area.commune)]
        return in_order(
            (each for each in found if standing is None or each.standing(now) is standing),
            area or Area(),
            now,
        )

    def entry(self, actor: Actor, number: int) -> tuple[DirectoryEntry, list[AuditLink]]:
        """A contact and what was done to it. Raises NotFound."""
        _require(actor, READERS)
        with self._database.read() as unit:
            return unit.directory.get(number), unit.audit.of_subject(f"directory:{number}", _HISTORY)

    def standings(self, actor: Actor) -> dict[Standing, int]:
        """How many stand so, retired ones apart."""
        _require(actor, READERS)
        with self._database.read() as unit:
            return unit.directory.standings(self._clock())

    # --- Writing -------------------------------------------------------------------------------------------
    def propose(self, actor: Actor, contact: Contact) -> DirectoryEntry:
        """Write a contact down; nobody is sent there before somebody else verified it. Raises FieldError for a wrong
        field, ConflictError for an office that is there already."""
        _require(actor, KEEPERS)
        clean = checked(contact, self.units)
        with self._database.write() as unit:
            if _same(clean) in {_same(each.contact) for each in unit.directory.find(kind=clean.kind)}:
                raise ConflictError("this office is in the directory already: change it there")
            return self._add(unit, actor, clean, "directory:propose")

    def change(self, actor: Actor, number: int, contact: Contact) -> DirectoryEntry:
        """Write the contact anew; the one in use holds until somebody else verified the new one."""
        _require(actor, KEEPERS)
        clean = checked(contact, self.units)
        with self._database.write() as unit:
            before = self._in_use(unit, number)
            if clean == before.contact:
                raise InputError("nothing was changed")
            known = unit.directory.find(kind=clean.kind)
            family = {number, before.replaces}
            if any(each.replaces == number for each in unit.directory.find()):
                raise ConflictError("a change of this contact waits already: verify or retire it first")
            if _same(clean) in {_same(each.contact) for each in known if each.id not in family}:
                raise ConflictError("this office is in the directory already: change it there")
            waits = before.verified_at is None
            if waits:  # nobody relied on it: the new words take its place at once
                unit.directory.save(replace(before, retired_at=self._clock()))
            return self._add(
                unit, actor, clean, "directory:change", replaces=before.replaces if waits else number
            )

    def verify(self, actor: Actor, number: int) -> DirectoryEntry:
        """Say, after asking the office by another way, that the contact holds: for 90 days from now. Raises
        SecondPersonNeeded for who wrote it, also when it is renewed."""
        _require(actor, KEEPERS, interactive=True)
        now = self._clock()
        with self._database.write() as unit:
            entry = self._in_use(unit, number)
            if entry.written_by == actor.name:
                raise SecondPersonNeeded("somebody else must verify the contact that you wrote")
            if entry.replaces is not None and entry.verified_at is None:
                old = unit.directory.get(entry.replaces)
                unit.directory.save(replace(old, retired_at=old.retired_at or now))
            self._log(unit, actor, "directory:verify", number)
            return unit.directory.save(replace(entry, verified_by=actor.name, verified_at=now))

    def retire(self, actor: Actor, number: int) -> None:
        """Use a contact no longer: one person, at once. Referrals keep what they used."""
        _require(actor, KEEPERS, interactive=True)
        with self._database.write() as unit:
            unit.directory.save(replace(self._in_use(unit, number), retired_at=self._clock()))
            self._log(unit, actor, "directory:retire", number)

    def import_rows(self, actor: Actor, rows: Sequence[tuple[int, Contact]]) -> tuple[int, list[RowProblem]]:
        """Write all of a file down, or nothing: how many waits now, or what is wrong. `rows`: number and contact."""
        _require(actor, KEEPERS)
        if len(rows) > MOST_ROWS:
            raise InputError(f"a file has at most {MOST_ROWS} rows: split it")
        problems, clean = [], list[Contact]()
        with self._database.write() as unit:
            known = {_same(each.contact) for each in unit.directory.find()}
            for number, contact in rows:
                try:
                    new = checked(contact, self.units)
                except FieldError as error:
                    problems.append(RowProblem(number, error.field, str(error)))
                    continue
                if _same(new) in known:
                    problems.append(RowProblem(number, "office", "this office is there already"))
                known.add(_same(new))
                clean.append(new)
            if problems:
                return 0, problems
            for contact in clean:
                self._add(unit, actor, contact, "directory:import")
        return len(clean), []

    def _add(
        self, unit: Unit, actor: Actor, contact: Contact, action: str, replaces: int | None = None
    ) -> DirectoryEntry:
        new = DirectoryEntry(0, contact, actor.name, self._clock(), replaces=replaces)
        added = unit.directory.add(new)
        self._log(unit, actor, action, added.id)
        return added

    def _in_use(self, unit: Unit, number: int) -> DirectoryEntry:
        if number == HOTLINE_ID:
            raise RefusedError("111 is always in the directory: nobody changes or deletes it")
        entry = unit.directory.get(number)
        if entry.retired_at is not None:
            raise RefusedError("this contact is used no more: choose another")
        return entry

    def _log(self, unit: Unit, actor: Actor, action: str, number: int) -> None:
        unit.audit.append(AuditEvent(self._clock(), actor.name, action, f"directory:{number}"))


def _same(contact: Contact) -> tuple[str, str, str, str]:
    """What two entries of one office have in common."""
    return contact.kind.value, contact.office.casefold(), contact.province, contact.commune


def _require(actor: Actor, any_of: frozenset[Permission], *, interactive: bool = False) -> None:
    held = sorted(PERMISSIONS[actor.account.role] & any_of)
    if not held:
        raise PermissionDenied(f"{actor.account.role.value} may not {sorted(any_of)[0].value}")
    actor.require(held[0], interactive=interactive)
