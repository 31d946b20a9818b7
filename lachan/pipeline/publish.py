"""Publish: outbox -> search index. Only what a person confirmed, masked; never `protect`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from lachan.domain.audit import SYSTEM, AuditEvent
from lachan.domain.case import Case, CaseState
from lachan.domain.errors import ConflictError
from lachan.domain.place import found_under
from lachan.domain.privacy import mask
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import (
    CaseFilter,
    Clock,
    Database,
    IndexDocument,
    OutboxAct,
    PlaceBook,
    Reader,
    SearchIndex,
    Unit,
)
from lachan.pipeline.snippet import MASKED

BATCH: Final = 2000  # a commit of the index takes as long for few as for many
LEASE: Final = timedelta(minutes=2)
LEASE_NAME: Final = "publisher"
PAGE: Final = 1000
#: The state row that says: texts were deleted, and an index keeps deleted terms in its files until rebuilt.
REBUILD_DUE: Final = "index_rebuild_due"


@dataclass(frozen=True)
class Comparison:
    """The index against SQL, by case: what it lacks, must not have, and has in another state. What the outbox still
    holds is not counted."""

    confirmed: int
    missing: frozenset[int]
    extra: frozenset[int]
    changed: frozenset[int]

    @property
    def clean(self) -> bool:
        return not (self.missing or self.extra or self.changed)


class Publisher:
    """Brings the index up to SQL. At least once and idempotent: a kill repeats a batch, never loses one.

    `reader` reads posts as the judge does, so that chat spelling is found under what it stands for. `places` knows
    what places a masked text names; what people corrected of it goes before.
    """

    def __init__(
        self,
        database: Database,
        index: SearchIndex,
        clock: Clock,
        owner: str | None = None,
        reader: Reader | None = None,
        places: PlaceBook | None = None,
    ) -> None:
        self._database = database
        self._index = index
        self._clock = clock
        self._owner = owner or secrets.token_hex(8)
        self._reader = reader
        self._places = places

    def drain(self) -> int:
        """Publish what waits; returns how many cases changed. 0 when another publisher is at work."""
        if not self._lease():
            return 0
        try:
            total = 0
            while step := self._batch():
                total += step
                if not self._lease():
                    break
            return total
        finally:
            with self._database.write() as unit:
                unit.leases.release(LEASE_NAME, self._owner)

    def rebuild(self) -> int:
        """A fresh index from SQL, swapped in when whole; searches go on meanwhile. Returns its size.

        -1 when another publisher is at work. Raises ConflictError when the lease was lost on the way: what the
        other one published meanwhile must not be swapped out.
        """
        if not self._lease():
            return -1
        try:
            with self._database.read() as unit:
                size = self._index.rebuild(self._all(unit, renew=True))
            with self._database.write() as unit:
                unit.state.set(REBUILD_DUE, None)
                unit.audit.append(
                    AuditEvent(self._clock(), SYSTEM, "index:rebuild", "index", {"cases": size})
                )
            return size
        finally:
            with self._database.write() as unit:
                unit.leases.release(LEASE_NAME, self._owner)

    def lost(self) -> bool:
        """Whether the index is empty though cases were published: its files are gone, only a rebuild helps."""
        if self._index.cases():
            return False
        with self._database.read() as unit:
            waiting = unit.outbox.waiting()
            return any(case.id not in waiting for page in self._pages(unit) for case, _ in _seen(unit, page))

    def missing(self) -> tuple[set[int], set[int]]:
        """Compare with SQL: (confirmed cases that the index lacks, indexed ones that it must not have)."""
        with self._database.read() as unit:
            wanted = {case.id for page in self._pages(unit) for case, _ in _seen(unit, page)}
        held = self._index.cases()
        return wanted - held, held - wanted

    def compare(self) -> Comparison:
        """Compare with SQL, row for row, every field that is indexed."""
        with self._database.read() as unit:
            wanted = {document.case: document.digest for document in self._all(unit)}
            waiting = unit.outbox.waiting()
        held = self._index.rows()
        return Comparison(
            len(wanted),
            frozenset(wanted.keys() - held.keys() - waiting),
            frozenset(held.keys() - wanted.keys() - waiting),
            frozenset(c for c in wanted.keys() & held.keys() - waiting if wanted[c] != held[c]),
        )

    def _batch(self) -> int:
        with self._database.read() as unit:
            rows = unit.outbox.pending(BATCH)
            last = {row.case: row.act for row in rows}
            wanted = unit.cases.some([case for case, act in last.items() if act is OutboxAct.INDEX])
            add = list(self._documents(unit, wanted))
        if not rows:
            return 0
        self._index.apply(add, sorted(last.keys() - {document.case for document in add}))
        now = self._clock()
        with self._database.write() as unit:
            if unit.leases.take(LEASE_NAME, self._owner, now, now + LEASE):
                unit.outbox.done([row.id for row in rows])
            else:  # stalled for long: another published meanwhile, and what was written just now may be older
                for case in last:
                    unit.outbox.add(case, OutboxAct.INDEX)
        return len(rows)

    def _pages(self, unit: Unit) -> Iterator[list[Case]]:
        where = CaseFilter(route=Route.REVIEW, states=(CaseState.CLOSED, CaseState.APPEALED))
        last = 0
        while page := unit.cases.above(last, where, PAGE):
            yield page
            last = page[-1].id

    def _all(self, unit: Unit, *, renew: bool = False) -> Iterator[IndexDocument]:
        for page in self._pages(unit):
            yield from self._documents(unit, page)
            if renew and not self._lease():
                raise ConflictError("another publisher took over: the index is rebuilt at the next run")

    def _lease(self) -> bool:
        now = self._clock()
        with self._database.write() as unit:
            return unit.leases.take(LEASE_NAME, self._owner, now, now + LEASE)

    def _documents(self, unit: Unit, cases: Sequence[Case]) -> Iterator[IndexDocument]:
        """Those of `cases` that the index may see, as it may see them."""
        kinds = {key: unit.sources.get(key).kind.value for key in {case.source for case in cases}}
        for case, clear in _seen(unit, cases):
            assert case.measure is not None  # none is confirmed without
            readings = self.readings(case, clear)
            text, plain = readings[0], "".join(readings[1:])
            yield IndexDocument(
                case=case.id,
                text=text,
                published_at=case.published_at or case.opened_at,
                categories=case.categories,
                source=case.source,
                source_kind=kinds[case.source],
                measure=case.measure,
                urgent=case.urgent,
                severity=case.severity,
                status=case.state,
                places=self.named(case, readings),
                plain=plain,
            )

    def places(self, case: Case, text: str) -> tuple[str, ...]:
        """The keys of the places under which `case` is found with this text, once confirmed. What is masked names
        none; of cases whose victims are hidden for good none are kept."""
        return self.named(case, self.readings(case, text))

    def readings(self, case: Case, text: str) -> tuple[str, ...]:
        """What of a text is indexed: masked, and as the judge reads it where that differs."""
        masked = shown(case, text)
        plain = self._plain(case, masked)
        return (masked, plain) if plain else (masked,)

    def named(self, case: Case, readings: Sequence[str]) -> tuple[str, ...]:
        """`places` of what `readings` gave. What people added counts as long as its name stands unmasked."""
        book, marks = self._places, case.place_marks
        if book is None or case.hides_victims:
            return ()
        found = {each.units for reading in readings for each in book.mentions(reading)}
        if marks.meant:
            standing = set[str]().union(*found, *map(book.standing, readings))
            marks = replace(marks, meant=marks.meant & standing)
        return found_under(found, marks, book.found_as)

    def _plain(self, case: Case, text: str) -> str:
        """A masked text as the judge reads it, masks kept, and masked once more: a disguise may have hidden a detail.
        "" where nothing changes."""
        if self._reader is None:
            return ""
        pieces = [self._reader(piece).text for piece in MASKED.split(text)]
        plain = pieces[0]
        for mark, piece in zip(MASKED.findall(text), pieces[1:], strict=True):
            plain += f" {mark} {piece}"
        return shown(case, plain) if plain != text else ""


def shown(case: Case, text: str) -> str:
    """What of a case's text is indexed, shown in a search or counted by its words: masked as widely as at the desk."""
    return mask(text, wide=case.hides_victims).text


def _seen(unit: Unit, cases: Sequence[Case]) -> Iterator[tuple[Case, str]]:
    """Those of `cases` that the index may see, with their clear text."""
    allowed = [case for case in cases if case.confirmed]
    texts = unit.cases.texts([case.id for case in allowed])
    for case in allowed:
        if texts.get(case.id):
            yield case, texts[case.id]
