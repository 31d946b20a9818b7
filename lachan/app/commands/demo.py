"""`lachan demo`: the whole job on a sample town, on this machine alone."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from typing import Any, Final

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from lachan.app.bootstrap import Application, clock, open_application
from lachan.app.commands.work import HOST
from lachan.app.demo import (
    claim_folder,
    counts,
    crawl_in_child,
    decide_once,
    measure,
    only_one,
    register_places,
    town_of,
)
from lachan.app.demo_accounts import DemoLogin, make_accounts
from lachan.app.settings import read_settings
from lachan.app.town_server import TownServer
from lachan.domain.errors import LachanError
from lachan.pipeline.ports import ReportFormat, ReportKind
from lachan.reports.period import week_of

UPKEEP_EVERY: Final = 2.0  # seconds
console = Console(stderr=True)


def demo(
    once: bool = typer.Option(False, "--once", help="Do it all, without staying up."),
    as_json: bool = typer.Option(False, "--json", help="Print the counts as one JSON object."),
    port: int = typer.Option(8000, min=1, max=65535, help="Where the desk is served."),
) -> None:
    """A sample town crawled, judged, decided in part; then the desk on http://127.0.0.1:8000.

    Everything in it is invented. The data folder (LACHAN_DATA, by default ./var) is marked as a demo's and can
    never become live. A second start goes on where the first stopped.
    """
    settings = read_settings()
    with only_one(settings), open_application(settings) as application:
        claim_folder(application)
        logins = make_accounts(application)
        with town_of(application) as town:
            result = _work(application, town, logins)
            typer.echo(json.dumps(result, ensure_ascii=False) if as_json else _say(result))
            if not once:
                _serve(application, logins, port)


def _work(application: Application, town: TownServer, logins: list[DemoLogin]) -> dict[str, Any]:
    began = time.monotonic()
    steps = ("read the pages", "judge the posts", "decide a handful", "publish", "sum up the week")
    with Progress(
        TextColumn("{task.description:<18}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        task = progress.add_task(steps[0], total=len(steps))

        def next_step(number: int) -> None:
            progress.update(task, completed=number, description=steps[min(number, len(steps) - 1)])

        register_places(application, town, logins)
        crawl_in_child(application.settings.data)
        next_step(1)
        application.assess.drain()
        next_step(2)
        decided = decide_once(application, town, logins)
        next_step(3)
        application.publisher.drain()
        next_step(4)
        first, last = week_of(clock().date() - timedelta(days=7))
        page = application.reports.write(ReportKind.WEEKLY, first, last, ReportFormat.HTML)
        (application.settings.data / "weekly.html").write_bytes(page)
        next_step(5)
    return counts(application, decided, time.monotonic() - began, measure(application, town))


def _say(result: dict[str, Any]) -> str:
    recall = result["recall"]
    routes = result["cases"]["by_route"]
    return "\n".join(
        [
            f"{result['pages_fetched']} pages read ({result['robots_refused']} refused by robots.txt), "
            f"{result['posts_extracted']} posts, {result['dropped']} dropped at once",
            f"{routes['review']} review cases, {routes['protect']} protection cases; "
            f"{result['decided']} decided, {result['approved']} approved by a second person, "
            f"{result['indexed']} in the index",
            f"of {recall['planted']} harmful posts planted {recall['found']} were found; "
            f"of {recall['harmless']} harmless ones {recall['false_flags']} were flagged",
            f"{result['seconds']} s",
        ]
    )


def _serve(application: Application, logins: list[DemoLogin], port: int) -> None:
    table = Table("account", "role", "password", title="Demo accounts (codes are shown on the log-in page)")
    for login in logins:
        table.add_row(login.name, login.role.value, login.password)
    console.print(table)
    console.print(f"the desk: [bold]http://{HOST}:{port}[/]   (Ctrl-C ends it)")
    from lachan.app.desk import desk_app  # here: no other command pays for the web framework

    desk = desk_app(application)
    config = uvicorn.Config(desk, host=HOST, port=port, log_level="warning", server_header=False)
    ended = threading.Event()
    upkeep = threading.Thread(target=_upkeep, args=(application, ended), daemon=True)
    upkeep.start()
    try:
        uvicorn.Server(config).run()
    finally:
        ended.set()
        upkeep.join()


def _upkeep(application: Application, ended: threading.Event) -> None:
    """What `lachan run` does for live data: what people decide is published, claims run out."""
    while not ended.wait(UPKEEP_EVERY):
        try:
            application.publisher.drain()
            application.review.expire_claims()
        except LachanError as error:
            console.print(f"[yellow]{error}[/]")


def register(app: typer.Typer) -> None:
    app.command()(demo)
