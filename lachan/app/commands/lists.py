"""Commands for vetted lists of child-protection bodies: issuer, add, confirm, show, remove."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import typer

from lachan.app.commands.options import opened, proven
from lachan.app.live_judge import try_list, try_list_terms
from lachan.domain.errors import InputError
from lachan.domain.vetted_list import ListContent, read
from lachan.store.signature import read_public_key

lists = typer.Typer(help="Vetted lists of child-protection bodies.", no_args_is_help=True)

_AS = typer.Option(None, "--as", help="Which admin; signs in with password and one-time code.")
_STDIN = typer.Option(False, help="Read password and one-time code from standard input, a line each.")


@lists.command("issuer")
def issuer(
    name: str,
    key: Path = typer.Option(..., exists=True, dir_okay=False, help="Ed25519 public key, PEM or base64."),
    until: str = typer.Option(..., help="Last day on which the key is trusted, like 2027-06-30."),
    account: str | None = _AS,
    credentials_stdin: bool = _STDIN,
) -> None:
    """Register the public key of a child-protection body; another admin confirms it."""
    try:
        last = date.fromisoformat(until)
    except ValueError:
        raise InputError(f"--until wants a day like 2027-06-30, not {until!r}") from None
    raw = read_public_key(key.read_bytes())
    with opened(live=True) as application, proven(application, account, stdin=credentials_stdin) as actor:
        application.lists.propose_issuer(actor, name, raw, last)
    typer.echo(f"{name}: waits for another admin: lachan lists confirm {name} --issuer")


@lists.command("add")
def add(
    file: Path = typer.Argument(exists=True, dir_okay=False, help="The list, as its issuer signed it."),
    signature: Path = typer.Option(..., exists=True, dir_okay=False, help="The signature, 64 bytes."),
    harmless: Path = typer.Option(
        ..., exists=True, dir_okay=False, help="Harmless texts, one a line, to try the terms on."
    ),
    account: str | None = _AS,
    credentials_stdin: bool = _STDIN,
) -> None:
    """Bring a signed list; it finds nothing until another admin confirms it."""
    with opened(live=True) as application, proven(application, account, stdin=credentials_stdin) as actor:
        texts = 0

        def trial(new: ListContent) -> None:
            nonlocal texts
            texts = try_list_terms(new, harmless)
            try_list(application.judge, application.lists.active(), new)

        new = application.lists.propose(actor, file.read_bytes(), signature.read_bytes(), trial)
    tried = f", tried on {texts} harmless texts" if texts else ""
    typer.echo(
        f"{new.name}: {len(new.urls)} addresses, {len(new.terms)} terms{tried}; waits for another admin"
    )


@lists.command("confirm")
def confirm(
    name: str,
    is_issuer: bool = typer.Option(False, "--issuer", help="Confirm an issuer, not a list."),
    account: str | None = _AS,
    credentials_stdin: bool = _STDIN,
) -> None:
    """The second admin's yes to a list or an issuer."""
    with opened(live=True) as application, proven(application, account, stdin=credentials_stdin) as actor:
        if is_issuer:
            application.lists.confirm_issuer(actor, name)
        else:
            others = application.lists.active()
            application.lists.confirm(actor, name, lambda new: try_list(application.judge, others, new))
    typer.echo(f"{name}: in use")


@lists.command("remove")
def remove(
    name: str,
    is_issuer: bool = typer.Option(False, "--issuer", help="Remove an issuer and all its lists."),
    account: str | None = _AS,
    credentials_stdin: bool = _STDIN,
) -> None:
    """Use a list, or an issuer and its lists, no longer: at once; the entries are deleted."""
    with opened(live=True) as application, proven(application, account, stdin=credentials_stdin) as actor:
        if is_issuer:
            application.lists.remove_issuer(actor, name)
        else:
            application.lists.remove(actor, name)
    typer.echo(f"{name}: removed")


@lists.command("show")
def show(as_json: bool = typer.Option(False, "--json")) -> None:
    """Issuers and lists, with counts; never an entry."""
    with opened() as application, application.database.read() as unit:
        issuers: list[dict[str, object]] = [
            {
                "name": each.name,
                "state": each.state.value,
                "expires_on": each.expires_on.isoformat(),
                "public_key": each.public_key.hex(),
            }
            for each in unit.lists.issuers()
        ]
        kept: list[dict[str, object]] = []
        for each in unit.lists.all():
            content = read(each.document)
            kept.append(
                {
                    "name": each.name,
                    "issuer": each.issuer,
                    "state": each.state.value,
                    "category": content.category.value,
                    "expires_on": each.expires_on.isoformat(),
                    "addresses": len(content.urls),
                    "terms": len(content.terms),
                    "sha256": each.digest,
                }
            )
    if as_json:
        typer.echo(json.dumps({"issuers": issuers, "lists": kept}, ensure_ascii=False))
        return
    for row in [*issuers, *kept]:
        typer.echo("  ".join(f"{name} {value}" for name, value in row.items()))


def register(app: typer.Typer) -> None:
    app.add_typer(lists, name="lists")
