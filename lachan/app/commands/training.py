"""`lachan training`: the training desk."""

from __future__ import annotations

import threading
from typing import Final

import typer
import uvicorn

from lachan.app.bootstrap import Application, open_application
from lachan.app.commands.work import HOST
from lachan.app.desk import desk_app
from lachan.app.settings import read_settings
from lachan.app.training import begin, people_of, training_folder, training_settings
from lachan.domain.errors import LachanError

UPKEEP_EVERY: Final = 2.0  # seconds


def training(port: int = typer.Option(8001, min=1, max=65535)) -> None:
    """The training desk beside the live one: the same accounts, invented cases; nothing done there goes anywhere."""
    settings = read_settings()
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
        typer.echo(f"the training desk: http://{HOST}:{port}")
        try:
            uvicorn.run(desk_app(application), host=HOST, port=port, log_level="warning", server_header=False)
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
