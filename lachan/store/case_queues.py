"""Filters and orders over cases. Ordered pages walk an index for each state and stop after the page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, UnaryExpression, func, or_, select, union_all

from lachan.domain.case import CaseState
from lachan.pipeline.ports import CaseFilter, QueueOrder
from lachan.store.scope import unique
from lachan.store.tables import case_categories, cases


def conditions(where: CaseFilter) -> list[ColumnElement[bool]]:
    """All but the states."""
    found: list[ColumnElement[bool]] = []
    if where.route is not None:
        found.append(cases.c.route == where.route.value)
    if where.category is not None:
        named = select(case_categories.c.case_id).where(
            case_categories.c.category == where.category.value, case_categories.c.case_id == cases.c.id
        )
        found.append(named.exists())
    if where.without:
        heavy = select(case_categories.c.case_id).where(
            case_categories.c.category.in_([category.value for category in where.without]),
            case_categories.c.case_id == cases.c.id,
        )
        found.append(~heavy.exists())
    if where.source is not None:
        found.append(cases.c.source == where.source)
    if where.urgent is not None:
        found.append(cases.c.urgent.is_(where.urgent))
        # The same said by rank, which the index knows: urgent cases stand a century before all others.
        found.append(cases.c.queue_rank < 0 if where.urgent else cases.c.queue_rank >= 0)
    if where.claimed_by is not None:
        found.append(cases.c.claimed_by == where.claimed_by)
    if where.not_decided_by is not None:
        me = where.not_decided_by
        found.append(or_(cases.c.decided_by.is_(None), cases.c.decided_by != me))
        disputed = cases.c.state == CaseState.DISPUTED.value
        found.append(or_(~disputed, cases.c.disagreed_by != me))
    if where.age is not None:
        found.append(cases.c.age == where.age.value)
    if where.opened_before is not None:
        found.append(cases.c.opened_at <= where.opened_before)
    if where.first is not None:
        found.append(cases.c.day >= where.first)
    if where.last is not None:
        found.append(cases.c.day <= where.last)
    return found


def _order(columns: Any, order: QueueOrder) -> tuple[UnaryExpression[Any], ...]:
    if order is QueueOrder.NEWEST:
        return columns.opened_at.desc(), columns.id.desc()
    if order is QueueOrder.OLDEST:
        return columns.opened_at.asc(), columns.id.asc()
    return columns.queue_rank.asc(), columns.id.asc()


def _merged(where: CaseFilter, order: QueueOrder, most: int) -> Subquery:
    states = unique(where.states) or list(CaseState)
    filters = conditions(where)
    branches = [
        select(cases.c.id, cases.c.queue_rank, cases.c.opened_at)
        .where(cases.c.state == state.value, *filters)
        .order_by(*_order(cases.c, order))
        .limit(most)
        .subquery()
        for state in states
    ]
    return union_all(*(select(branch) for branch in branches)).subquery()


def page(where: CaseFilter, order: QueueOrder, limit: int, offset: int) -> Select[*tuple[Any, ...]]:
    """One page. A branch for each state, each cut at the page's end, merged: no sort over the whole queue."""
    merged = _merged(where, order, offset + limit)
    chosen = select(merged.c.id).order_by(*_order(merged.c, order)).limit(limit).offset(offset).subquery()
    return select(cases).join(chosen, chosen.c.id == cases.c.id).order_by(*_order(cases.c, order))


def first_of(where: CaseFilter, state: CaseState) -> Select[*tuple[Any, ...]]:
    """The head of the queue of one state."""
    query = select(cases).where(cases.c.state == state.value, *conditions(where))
    return query.order_by(*_order(cases.c, QueueOrder.PRIORITY)).limit(1)


def onward(where: CaseFilter, above: int, limit: int) -> Select[*tuple[Any, ...]]:
    """The next cases by number. States are compared as an expression: an index of states would have to be sorted
    anew for each page."""
    filters = conditions(where)
    if where.states:
        states = [state.value for state in where.states]
        filters.append(func.coalesce(cases.c.state, "").in_(states))
    return select(cases).where(cases.c.id > above, *filters).order_by(cases.c.id).limit(limit)


def size(where: CaseFilter, at_most: int | None = None) -> Select[*tuple[Any, ...]]:
    """How many; counting stops at `at_most`."""
    if at_most is not None:  # walks the queue as a page does, so that no plan begins with the closed cases
        some = select(_merged(where, QueueOrder.PRIORITY, at_most).c.id).limit(at_most).subquery()
        return select(func.count()).select_from(some)
    query = select(func.count()).select_from(cases).where(*conditions(where))
    if where.states:
        query = query.where(cases.c.state.in_([state.value for state in where.states]))
    return query
