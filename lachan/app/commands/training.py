"""`lachan training`: the training desk."""

from __future__ import annotations

import threading
from typing import Final

import typer
import uvicorn

from lachan.app.addresses import checked_address
from lachan.app.bootstrap import Application, clock, open_application
from lachan.app.commands.work import HOST
from lachan.app.desk import desk_app
from lachan.app.settings import read_settings
from lachan.app.training import begin, people_of, training_folder, training_settings
from lachan.app.training_door import open_door
from lachan.domain.errors import LachanError
from lachan.pipeline.training_pass import Arrivals

UPKEEP_EVERY: Final = 2.0  # seconds


def training(
    port: int = typer.Option(8001, min=1, max=65535),
    url: str | None = typer.Option(
        None, help="How browsers reach it, where a proxy stands before it: https://NAME"
    ),
) -> None:
    """The training desk beside the live one: the same people, invented cases; nothing done there goes anywhere."""
    settings = read_settings()
    address = checked_address(url or f"http://{HOST}:{port}")
    with open_application(settings) as live:
        people = people_of(live)
    with (
        training_folder(settings) as folder,
        open_application(training_settings(settings, folder)) as application,
    ):
        begin(application, people)
        ended = threading.Event()
        upkeep = threading.Thread(target=_upkeep, args=(application, ended), daemon=True)
        upkeep.start()
        arrivals = Arrivals(application.database, clock, open_door(folder, address))
        typer.echo(f"the training desk: {address}; people come in from the live desk, by *Bản tập*")
        try:
            uvicorn.run(
                desk_app(application, arrivals),
                host=HOST,
                port=port,
                log_level="warning",
                server_header=False,
            )
        finally:
            ended.set()
            upkeep.join()


def _upkeep(application: Application, ended: threading.Event) -> None:
    """What `lachan run` does for live data, as far as an officer sees it."""
    while not ended.wait(UPKEEP_EVERY):
        try:
            application.publisher.drain()
            application.review.expire_claims()
            application.oncall.run()
        except LachanError as error:
            typer.echo(str(error), err=True)


def register(app: typer.Typer) -> None:
    app.command()(training)
