"""`lachan`: one entry point. Errors of ours, a full disk and a file that cannot be used come out as one line on
standard error and exit status 1 (2 for bad usage); nothing else is caught."""

from __future__ import annotations

import errno
import sys

import typer

from lachan import __version__
from lachan.app.commands import data, demo, directory, judge, lists, model, read, training, work
from lachan.domain.errors import LachanError

app = typer.Typer(
    name="lachan",
    help="Lá Chắn: finds public posts that endanger minors and brings each before a person who decides.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    pass


for family in (demo, data, work, training, judge, lists, model, directory, read):
    family.register(app)


def main() -> None:
    """The console script."""
    try:
        app()
    except LachanError as error:
        print(f"lachan: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away (`| head`): not our fault, not worth a traceback
        raise SystemExit(1) from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            say = "the disk is full: free space and start again; what was committed is whole"
        elif error.filename is not None:
            say = f"{error.filename}: {error.strerror}; put that right and start again"
        else:
            raise
        print(f"lachan: {say}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
