"""The law that a letter may stand on: versioned rows, chosen by the day of the act.

The rows are in `citations.json` and go out with a release; nothing else can add one. `verified` means that
the clause was read in a full-text copy; none has been checked against the official gazette yet.
`dates_verified` says the same of the days in force.

What the release lists can be ended on a running system (`lachan.domain.clause_end`): whoever asks here says what is
ended, and a day can only come nearer by it.

A row's `role`: a `ground` names the violated clause; a `companion` must stand beside grounds of its request
kind; `support` may.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from lachan.domain.errors import InputError, RefusedError
from lachan.domain.measure import TWO_PERSON, Measure
from lachan.domain.taxonomy import AgeBand, Category


class RequestKind(StrEnum):
    """In which kind of letter a clause may be cited."""

    CYBER_LAW = "cyber_law"  # a binding request to a platform, 24 h
    CHILD_LAW = "child_law"  # a request to warn or remove
    OWNER = "owner"  # a request to the owner of an account, page or group
    WARNING = "warning"  # asks for nothing but a label or care
    CRIME = "crime"  # information about a crime


class CitationRole(StrEnum):
    GROUND = "ground"
    COMPANION = "companion"
    SUPPORT = "support"


#: Kinds of request that a measure may be made as.
KINDS: Final[dict[Measure, frozenset[RequestKind]]] = {
    Measure.REMOVAL_REQUEST: frozenset({RequestKind.CYBER_LAW, RequestKind.CHILD_LAW}),
    Measure.OWNER_REMOVAL_REQUEST: frozenset({RequestKind.OWNER}),
    Measure.CRIME_INFORMATION: frozenset({RequestKind.CRIME}),
    Measure.OWNER_WARNING: frozenset({RequestKind.WARNING}),  # informs; never on a clause that asks
    Measure.PLATFORM_LABEL: frozenset({RequestKind.WARNING, RequestKind.CHILD_LAW}),
    Measure.PUBLIC_ADVISORY: frozenset({RequestKind.WARNING, RequestKind.CHILD_LAW}),
}


#: The order in which grounds are offered: what binds a platform, what protects children, what fines, what punishes.
_INSTRUMENTS: Final = (
    "116/2025/QH15",
    "24/2018/QH14",
    "102/2016/QH13",
    "56/2017/NĐ-CP",
    "147/2024/NĐ-CP",
    "330/2026/NĐ-CP",
    "333/2026/NĐ-CP",
    "100/2015/QH13",
)


#: Measures that ask somebody to remove: only these need companions.
REMOVALS: Final = frozenset({Measure.REMOVAL_REQUEST, Measure.OWNER_REMOVAL_REQUEST})


@dataclass(frozen=True)
class Citation:
    """One clause. `effective_to` is the first day on which it is no longer in force."""

    id: str
    instrument: str
    title: str
    article: str
    clause: str | None
    point: str | None
    effective_from: date
    effective_to: date | None
    verified: bool
    dates_verified: bool
    role: CitationRole
    categories: frozenset[Category]
    age_bands: frozenset[AgeBand]
    requests: frozenset[RequestKind]
    summary: str

    def in_force(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)

    @property
    def place(self) -> str:
        """`điểm d khoản 2 Điều 7 Luật An ninh mạng số 116/2025/QH15`, as letters write it."""
        parts = [f"điểm {self.point}"] if self.point else []
        parts += [f"khoản {self.clause}"] if self.clause else []
        return " ".join([*parts, f"Điều {self.article}", self.title, "số", self.instrument])


#: What people ended here: id of a clause -> the first day on which it no longer holds.
Ended = Mapping[str, date]


def until(row: Citation, ended: Ended) -> date | None:
    """The first day on which it no longer holds, by the release or by people here, whichever is earlier."""
    return min((day for day in (row.effective_to, ended.get(row.id)) if day is not None), default=None)


@dataclass(frozen=True)
class Denied:
    """A clause that can never be cited; None stands for everything beneath. Nor can what holds it: a whole clause
    cites each of its points."""

    instrument: str
    article: str | None
    clause: str | None
    point: str | None
    why: str

    def covers(self, instrument: str, article: str, clause: str | None, point: str | None) -> bool:
        given = (instrument, article, clause, point)
        mine = (self.instrument, self.article, self.clause, self.point)
        return all(
            rule is None or value is None or rule == value for rule, value in zip(mine, given, strict=True)
        )


@cache
def _table() -> tuple[dict[str, Citation], tuple[Denied, ...]]:
    data = json.loads(files("lachan.domain").joinpath("citations.json").read_text(encoding="utf-8"))
    denied = tuple(
        Denied(row["instrument"], row.get("article"), row.get("clause"), row.get("point"), row["why"])
        for row in data["denied"]
    )
    return {row["id"]: build(row, denied) for row in data["citations"]}, denied


def build(row: dict[str, Any], denied: Collection[Denied]) -> Citation:
    """A citation from its row. Raises RefusedError for a denied clause: it cannot be built."""
    for rule in denied:
        if rule.covers(row["instrument"], row["article"], row["clause"], row["point"]):
            raise RefusedError(f"{row['id']} may not be cited: {rule.why}")
    ended = row["effective_to"]
    return Citation(
        id=row["id"],
        instrument=row["instrument"],
        title=row["title"],
        article=row["article"],
        clause=row["clause"],
        point=row["point"],
        effective_from=date.fromisoformat(row["effective_from"]),
        effective_to=date.fromisoformat(ended) if ended else None,
        verified=row["verified"],
        dates_verified=row["dates_verified"],
        role=CitationRole(row["role"]),
        categories=frozenset(Category(name) for name in row["categories"]),
        age_bands=frozenset(AgeBand(name) for name in row["age_bands"]),
        requests=frozenset(RequestKind(name) for name in row["requests"]),
        summary=row["summary"],
    )


def allowlist() -> tuple[Citation, ...]:
    """Every clause of this release."""
    return tuple(_table()[0].values())


def denylist() -> tuple[Denied, ...]:
    """Every clause that can never be cited."""
    return _table()[1]


def get(citation_id: str) -> Citation:
    """Raises InputError for what is not in the release."""
    try:
        return _table()[0][citation_id]
    except KeyError:
        raise InputError(f"{citation_id} is not a legal basis of this release") from None


def offered(
    measure: Measure, categories: Collection[Category], age: AgeBand, on: date, ended: Ended
) -> tuple[Citation, ...]:
    """What an officer may choose from, grounds first."""
    kinds, categories = KINDS.get(measure, frozenset()), _countable(measure, categories)
    fit = [row for row in allowlist() if _fits(row, kinds, categories, age, on, ended)]
    roles, instruments = list(CitationRole), list(_INSTRUMENTS)
    return tuple(
        sorted(fit, key=lambda row: (roles.index(row.role), instruments.index(row.instrument), row.id))
    )


def suggested(
    measure: Measure, categories: Collection[Category], age: AgeBand, on: date, ended: Ended
) -> tuple[str, ...]:
    """A complete basis that passes `check`: the first ground with the companions that it needs; () if none."""
    rows = offered(measure, categories, age, on, ended)
    asks = measure in REMOVALS
    companions = [row for row in rows if asks and row.role is CitationRole.COMPANION]
    for ground in (row for row in rows if row.role is CitationRole.GROUND):
        for kind in sorted(ground.requests & KINDS[measure]):
            basis = [ground.id, *(row.id for row in companions if kind in row.requests)]
            try:
                check(basis, measure=measure, categories=categories, age=age, on=on, ended=ended)
            except InputError:
                continue
            return tuple(basis)
    return ()


def check(
    citation_ids: Collection[str],
    *,
    measure: Measure,
    categories: Collection[Category],
    age: AgeBand,
    on: date,
    ended: Ended,
) -> None:
    """Raises InputError unless these clauses together carry `measure` on the day `on`.

    Every clause fits category, age band, day and kind of request; there is a ground; a request under cyber
    law stands on a ground of the Luật An ninh mạng and both its companions, one under child law on NĐ 56/2017,
    one to an owner on NĐ 147/2024 Đ36.7 (LEGAL §2.2).
    """
    kinds, categories = KINDS.get(measure, frozenset()), _countable(measure, categories)
    rows = [get(citation_id) for citation_id in citation_ids]
    for row in rows:
        if not _fits(row, kinds, categories, age, on, ended):
            raise InputError(f"{row.place} does not fit this category, age, day or measure")
    if not any(row.role is CitationRole.GROUND for row in rows):
        raise InputError("cite at least one clause that the text violates")
    if measure not in REMOVALS:
        return
    ids = {row.id for row in rows}
    if not any(
        (needed := _companions(kind, categories, on))
        and needed <= ids
        and any(_carries(row, kind) for row in rows)
        for kind in kinds
    ):
        raise InputError("add the clauses on which a request of this kind stands (offered as companions)")


def over(citation_ids: Collection[str], on: date, ended: Ended) -> tuple[Citation, ...]:
    """Those that no longer hold on the day `on`."""
    rows = ((get(citation_id), until(get(citation_id), ended)) for citation_id in citation_ids)
    return tuple(row for row, ends in rows if ends is not None and ends <= on)


def _countable(measure: Measure, categories: Collection[Category]) -> frozenset[Category]:
    """Nothing may be removed for being unsuitable for an age: that category carries warnings only."""
    alone = {Category.AGE_UNSUITABLE} if measure in TWO_PERSON else set()
    return frozenset(categories) - alone


def _carries(row: Citation, kind: RequestKind) -> bool:
    """A ground for this kind. Cyber law counts only content that it names itself (Đ7.2, Đ13.4), so its grounds
    are those that serve no other kind; other categories go as child-law or owner requests (LEGAL §2.2)."""
    if row.role is not CitationRole.GROUND:
        return False
    return row.requests == {kind} if kind is RequestKind.CYBER_LAW else kind in row.requests


def _companions(kind: RequestKind, categories: Collection[Category], on: date) -> set[str]:
    """By the release alone: where one of them was ended here, a request of this kind stands on nothing any more. It
    must not become easier because a clause is gone."""
    return {
        row.id
        for row in allowlist()
        if row.role is CitationRole.COMPANION
        and kind in row.requests
        and row.in_force(on)
        and not row.categories.isdisjoint(categories)
    }


def _fits(
    row: Citation,
    kinds: Collection[RequestKind],
    categories: Collection[Category],
    age: AgeBand,
    on: date,
    ended: Ended,
) -> bool:
    ends = until(row, ended)
    return (
        row.in_force(on)
        and (ends is None or on < ends)
        and age in row.age_bands
        and not row.categories.isdisjoint(categories)
        and not row.requests.isdisjoint(kinds)
    )
