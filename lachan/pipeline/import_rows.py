"""Rows of a JSON Lines or CSV file of posts: each one good, or bad with a reason that says what to do."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from lachan.domain.errors import InputError

HANOI: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
MAX_FIELD: Final = 5_000_000  # characters
FIELDS: Final = ("text", "url", "published_at")
REQUIRED: Final = ("text", "url")


class RowFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True)
class ImportRow:
    """One post of a file; `line` counts from 1, the header included. An author is hashed and struck from texts, as
    one that was read on a page; never kept."""

    line: int
    text: str
    url: str
    published_at: datetime | None
    author: str | None = None
    thread_url: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class BadRow:
    """A row that was left out; `error` never repeats the row's text."""

    line: int
    error: str


def read_rows(
    lines: Iterable[str],
    format: RowFormat,
    columns: Mapping[str, str] | None = None,
    *,
    need_url: bool = True,
) -> Iterator[ImportRow | BadRow]:
    """Read row by row, in constant memory; times without a zone are Vietnam's.

    `columns` maps `text`, `url`, `published_at` to the file's own names. Without `need_url` (a trial, which
    stores nothing) only the text is read. Raises InputError, naming them, when a CSV lacks columns, and when
    `columns` names an unknown field.
    """
    unknown = sorted(set(columns or ()) - set(FIELDS))
    if unknown:
        raise InputError(f"unknown field {', '.join(unknown)}: columns can be mapped for {', '.join(FIELDS)}")
    fields = FIELDS if need_url else ("text",)
    names = {field: (columns or {}).get(field, field) for field in fields}
    mapped = need_url and columns is not None and "published_at" in columns
    return _csv(lines, names, mapped) if format is RowFormat.CSV else _jsonl(lines, names)


def _csv(lines: Iterable[str], names: Mapping[str, str], mapped_time: bool) -> Iterator[ImportRow | BadRow]:
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(line.replace("\0", "") for line in lines)
    try:
        header = [name.strip().removeprefix("\ufeff") for name in next(reader, [])]
    except csv.Error as error:
        raise InputError(f"the header cannot be read as CSV: {error}") from error
    required = [field for field in REQUIRED if field in names]
    needed = [names[field] for field in (FIELDS if mapped_time else required)]
    missing = [name for name in needed if name not in header]
    if missing:
        raise InputError(
            f"the file lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"it has: {', '.join(header) or 'none'}. Map columns by option, as in --column text=comment"
        )
    where = {field: header.index(name) for field, name in names.items() if name in header}
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(reader.line_num, f"not CSV: {error}")
            continue
        if not cells:
            continue
        if len(cells) <= max(where[field] for field in required):
            yield BadRow(reader.line_num, f"{len(cells)} cells where the header has {len(header)}")
            continue
        yield _row(reader.line_num, {f: cells[i] if i < len(cells) else None for f, i in where.items()})


def _jsonl(lines: Iterable[str], names: Mapping[str, str]) -> Iterator[ImportRow | BadRow]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line.removeprefix("\ufeff"))
        except (ValueError, RecursionError):
            yield BadRow(number, "not JSON: write one object a line")
            continue
        if not isinstance(value, dict):
            yield BadRow(number, "not an object: write one object a line")
            continue
        yield _row(number, {field: value.get(name) for field, name in names.items()})


def _row(line: int, values: Mapping[str, object]) -> ImportRow | BadRow:
    text, url, when = values.get("text"), values.get("url"), values.get("published_at")
    if not isinstance(text, str) or not text.strip():
        return BadRow(line, "the text is missing or empty")
    if "url" not in values:
        return ImportRow(line, text, "", None)
    if not isinstance(url, str) or not _is_web(url.strip()):
        return BadRow(line, "the url is missing or no web address")
    if when is None or when == "":
        return ImportRow(line, text, url.strip(), None)
    moment = _moment(when)
    if moment is None:
        return BadRow(line, "published_at cannot be read: write it as 2026-11-20T08:15:00+07:00")
    return ImportRow(line, text, url.strip(), moment)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _moment(value: object) -> datetime | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(str(value).strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=HANOI)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
