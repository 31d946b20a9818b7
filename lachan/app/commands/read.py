"""Commands that read: search, report, metrics, audit verify, index."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lachan.app.bootstrap import clock
from lachan.app.commands.options import acting, opened
from lachan.domain.account import Role
from lachan.domain.audit import verify as verify_chain
from lachan.domain.case import case_number
from lachan.domain.errors import InputError, LachanError, QueryError
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import ReportFormat, ReportKind, SearchRequest, SortBy
from lachan.pipeline.publish import LEASE_NAME, REBUILD_DUE
from lachan.reports.period import VIETNAM, week_of

audit = typer.Typer(help="The audit log.", no_args_is_help=True)
index = typer.Typer(help="The search index; SQL is the truth.", no_args_is_help=True)


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise InputError(f"{option} wants a day like 2026-11-22, not {text!r}") from None


def search(
    query: str,
    first: str | None = typer.Option(None, "--from", help="First day, like 2026-11-01."),
    last: str | None = typer.Option(None, "--to", help="Last day, inclusive."),
    category: Category | None = typer.Option(None),
    limit: int = typer.Option(20, min=1, max=1000),
    sort: SortBy = typer.Option(SortBy.RELEVANCE),
    as_json: bool = typer.Option(False, "--json"),
    account: str | None = typer.Option(None, "--as", help="Who searches."),
) -> None:
    """Search what people confirmed; with or without accents, exact spelling first."""
    request = SearchRequest(query, _day(first, "--from"), _day(last, "--to"), category, limit, sort=sort)
    with opened() as application:
        actor = acting(application, account, Role.ANALYST)
        try:
            answer = application.search.find(actor, request)
        except QueryError as error:
            raise QueryError(f"{error}\n  {query}\n  {' ' * error.position}^", error.position) from None
    if as_json:
        hits = [
            {
                "case": hit.case,
                "score": round(hit.score, 4),
                "published_at": hit.published_at.isoformat(),
                "categories": [category.value for category in hit.categories],
                "source": hit.source,
                "snippet": hit.snippet,
            }
            for hit in answer.hits
        ]
        typer.echo(json.dumps({"total": answer.total, "hits": hits}, ensure_ascii=False))
        return
    table = Table("case", "day", "categories", "source", "text", box=None)
    for hit in answer.hits:
        snippet = Text(hit.snippet)
        for start, end in hit.marks:
            snippet.stylize("bold reverse", start, end)
        day = f"{hit.published_at:%d/%m/%Y}"
        table.add_row(case_number(hit.case), day, ", ".join(hit.categories), hit.source, snippet)
    console = Console()
    console.print(table)
    console.print(f"{answer.total} found")


def report(
    kind: ReportKind = typer.Argument(help="weekly (default: last whole week) or adhoc."),
    first: str | None = typer.Option(None, "--from"),
    last: str | None = typer.Option(None, "--to"),
    form: ReportFormat = typer.Option(ReportFormat.HTML, "--format"),
    out: Path = typer.Option(..., help="The file to write."),
) -> None:
    """Sum up what people confirmed, as a page, a table or JSON."""
    begin, end = _day(first, "--from"), _day(last, "--to")
    if kind is ReportKind.WEEKLY:
        begin, end = week_of(begin or end or clock().astimezone(VIETNAM).date() - timedelta(days=7))
    if begin is None or end is None or begin > end:
        raise InputError("say the days: --from 2026-11-16 --to 2026-11-22")
    with opened() as application:
        out.write_bytes(application.reports.write(kind, begin, end, form))
    typer.echo(f"{out}: {begin:%d/%m/%Y} – {end:%d/%m/%Y}")


@audit.command("verify")
def audit_verify() -> None:
    """Walk the chain: exit 0 and a count, or exit 1 and the first broken link."""
    with opened() as application, application.database.read() as unit:
        verdict = verify_chain(
            unit.audit.links(),
            checkpoint=unit.audit.checkpoint(),
            key=application.keys.secret("audit"),
            head=unit.audit.head(),
        )
    if verdict.broken_at is not None:
        raise LachanError(f"the chain is broken at event {verdict.broken_at}: {verdict.why}")
    typer.echo(f"{verdict.count} events, the chain is whole")


@index.command("rebuild")
def index_rebuild() -> None:
    """Write the index anew from SQL; searches go on meanwhile."""
    with opened() as application:
        size = application.publisher.rebuild()
    if size < 0:
        raise LachanError("another publisher is at work: try again in a minute")
    typer.echo(f"{size} confirmed cases")


@index.command("status")
def index_status(as_json: bool = typer.Option(False, "--json")) -> None:
    """How much is in the index, how much waits for it, and who publishes."""
    with opened() as application:
        held = len(application.index.cases())
        with application.database.read() as unit:
            told = {
                "where": application.settings.index_url,
                "cases": held,
                "waiting": unit.outbox.size(),
                "publisher": unit.leases.holder(LEASE_NAME, clock()),
                "rebuild_due": unit.state.get(REBUILD_DUE) is not None,
            }
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        for name, value in told.items():
            typer.echo(f"{name.replace('_', ' ')}: {'-' if value is None else value}")


@index.command("verify")
def index_verify() -> None:
    """Compare with SQL, row for row and field for field; exit 1 when they differ."""
    with opened() as application:
        found = application.publisher.compare()
    typer.echo(f"{len(found.missing)} missing, {len(found.extra)} too many, {len(found.changed)} different")
    if not found.clean:
        raise typer.Exit(1)


def metrics(
    port: int = typer.Option(9464, min=1, max=65535),
    once: bool = typer.Option(False, "--once", help="Print them once and end, for a text-file collector."),
) -> None:
    """Counts for Prometheus, on this machine alone: sources, queues, what waits. No text, address or person."""
    from lachan.app.metrics import LOOPBACK, exposition, serve

    with opened() as application:
        if once:
            typer.echo(exposition(application.database, clock), nl=False)
            return
        wait, _ = serve(application.database, clock, port)
        typer.echo(f"http://{LOOPBACK}:{port}/metrics")
        with suppress(KeyboardInterrupt):
            wait()


def register(app: typer.Typer) -> None:
    app.command()(search)
    app.command()(report)
    app.command()(metrics)
    app.add_typer(audit, name="audit")
    app.add_typer(index, name="index")
