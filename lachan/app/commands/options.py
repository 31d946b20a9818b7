"""What several commands share: opening the data folder, and who acts."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from lachan.app.bootstrap import DEMO, TRAINING, Application, open_application
from lachan.app.settings import read_settings
from lachan.domain.account import Actor, Role
from lachan.domain.errors import InputError, RefusedError


@contextmanager
def opened(*, live: bool = False) -> Iterator[Application]:
    """The application on the configured data folder. Raises RefusedError for a folder never initialised,
    and, with `live`, for a demo folder."""
    with open_application(read_settings()) as application:
        if application.kind is None:
            raise RefusedError(
                f"{application.settings.data} holds nothing yet: run `lachan init` (or `lachan demo`) first"
            )
        if live and application.kind in (DEMO, TRAINING):
            raise RefusedError(
                f"{application.settings.data} is a {application.kind} folder, its data can never become live: "
                "choose another folder with LACHAN_DATA"
            )
        yield application


def acting(application: Application, name: str | None, role: Role) -> Actor:
    """The account that acts by the command line: `--as`, else LACHAN_ACCOUNT; in a demo folder the one
    demo account of `role`. Such an actor is never interactive and cannot decide."""
    name = name or os.environ.get("LACHAN_ACCOUNT")
    if name is None and application.kind == DEMO:
        with application.database.read() as unit:
            name = next(account.name for account in unit.accounts.all() if account.role is role)
    if name is None:
        raise InputError("say who acts: --as ACCOUNT, or LACHAN_ACCOUNT")
    return application.accounts.named(name)


@contextmanager
def proven(application: Application, name: str | None, *, stdin: bool = False) -> Iterator[Actor]:
    """An actor who signs in here and now, with password and one-time code, asked for at the terminal or read from
    standard input, a line each; signed out at the end. For acts that need two persons."""
    name = name or os.environ.get("LACHAN_ACCOUNT")
    if name is None:
        raise InputError("say who acts: --as ACCOUNT, or LACHAN_ACCOUNT")
    if stdin:
        password, code = (sys.stdin.readline().rstrip("\n") for _ in range(2))
    else:
        password, code = getpass.getpass(f"Password of {name}: "), getpass.getpass("One-time code: ")
    token, actor = application.accounts.sign_in(name, password, code)
    try:
        yield actor
    finally:
        application.accounts.sign_out(token)
