"""Commands for the model that judges: propose, approve, withdraw, show."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from lachan.app.bootstrap import Application
from lachan.app.commands.options import opened, proven
from lachan.app.live_judge import forget_copy, keep_copy
from lachan.domain.errors import InputError, LachanError
from lachan.pipeline.models import Passed

model = typer.Typer(help="The model that judges.", no_args_is_help=True)

_AS = typer.Option(None, "--as", help="Which admin; signs in with password and one-time code.")
_STDIN = typer.Option(False, help="Read password and one-time code from standard input, a line each.")
_DIGEST = typer.Argument(help="The digest, or its first digits (lachan model show).")


@model.command("propose")
def propose(
    folder: Path = typer.Argument(exists=True, file_okay=False, help="A model folder."),
    account: str | None = _AS,
    credentials_stdin: bool = _STDIN,
) -> None:
    """Ask that a model goes live: it is copied, tried on the canaries and measured against the floors."""
    with opened(live=True) as application, proven(application, account, stdin=credentials_stdin) as actor:
        digest = keep_copy(application.settings, folder)
        try:
            passed = application.models.propose(actor, digest)
        except LachanError:
            if digest not in {each.digest for each in application.models.all()}:
                forget_copy(application.settings, digest)
            raise
    _say(passed, "waits for another admin")


@model.command("approve")
def approve(digest: str = _DIGEST, account: str | None = _AS, credentials_stdin: bool = _STDIN) -> None:
    """The second admin's yes, after the same trial; from the next run on this model judges."""
    with opened(live=True) as application, proven(application, account, stdin=credentials_stdin) as actor:
        passed = application.models.approve(actor, _whole(application, digest))
    _say(passed, "judges from now on")


@model.command("withdraw")
def withdraw(digest: str = _DIGEST, account: str | None = _AS, credentials_stdin: bool = _STDIN) -> None:
    """Back to the model approved before, in the end to the release's own. One admin is enough."""
    with opened(live=True) as application, proven(application, account, stdin=credentials_stdin) as actor:
        application.models.withdraw(actor, _whole(application, digest))
        now = application.models.current()
    typer.echo(f"withdrawn; {now.name if now is not None else 'the model of the release'} judges from now on")


@model.command("show")
def show(as_json: bool = typer.Option(False, "--json")) -> None:
    """Which model judges, and which were proposed."""
    with opened() as application:
        judging = application.judge.name
        known = [{**asdict(each), "state": each.state.value} for each in application.models.all()]
    if as_json:
        typer.echo(json.dumps({"judging": judging, "models": known}, ensure_ascii=False, default=str))
        return
    typer.echo(f"judging: {judging}")
    for each in known:
        approved = f", approved by {each['approved_by']}" if each["approved_by"] else ""
        typer.echo(f"{each['name']}  {each['state']}, proposed by {each['proposed_by']}{approved}")


def _whole(application: Application, digest: str) -> str:
    found = [each.digest for each in application.models.all() if each.digest.startswith(digest.lower())]
    if len(digest) < 6 or len(found) != 1:
        raise InputError(f"{digest} names no one model: give at least 6 digits of one in `lachan model show`")
    return found[0]


def _say(passed: Passed, what: str) -> None:
    typer.echo(json.dumps(dict(passed.figures)))
    typer.echo(f"{passed.name} ({passed.digest}): {what}")


def register(app: typer.Typer) -> None:
    app.add_typer(model, name="model")
