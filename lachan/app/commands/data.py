"""Commands for the data folder: init, doctor, retain, backup, restore."""

from __future__ import annotations

import getpass
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import pyotp
import typer

from lachan.app.bootstrap import KIND, LIVE, open_application
from lachan.app.commands.options import opened
from lachan.app.settings import read_settings
from lachan.domain.account import Role
from lachan.domain.audit import verify
from lachan.domain.errors import InputError, LachanError, RefusedError
from lachan.store.backup import backup as write_backup
from lachan.store.backup import restore as read_backup
from lachan.store.backup_file import new_backup_key

GIB = 1024**3


def init(
    name: str = typer.Option(..., "--admin", help="Name of the first admin."),
    password_stdin: bool = typer.Option(False, help="Read the password from standard input."),
) -> None:
    """Set up a data folder for live work, with its first admin."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else getpass.getpass("Password: ")
    with open_application(read_settings()) as application:
        if application.kind is not None:
            raise RefusedError(f"{application.settings.data} holds {application.kind} data already")
        made = application.accounts.first_admin(name, password)
        with application.database.write() as unit:
            unit.state.set(KIND, LIVE)
        typer.echo(f"data folder: {application.settings.data}")
        typer.echo(f"key file:    {application.settings.key_file}  (back it up apart from the data)")
        assert made.totp_secret is not None
        address = pyotp.TOTP(made.totp_secret).provisioning_uri(name=name, issuer_name="Lá Chắn")
        typer.echo(f"one-time passwords for {name}: {made.totp_secret}\n  {address}")


def doctor() -> None:
    """Check that everything a live system needs is there; exit 1 when something is not."""
    settings = read_settings()
    found: list[tuple[str, bool, str]] = []

    def look(what: str, good: bool, say: str) -> None:
        found.append((what, good, say))

    free = shutil.disk_usage(settings.data if settings.data.exists() else Path.cwd()).free
    look("disk", free > GIB, f"{free / GIB:.1f} GiB free (at least 1 is needed)")
    apart = settings.data not in settings.key_file.parents
    look("keys apart", apart, f"{settings.key_file} is {'outside' if apart else 'INSIDE'} the data folder")
    with open_application(settings) as application:
        look("kind", application.kind is not None, application.kind or "never initialised: lachan init")
        with application.database.read() as unit:
            verdict = verify(unit.audit.links(), checkpoint=unit.audit.checkpoint(), head=unit.audit.head())
            accounts = [account for account in unit.accounts.all() if account.active]
            waiting = unit.outbox.size()
        look("audit", verdict.broken_at is None, f"{verdict.count} events {verdict.why}".strip())
        look("accounts", bool(accounts), f"{len(accounts)} active")
        if not settings.local_login:
            admin = any(a.name == settings.break_glass and a.role is Role.ADMIN for a in accounts)
            look("break glass", admin, f"{settings.break_glass} {'is' if admin else 'is NOT'} an open admin")
        look("outbox", waiting < 10_000, f"{waiting} changes wait for the index")
        try:
            look("judge", True, application.judge.name)
        except LachanError as error:
            look("judge", False, str(error))
        lacking, extra = application.publisher.missing()
        look("index", not extra, f"{len(lacking)} to come, {len(extra)} too many (lachan index rebuild)")
    for what, good, say in found:
        typer.echo(f"{'ok  ' if good else 'BAD '} {what}: {say}")
    if not all(good for _, good, _ in found):
        raise typer.Exit(1)


def retain(as_json: bool = typer.Option(False, "--json")) -> None:
    """Delete what is past its day, destroy its keys, let overdue clocks ring."""
    with opened() as application:
        done = application.retain.run(
            application.review,
            application.notify,
            application.appeals,
            application.sources,
            application.public_reports,
        )
    if as_json:
        typer.echo(json.dumps(asdict(done)))
    else:
        typer.echo(", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in asdict(done).items()))


def backup(
    out: Path = typer.Option(..., help="The file to write; must not exist."),
    backup_key: Path = typer.Option(..., help="Key file of backups (made when missing); keep it apart."),
) -> None:
    """Write an encrypted copy of the data. The key ring is not in it: texts whose key is destroyed stay gone."""
    if out.exists():
        raise InputError(f"{out} exists: choose another name")
    settings = read_settings()
    with opened():
        if not backup_key.exists():
            new_backup_key(backup_key)
            typer.echo(
                f"{backup_key}: a new backup key; keep it apart from the backups, without it none opens"
            )
        write_backup(settings.database_url, out, backup_key)
    typer.echo(f"{out}: {out.stat().st_size} bytes")


def restore(
    file: Path = typer.Option(..., "--from", exists=True, dir_okay=False, help="A file of `backup`."),
    backup_key: Path = typer.Option(..., exists=True, help="Key file of backups."),
) -> None:
    """Read a backup into an empty database, and rebuild the index from it."""
    settings = read_settings()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    read_backup(settings.database_url, file, backup_key)
    with opened() as application:
        size = application.publisher.rebuild()
    typer.echo(f"restored; {size} confirmed cases in the index")


def register(app: typer.Typer) -> None:
    for command in (init, doctor, retain, backup, restore):
        app.command()(command)
