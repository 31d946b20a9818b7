"""The labelled set: one JSON object a line, read, checked by TAXONOMY's rules, and kept free of near-copies.

labelled files -> rows (validated) -> near_copies within, overlap between
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lachan.domain.errors import InputError
from lachan.domain.taxonomy import (
    TESTIMONY_ONLY,
    AgeBand,
    Audience,
    Category,
    Context,
    Route,
    route_of,
)

REGISTERS: Final = ("standard", "teencode", "no_diacritics", "evasive")


@dataclass(frozen=True)
class Row:
    """One labelled post. `pair` names the minimal pair that it is a half of, or is None."""

    id: str
    text: str
    categories: tuple[Category, ...]
    context: Context
    urgent: bool
    age: AgeBand
    audience: Audience
    register: str
    pair: str | None

    @property
    def route(self) -> Route:
        return route_of(self.categories, self.context)


def _row(data: dict[str, Any]) -> Row:
    row = Row(
        id=str(data["id"]),
        text=str(data["text"]),
        categories=tuple(Category(name) for name in data["categories"]),
        context=Context(data["context"]),
        urgent=bool(data["urgent"]),
        age=AgeBand(data["age"]),
        audience=Audience(data["audience"]),
        register=str(data["register"]),
        pair=None if data.get("pair_id") is None else str(data["pair_id"]),
    )
    if not row.text.strip():
        raise ValueError("the text is empty")
    if row.register not in REGISTERS:
        raise ValueError(f"register {row.register!r} is none of {', '.join(REGISTERS)}")
    if (row.context is Context.OTHER) != (not row.categories):
        raise ValueError("context is `other` exactly when there are no categories")
    if row.context is Context.PROMOTING and TESTIMONY_ONLY.intersection(row.categories):
        raise ValueError("this category is learnt from victims' and witnesses' words alone")
    if row.context is not Context.PROMOTING and Category.AGE_UNSUITABLE in row.categories:
        raise ValueError("age_unsuitable is `promoting` only")
    if row.urgent and not row.categories:
        raise ValueError("a harmless text is not urgent")
    return row


def read(paths: Sequence[Path]) -> list[Row]:
    """Every row of the files, in order. Raises InputError naming the file and line of the first fault."""
    rows: list[Row] = []
    seen: set[str] = set()
    for path, number, line in _lines(paths):
        try:
            data = json.loads(line)
            row = _row(data)
            if row.id in seen:
                raise ValueError(f"the id {row.id} was used before")
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path.name}, line {number}: {error}") from error
        seen.add(row.id)
        rows.append(row)
    return rows


def _lines(paths: Sequence[Path]) -> Iterator[tuple[Path, int, str]]:
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read as UTF-8 text ({error})") from error
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield path, number, line


def digest(path: Path) -> str:
    """SHA-256 of a data file, as the model card names it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
