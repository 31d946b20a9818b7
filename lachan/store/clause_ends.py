"""What people said of a clause's end: nothing of the clause but its id is here, so that no row can make one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Column, Date, Index, String, Table, Text, select, text, update

from lachan.domain.clause_end import ClauseEnd, EndState
from lachan.domain.errors import ConflictError, NotFound
from lachan.store.columns import Id, Moment
from lachan.store.scope import Scope
from lachan.store.tables import metadata

_WAITING: Final = text("state = 'waiting'")

clause_ends: Final = Table(
    "clause_ends",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("clause", String, nullable=False, comment="id of a clause of the release"),
    Column("ends", Date, comment="first day without force; NULL: as shipped again"),
    Column("why", Text, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("settled_by", String),
    Column("settled_at", Moment),
    Index("uq_clause_ends_waiting", "clause", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
    sqlite_autoincrement=True,
)


class SqlClauseEndStore:
    """ClauseEndStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, proposal: ClauseEnd) -> ClauseEnd:
        insert = self._scope.upsert(clause_ends).values(_values(proposal)).on_conflict_do_nothing()
        made = self._scope.run(insert.returning(clause_ends.c.id)).scalar_one_or_none()
        if made is None:
            raise ConflictError("a proposal about this clause waits already: settle that one first")
        return replace(proposal, id=made)

    def get(self, proposal: int) -> ClauseEnd:
        query = self._scope.locking(select(clause_ends).where(clause_ends.c.id == proposal))
        row = self._scope.run(query).one_or_none()
        if row is None:
            raise NotFound(f"there is no proposal {proposal} about a clause")
        return _proposal(row)

    def settle(self, settled: ClauseEnd) -> None:
        same = (clause_ends.c.id == settled.id) & (clause_ends.c.state == EndState.WAITING.value)
        values = {
            "state": settled.state.value,
            "settled_by": settled.settled_by,
            "settled_at": settled.settled_at,
        }
        if self._scope.run(update(clause_ends).where(same).values(values)).rowcount != 1:
            raise ConflictError("somebody settled this proposal already")

    def all(self) -> list[ClauseEnd]:
        return [_proposal(row) for row in self._scope.run(select(clause_ends).order_by(clause_ends.c.id))]


def _values(proposal: ClauseEnd) -> dict[str, Any]:
    return {
        "clause": proposal.clause,
        "ends": proposal.ends,
        "why": proposal.why,
        "proposed_by": proposal.proposed_by,
        "proposed_at": proposal.proposed_at,
        "state": proposal.state.value,
        "settled_by": proposal.settled_by,
        "settled_at": proposal.settled_at,
    }


def _proposal(row: Any) -> ClauseEnd:
    return ClauseEnd(
        id=row.id,
        clause=row.clause,
        ends=row.ends,
        why=row.why,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        state=EndState(row.state),
        settled_by=row.settled_by,
        settled_at=row.settled_at,
    )
