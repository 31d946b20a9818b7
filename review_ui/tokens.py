"""Cookies and form tokens.

session cookie (HttpOnly, SameSite=Strict) -> form token = HMAC(secret, session)
visit cookie, the same without log-in      -> form token of the log-in and appeal forms
sign-on cookie (HttpOnly, SameSite=Lax)    -> binds a log-in under way at the provider to this browser
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from lachan.pipeline.accounts import SESSION_FOR
from lachan.pipeline.ports import KeyRing
from lachan.pipeline.sso import TICKET_FOR

_SECRET: Final = "desk-forms"  # noqa: S105 - the name of a key, not a key
YEAR: Final = 365 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Cookies:
    """The names in use; `__Host-` binds a cookie to this host and to HTTPS."""

    secure: bool
    kind: str = ""

    @property
    def session(self) -> str:
        return f"{'__Host-' if self.secure else ''}lachan{self.kind}"

    @property
    def visit(self) -> str:
        return f"{self.session}-visit"

    @property
    def sign_on(self) -> str:
        return f"{self.session}-sso"

    def open_sign_on(self, response: Response, token: str) -> None:
        """Comes back with the provider's answer, which is a visit from elsewhere: Lax, and for ten minutes."""
        seconds = int(TICKET_FOR.total_seconds())
        response.set_cookie(
            self.sign_on,
            token,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def end_sign_on(self, response: Response) -> None:
        response.delete_cookie(self.sign_on, path="/", secure=self.secure, httponly=True, samesite="lax")

    def start(self, response: Response, token: str) -> None:
        """After log-in: a new session cookie, and the visit's is gone (no fixation)."""
        self._set(response, self.session, token, int(SESSION_FOR.total_seconds()))
        response.delete_cookie(self.visit, path="/", secure=self.secure, httponly=True, samesite="strict")

    def end(self, response: Response) -> None:
        response.delete_cookie(self.session, path="/", secure=self.secure, httponly=True, samesite="strict")

    def open_visit(self, response: Response, token: str) -> None:
        self._set(response, self.visit, token, None)

    def keep(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        """A setting of this browser: language, blurring, grey pictures. Nothing secret."""
        self._set(response, f"lachan-{name}", value, seconds or YEAR)

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="strict"
        )


def new_visit() -> str:
    return secrets.token_urlsafe(24)


def form_token(keys: KeyRing, cookie: str) -> str:
    """What every form of this session (or visit) carries; another session's does not fit."""
    return hmac.new(keys.secret(_SECRET), cookie.encode(), hashlib.sha256).hexdigest()


def token_fits(keys: KeyRing, cookie: str, given: str) -> bool:
    return bool(cookie) and hmac.compare_digest(form_token(keys, cookie).encode(), given.encode())
