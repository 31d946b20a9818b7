"""The flood brake's books. A thread is known by a keyed hash, and only while it matters: a day, or as long as a case
of it waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import delete, func, select

from lachan.domain.flood import Gate, Waiting
from lachan.store.columns import Moment
from lachan.store.flood_tables import flood_gates as gates
from lachan.store.flood_tables import held_back
from lachan.store.scope import Scope, chunks
from lachan.store.tables import cases

_WHOLE = ""  # the row that counts the source; a lock for all its threads


class SqlFloodStore:
    """FloodStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def gate(self, source: str, day: date) -> Gate:
        first = self._scope.upsert(gates).values(source=source, day=day, thread=_WHOLE, let_in=0)
        self._scope.run(first.on_conflict_do_nothing())
        whole = select(gates.c.let_in).where(
            gates.c.source == source, gates.c.day == day, gates.c.thread == _WHOLE
        )
        let_in = int(self._scope.run(self._scope.locking(whole)).scalar_one())  # two workers, one gate
        query = select(gates.c.thread, gates.c.let_in).where(
            gates.c.source == source, gates.c.day == day, gates.c.thread != _WHOLE
        )
        return Gate(let_in, Counter({row.thread: row.let_in for row in self._scope.run(query)}))

    def note(self, source: str, day: date, opened: Mapping[str, int]) -> None:
        self._scope.run(delete(gates).where(gates.c.source == source, gates.c.day < day))
        amounts = {thread: amount for thread, amount in opened.items() if thread and amount}
        amounts[_WHOLE] = sum(opened.values())
        insert = self._scope.upsert(gates)
        key = [gates.c.source, gates.c.day, gates.c.thread]
        total = gates.c.let_in + insert.excluded.let_in
        rows = [
            {"source": source, "day": day, "thread": thread, "let_in": amount}
            for thread, amount in sorted(amounts.items())
        ]
        self._scope.run(insert.on_conflict_do_update(index_elements=key, set_={"let_in": total}), rows)

    def hold(self, source: str, held: Sequence[tuple[int, str]]) -> None:
        rows = [{"case_id": case, "source": source, "thread": thread} for case, thread in held]
        self._scope.insert_many(held_back, rows)

    def let_go(self, held: Sequence[int]) -> None:
        for part in chunks(held):
            self._scope.run(delete(held_back).where(held_back.c.case_id.in_(part)))

    def waiting(self) -> list[Waiting]:
        query = (
            select(
                held_back.c.source,
                func.count(),
                func.count(held_back.c.thread.distinct()),
                func.min(cases.c.opened_at, type_=Moment()),
                func.min(cases.c.delete_text_at, type_=Moment()),
            )
            .join(cases, cases.c.id == held_back.c.case_id)
            .group_by(held_back.c.source)
            .order_by(held_back.c.source)
        )
        return [Waiting(*row) for row in self._scope.run(query)]

    def next_of(self, source: str, limit: int) -> list[int]:
        query = (
            select(held_back.c.case_id)
            .join(cases, cases.c.id == held_back.c.case_id)
            .where(held_back.c.source == source)
            .order_by(cases.c.queue_rank, cases.c.id)
            .limit(limit)
        )
        return list(self._scope.run(query).scalars())

    def next_by_thread(self, source: str, limit: int) -> dict[str, list[int]]:
        order = (cases.c.queue_rank, cases.c.id)
        place = func.row_number().over(partition_by=held_back.c.thread, order_by=order).label("place")
        ranked = (
            select(held_back.c.thread, held_back.c.case_id, cases.c.queue_rank, place)
            .join(cases, cases.c.id == held_back.c.case_id)
            .where(held_back.c.source == source)
            .subquery()
        )
        query = (
            select(ranked.c.thread, ranked.c.case_id)
            .where((ranked.c.place <= limit) | (ranked.c.thread == ""))
            .order_by(ranked.c.queue_rank, ranked.c.case_id)
        )
        found: dict[str, list[int]] = {}
        for row in self._scope.run(query):
            found.setdefault(row.thread, []).append(row.case_id)
        return found
