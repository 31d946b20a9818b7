"""Where log-ins may go: over TLS, or to this very machine."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from lachan.domain.errors import InputError

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def checked_address(url: object, *, like: str | None = None) -> str:
    """`url`, if it is https, or http to this very machine (where the issuer, `like`, is there too). Raises
    InputError."""
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    here = parts.scheme == "http" and parts.hostname in _LOOPBACK
    issuer_here = like is None or urlsplit(like).hostname in _LOOPBACK
    named = bool(parts.hostname) and not (parts.username or parts.password or parts.fragment)
    if not named or not (parts.scheme == "https" or (here and issuer_here)):
        raise InputError(f"{parts.scheme}://{parts.hostname} does not do: log-ins go by https:// only")
    return str(url)
