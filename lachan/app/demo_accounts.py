"""The demo's accounts: one a role and a second admin; their passwords lie in the demo folder for all to see."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyotp

from lachan.app.bootstrap import Application, clock
from lachan.domain.account import Actor, Role
from lachan.domain.errors import NotFound
from lachan.pipeline.accounts import TOTP_STEP, SignInFailed

FILE_NAME: Final = "demo-accounts.json"
FIRST_ADMIN: Final = "quan-tri"
#: Who creates whom: the second admin, created by the first, creates the approver.
NAMES: Final = (
    (FIRST_ADMIN, Role.ADMIN, None),
    ("quan-tri-2", Role.ADMIN, FIRST_ADMIN),
    ("can-bo", Role.OFFICER, FIRST_ADMIN),
    ("phe-duyet", Role.APPROVER, "quan-tri-2"),
    ("bao-ve", Role.PROTECTION_OFFICER, FIRST_ADMIN),
    ("phan-tich", Role.ANALYST, FIRST_ADMIN),
    ("kiem-toan", Role.AUDITOR, FIRST_ADMIN),
)


@dataclass(frozen=True)
class DemoLogin:
    """What somebody needs to sign in to the demo."""

    name: str
    role: Role
    password: str
    totp_secret: str | None


def make_accounts(application: Application) -> list[DemoLogin]:
    """Create what is missing; passwords are written down first, so that a kill in between locks nobody out."""
    path = application.settings.data / FILE_NAME
    passwords = _passwords(path)
    if set(passwords) != {name for name, _, _ in NAMES}:
        passwords = {name: secrets.token_urlsafe(12) for name, _, _ in NAMES}
        path.touch(mode=0o600)
        path.write_text(json.dumps(passwords, indent=1), encoding="utf-8")
    for name, role, by in NAMES:
        with application.database.read() as unit:
            if any(account.name == name for account in unit.accounts.all()):
                continue
        if by is None:
            application.accounts.first_admin(name, passwords[name])
        else:
            application.accounts.create(application.accounts.named(by), name, role, passwords[name])
    return read_accounts(application)


def read_accounts(application: Application) -> list[DemoLogin]:
    """The demo's log-ins, from its folder and its sealed secrets."""
    passwords = _passwords(application.settings.data / FILE_NAME)
    logins = []
    with application.database.read() as unit:
        for name, role, _ in NAMES:
            try:
                secret = unit.accounts.credentials(name).totp_secret
            except NotFound:
                continue
            logins.append(DemoLogin(name, role, passwords.get(name, ""), secret))
    return logins


def sign_in(application: Application, login: DemoLogin) -> Actor:
    """Sign in as a person at the desk does: password and one-time password.

    The script uses the code of half a minute ago (clocks may drift by one step), since a code works once and
    the one valid now is for the newcomer. A script that was cut off and starts again at once finds that one
    used: then it takes the next, or waits for it.
    """
    if login.totp_secret is None:
        return application.accounts.sign_in(login.name, login.password, None)[1]
    while True:
        with application.database.read() as unit:
            used = unit.accounts.credentials(login.name).last_totp_step
        while (step := max(_step() - 1, used + 1)) > _step() + 1:
            time.sleep(1)
        code = pyotp.TOTP(login.totp_secret).generate_otp(step)
        try:
            return application.accounts.sign_in(login.name, login.password, code)[1]
        except SignInFailed:
            if step >= _step() - 1:
                raise  # not because the half minute passed meanwhile


def _step() -> int:
    return int(clock().timestamp()) // TOTP_STEP


def _passwords(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    read = json.loads(path.read_text(encoding="utf-8"))
    return {str(name): str(password) for name, password in read.items()}
