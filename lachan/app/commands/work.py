"""Commands that do the work: crawl, import, assess, publish, recheck, run, serve, stop, resume."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer
import uvicorn

from crawlers.browser import Browser, Scripted
from crawlers.run import run_crawl
from crawlers.warc import warc_rows
from lachan.app.bootstrap import Application, clock
from lachan.app.commands.options import acting, opened
from lachan.app.push import ALERTS_SECRET, WEBHOOK_SECRET
from lachan.app.scheduler import Scheduler
from lachan.app.trial import trial
from lachan.domain.account import Role
from lachan.domain.errors import InputError, LachanError
from lachan.pipeline.crawl_status import Silence, crawl_status
from lachan.pipeline.import_rows import RowFormat, read_rows
from lachan.pipeline.intake import Imported
from lachan.pipeline.ports import CrawlSummary

#: What an operator looks at first when a source fell silent.
SEEN = {
    Silence.NO_POSTS: "pages come without posts: another layout, or behind a log-in?",
    Silence.FAILING: "its pages fail: see the errors",
    Silence.REFUSED: "robots.txt forbids it now",
    Silence.NOT_READ: "nobody asked for its pages: is `lachan run` up, is its budget or its hours too narrow?",
}
HOST = "127.0.0.1"  # a reverse proxy with TLS stands before it; see docs/operators.md


def crawl_here(application: Application, keys: list[str]) -> CrawlSummary:
    """Crawl in this very process (the reactor runs once a process): all active sources, or those named."""
    wanted = keys or [source.key for source in application.sources.active()]
    if not wanted:
        return CrawlSummary(problems=("no source is active, or everything is stopped",))
    settings = application.settings
    return run_crawl(
        lambda: application.intake,
        wanted,
        application.worker.name,
        contact=application.contact,
        allow_loopback=application.loopback,
        access=application.api_access,
        processes=settings.crawl_processes,
        scripted=Scripted(settings.browser_sources, Browser(settings.browser) if settings.browser else None),
    )


def crawl(
    source: list[str] = typer.Option([], help="Only these sources; repeatable."),
    as_json: bool = typer.Option(False, "--json"),
    status: bool = typer.Option(
        False, "--status", help="Read nothing: say how reading goes, source by source."
    ),
) -> None:
    """Read the registered places once, politely; what is new goes to the inbox."""
    if status:
        _show_status(source, as_json=as_json)
        return
    with opened() as application:
        done = crawl_here(application, source)
    typer.echo(json.dumps(asdict(done), ensure_ascii=False) if as_json else _say(done))


def _show_status(wanted: list[str], *, as_json: bool) -> None:
    """Exit 1 where a source fell silent."""
    with opened() as application, application.database.read() as unit:
        found = [one for one in crawl_status(unit, clock()) if not wanted or one.key in wanted]
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, default=str))
    for one in found if not as_json else ():
        last = one.last_success.isoformat(timespec="minutes") if one.last_success else "never"
        typer.echo(
            f"{one.key} [{one.state.value}]: last page {last}; in 7 days {one.pages} pages, {one.unchanged} unchanged, "
            f"{one.posts} posts, {one.new} new; robots.txt refused {one.robots_refused}; waiting {one.backlog}"
        )
        if one.budget.as_numbers():
            bounds = ", ".join(f"{name} {value}" for name, value in one.budget.as_numbers().items())
            typer.echo(f"  budget: {bounds}; today {one.pages_today} pages, {one.bytes_today} bytes")
        if one.held_back:
            typer.echo(f"  waits: {one.held_back}")
        for word, count in sorted(one.errors.items()):
            typer.echo(f"  {word}: {count}")
    silent = [(one.key, one.silent) for one in found if one.silent]
    for key, seen in silent:
        typer.echo(f"SILENT {key}: gave posts before and none now; {SEEN[seen]}", err=True)
    if silent:
        raise typer.Exit(1)


def _say(done: CrawlSummary) -> str:
    line = (
        f"{done.pages} pages ({done.unchanged} more unchanged), {done.extracted} posts: "
        f"{done.inboxed} new, {done.duplicates} known; "
        f"robots.txt refused {done.robots_refused}, errors {done.errors}"
    )
    return "\n".join([line, *(f"  {problem}" for problem in done.problems)])


def import_(
    file: Path = typer.Argument(
        exists=True, dir_okay=False, help="JSON Lines (.jsonl), CSV (.csv) or WARC (.warc, .warc.gz)."
    ),
    source: str | None = typer.Option(None, help="The registered source that the rows come from."),
    column: list[str] = typer.Option([], help="Column mapping FIELD=NAME, e.g. text=content; repeatable."),
    trial_only: bool = typer.Option(False, "--trial", help="Judge any file; store nothing; print a summary."),
    show: int = typer.Option(0, min=0, help="With --trial: print this many flagged rows to the terminal."),
    account: str | None = typer.Option(None, "--as", help="Who imports."),
) -> None:
    """Bring posts of a registered source from a file to the inbox, or try the judge on any file."""
    columns: dict[str, str] = {}
    for pair in column:
        field, sign, name = pair.partition("=")
        if not sign:
            raise InputError(f"--column wants FIELD=NAME, not {pair!r}")
        columns[field] = name
    if file.name.lower().endswith((".warc", ".warc.gz")):
        if trial_only or columns or source is None:
            raise InputError("a WARC file is read for one registered source: --source KEY, and nothing else")
        with opened(live=True) as application:
            actor = acting(application, account, Role.ADMIN)
            with application.database.read() as unit:
                place = unit.sources.get(source)
            rows = warc_rows(file, place, clock())
            _tell(application.intake.import_rows(actor.name, source, rows))
        return
    form = RowFormat.CSV if file.suffix.lower() == ".csv" else RowFormat.JSONL
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        if trial_only:
            typer.echo(json.dumps(trial(lines, form, columns, show), ensure_ascii=False, indent=1))
            return
        if source is None:
            raise InputError("name the registered source: --source KEY (or only try the file: --trial)")
        with opened(live=True) as application:
            actor = acting(application, account, Role.ADMIN)
            done = application.intake.import_rows(actor.name, source, read_rows(lines, form, columns))
    _tell(done)


def _tell(done: Imported) -> None:
    for row in done.bad:
        typer.echo(f"line {row.line}: {row.error}", err=True)
    got = done.received
    typer.echo(f"{got.inboxed} to the inbox, {got.duplicates} known already, {len(done.bad)} left out")
    if done.bad:
        raise typer.Exit(1)


def assess(as_json: bool = typer.Option(False, "--json")) -> None:
    """Judge what waits in the inbox: dropped at once, or a case."""
    with opened() as application:
        done = application.assess.drain()
    if as_json:
        typer.echo(json.dumps(asdict(done)))
        return
    typer.echo(
        f"{done.judged} judged: {done.dropped} dropped, {done.opened} cases opened, {done.joined} joined; "
        f"{done.failed} failed"
    )
    if done.held_back:
        typer.echo(
            f"{done.held_back} of them held back: too many of one thread or source; see the review queue"
        )
    for key in done.halted:
        typer.echo(f"HALTED {key}: more than 20 % of its last posts were flagged; look at it", err=True)


def publish() -> None:
    """Bring the search index up to what people confirmed."""
    with opened() as application:
        if application.publisher.lost():
            raise LachanError("the search index is gone; the desk goes on without. Run: lachan index rebuild")
        typer.echo(f"{application.publisher.drain()} changes published")


def recheck() -> None:
    """Look again at pages that a child or guardian asked to be gone, after 1, 7 and 30 days."""
    with opened() as application:
        typer.echo(f"{application.rechecks.run()} pages looked at")


def oncall(
    secret: bool = typer.Option(False, "--secret", help="Print the secret that signs the webhook, in hex."),
) -> None:
    """Raise alarms for urgent cases of the protection queue, and tell who is on call."""
    with opened() as application:
        if secret:
            typer.echo(application.keys.secret(WEBHOOK_SECRET).hex())
        else:
            typer.echo(f"{application.oncall.run()} alarms told")


def alerts(
    secret: bool = typer.Option(False, "--secret", help="Print the secret that signs the webhook, in hex."),
) -> None:
    """Tell analysts of the new counts that they asked to be told of, each once."""
    with opened() as application:
        if secret:
            typer.echo(application.keys.secret(ALERTS_SECRET).hex())
            return
        done = application.telling.run()
    typer.echo(f"{done.told} told, {done.sent} sent, {done.over} over")


def run() -> None:
    """Work by the schedule until stopped (Ctrl-C): crawl, assess, publish, alerts, recheck, retain."""
    with opened(live=True) as application:
        Scheduler(application.database, application.worker.name).run()


def serve(port: int = typer.Option(8000, min=1, max=65535)) -> None:
    """The desk, on this machine."""
    with opened() as application:
        from lachan.app.desk import desk_app  # here: no other command pays for the web framework

        uvicorn.run(desk_app(application), host=HOST, port=port, log_level="warning", server_header=False)


def stop(
    source: str | None = typer.Option(None, help="One source; without it, everything."),
    account: str | None = typer.Option(None, "--as", help="Who stops."),
) -> None:
    """Stop one source, or everything, at once."""
    with opened() as application:
        application.sources.stop(acting(application, account, Role.ADMIN), source)
    typer.echo(f"stopped: {source or 'everything'}; `lachan resume` lifts it")


def resume(
    source: str | None = typer.Option(None, help="One source; without it, everything."),
    account: str | None = typer.Option(None, "--as", help="Which admin."),
) -> None:
    """Lift a stop. A stopped source waits for two people again."""
    with opened() as application:
        application.sources.resume(acting(application, account, Role.ADMIN), source)
    typer.echo(f"resumed: {source or 'everything'}")


def register(app: typer.Typer) -> None:
    for command in (crawl, assess, publish, recheck, oncall, alerts, run, serve, stop, resume):
        app.command()(command)
    app.command("import")(import_)
