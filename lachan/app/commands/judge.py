"""Commands for the judge: classify, train, evaluate."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import typer

import classifiers
from classifiers.classify import classify_lines
from classifiers.evaluate import evaluate as measure
from classifiers.evaluation_page import to_html
from classifiers.labelled import read
from lachan.app.settings import read_settings
from lachan.domain.errors import InputError


def classify(file: str = typer.Argument("-", help="JSON Lines of posts; - is standard input.")) -> None:
    """Judge posts: JSON Lines in, JSON Lines out, in order. Stores nothing.

    In: {"id", "text", "source_audience": "minors"|"general"}. A bad line gives {"id", "line", "error"} in its
    place; then the exit status is 1.
    """
    judge = classifiers.load_judge(read_settings().models)
    if file != "-" and not Path(file).is_file():
        raise InputError(f"{file} is not a file")
    bad = False
    with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as stream:
        for row in classify_lines(judge, (line.decode("utf-8", "replace") for line in stream)):
            bad = bad or "error" in row
            print(json.dumps(row, ensure_ascii=False), flush=False)
    if bad:
        raise typer.Exit(1)


def train(
    data: list[Path] = typer.Option(
        ..., exists=True, dir_okay=False, help="Labelled JSON Lines; repeatable."
    ),
    out: Path = typer.Option(..., help="Folder for the model."),
    seed: int = typer.Option(0),
    encoder: Path | None = typer.Option(
        None, exists=True, file_okay=False, help="Fine-tune the Hugging Face encoder in this folder."
    ),
    epochs: int = typer.Option(4, min=1, help="With --encoder: how often each post is seen."),
) -> None:
    """Train the judge on labelled posts. Going live is another matter: the gate decides."""

    # Here, not above: what fits a model (scikit-learn, SciPy) costs every other command its start.
    from classifiers.hugging_face_training import Plan
    from classifiers.hugging_face_training import train as fine_tune
    from classifiers.train import train as fit

    def say(line: str) -> None:
        typer.echo(line, err=True)

    if encoder is None:
        report = fit(data, out, seed, say=say)
    else:
        packaged = classifiers.default_folder()
        report = fine_tune(data, encoder, out, packaged, Plan(epochs=epochs, seed=seed), say)
    typer.echo(json.dumps(asdict(report), ensure_ascii=False, indent=1))


def evaluate(
    data: Path = typer.Option(..., exists=True, dir_okay=False, help="Labelled JSON Lines."),
    html: Path | None = typer.Option(None, help="Write the figures and every error as a page."),
    model: Path | None = typer.Option(
        None, exists=True, file_okay=False, help="Another model folder, or a Hugging Face one."
    ),
) -> None:
    """Measure the judge on labelled posts. On top the figures; under `detail` each with its 95 % interval, by
    category, register and length, whether scores mean what they say, and what the marked words carry."""
    judge = classifiers.load_judge(model or read_settings().models)
    result = measure(judge, read([data]))
    said = {"model": result.model, "posts": result.posts, **result.figures(), "detail": result.document()}
    typer.echo(json.dumps(said, ensure_ascii=False, indent=1))
    if html is not None:
        html.write_text(to_html(result), encoding="utf-8")


def register(app: typer.Typer) -> None:
    for command in (classify, train, evaluate):
        app.command()(command)
