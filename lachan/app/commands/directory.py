"""Commands for the directory of offices that can help: import, list. Verifying is done at the desk."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Final

import typer

from lachan.app.bootstrap import clock
from lachan.app.commands.options import acting, opened
from lachan.domain.account import Role
from lachan.domain.area import Area
from lachan.domain.directory import DirectoryEntry
from lachan.domain.errors import InputError
from lachan.domain.referral import Contact, RecipientKind
from lachan.pipeline.directory import RowProblem

directory = typer.Typer(help="Offices that help children, by commune and province.", no_args_is_help=True)

COLUMNS: Final = ("kind", "office", "province", "commune", "phone", "email", "address", "hours")
NEEDED: Final = ("kind", "office")
MOST_BYTES: Final = 8 * 2**20
_SHOWN: Final = 50  # problems
_AS = typer.Option(None, "--as", help="Which account; default LACHAN_ACCOUNT.")


@directory.command("import")
def import_offices(
    file: Path = typer.Argument(exists=True, dir_okay=False, help="CSV in UTF-8, the first row its columns."),
    account: str | None = _AS,
) -> None:
    """Write the offices of a file down, all or none; each waits until somebody else verifies it at the desk."""
    rows, problems = read_rows(file)
    with opened(live=True) as application:
        actor = acting(application, account, Role.ADMIN)
        if not problems:
            added, problems = application.directory.import_rows(actor, rows)
    if problems:
        for one in problems[:_SHOWN]:
            where = f"row {one.row}, {one.column}" if one.column else f"row {one.row}"
            print(f"{where}: {one.message}", file=sys.stderr)
        raise InputError(f"{len(problems)} things to mend in {file}; nothing was imported")
    typer.echo(f"{added} offices written down; each waits for somebody else to verify it at the desk")


@directory.command("list")
def list_offices(
    province: str = typer.Option("", help="Of one province of today, and nothing else."),
    account: str | None = _AS,
    as_json: bool = typer.Option(False, "--json"),
) -> None:
    """The offices, how to reach them and until when they are verified; what is stale or waits last."""
    with opened() as application:
        actor = acting(application, account, Role.ADMIN)
        key = application.directory.units.province(province) if province else ""
        if key is None:
            raise InputError(f"there is no province of today called {province}")
        found = application.directory.find(actor, area=Area(key))
    for entry in found:
        row = _row(entry)
        typer.echo(
            json.dumps(row, ensure_ascii=False) if as_json else "  ".join(str(row[k]) for k in row if row[k])
        )


def _row(entry: DirectoryEntry) -> dict[str, str | int]:
    until = entry.verified_until
    return {
        "id": entry.id,
        "standing": entry.standing(clock()).value,
        "verified_until": until.date().isoformat() if until else "",
        **{name: str(getattr(entry.contact, name)) for name in COLUMNS},
    }


def read_rows(file: Path) -> tuple[list[tuple[int, Contact]], list[RowProblem]]:
    """The rows of a CSV file with their numbers (the head is row 1), and what cannot be read as one. Raises
    InputError where the file as a whole is wrong."""
    if file.stat().st_size > MOST_BYTES:
        raise InputError(f"the file is larger than {MOST_BYTES // 2**20} MB: split it")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"the file is not in UTF-8 (byte {error.start}): save it as CSV UTF-8") from error
    rows: list[tuple[int, Contact]] = []
    problems: list[RowProblem] = []
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"the file is no CSV: {error}") from error
    head = [name.strip() for name in table[0]] if table else []
    if sorted(set(head)) != sorted(head) or not set(NEEDED) <= set(head) <= set(COLUMNS):
        raise InputError(f"the first row names the columns: {', '.join(COLUMNS)}; kind and office are needed")
    for number, cells in enumerate(table[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            problems.append(RowProblem(number, "", f"{len(cells)} cells instead of {len(head)}"))
            continue
        named = dict(zip(head, cells, strict=True))
        try:
            kind = RecipientKind(named.pop("kind").strip())
        except ValueError:
            wanted = ", ".join(each for each in RecipientKind if each is not RecipientKind.HOTLINE_111)
            problems.append(RowProblem(number, "kind", f"write one of {wanted}"))
            continue
        rows.append((number, Contact(kind, **named)))
    return rows, problems


def register(app: typer.Typer) -> None:
    app.add_typer(directory, name="directory")
