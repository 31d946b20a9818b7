"""Settings: read once from `lachan.toml` and the environment, then never changed.

The environment wins over the file. Relative paths count from the file's folder (without a file, from the current
one); the path within a `database_url` is taken as written. An unknown key is an error:
a mistyped setting must not pass in silence.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from lachan.app.addresses import checked_address
from lachan.app.push import checked_url
from lachan.domain.errors import InputError
from lachan.pipeline.ports import Letterhead

CONFIG_NAME: Final = "lachan.toml"
_MOST_PROCESSES: Final = 64
_KEYS: Final = frozenset(
    {
        "data",
        "database_url",
        "index_url",
        "index_api_key",
        "index_authority",
        "key_file",
        "models",
        "contact",
        "crawl_processes",
        "browser",
        "browser_sources",
        "secure_cookies",
        "desk_url",
        "support",
        "oncall_webhook",
        "alerts_webhook",
        "smtp_url",
        "smtp_from",
        "letterhead",
        "youtube_key",
        "facebook_token",
        "oidc_issuer",
        "oidc_client_id",
        "oidc_client_secret",
        "oidc_second_factors",
        "local_login",
        "break_glass",
    }
)


@dataclass(frozen=True)
class Settings:
    """Where everything is. `index_url` is a folder path (Tantivy) or https://host:9200/name (Elasticsearch, with its
    API key and the file of its certificate authority); `contact` (an address or page) stands in the crawler's user
    agent, so that whoever runs a site can ask who reads it; `crawl_processes` read pages beside the crawler (None: by
    the cores, 0: none); `browser` is the Chromium that reads `browser_sources` (keys), whose pages scripts fill;
    `youtube_key` and `facebook_token` are an operator's keys for the interfaces of these sites. `oidc_…` name the
    provider of identities for single sign-on;
    `oidc_second_factors` are the `acr` and `amr` that count as one; with `local_login` off only the admin `break_glass`
    signs in with a password."""

    data: Path
    database_url: str
    index_url: str
    index_api_key: str | None
    index_authority: Path | None
    key_file: Path
    models: Path | None
    contact: str | None
    secure_cookies: bool
    desk_url: str
    oncall_webhook: str | None
    alerts_webhook: str | None
    smtp_url: str | None
    smtp_from: str | None
    letterhead: Letterhead
    crawl_processes: int | None = None
    browser: str | None = None
    browser_sources: frozenset[str] = frozenset()
    support: str | None = None
    youtube_key: str | None = field(default=None, repr=False)
    facebook_token: str | None = field(default=None, repr=False)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    oidc_second_factors: tuple[str, ...] = ()
    local_login: bool = True
    break_glass: str | None = None


_BLANK_LETTERHEAD: Final = Letterhead(
    parent_body="CÔNG AN TỈNH ………",
    issuer="PHÒNG ………",
    issuer_code="……",
    place="………",
    signer_title="TRƯỞNG PHÒNG",
    signer_name="………",
    contact="………",
)


def read_settings(
    environment: Mapping[str, str] = os.environ, folder: Path | None = None, data: Path | None = None
) -> Settings:
    """Settings from `LACHAN_CONFIG` (or `lachan.toml` in `folder`, default the current one) and `LACHAN_*`.

    `data` (a command-line option) wins over both. Raises InputError saying which key is wrong.
    """
    base = (folder or Path.cwd()).resolve()
    path = Path(environment.get("LACHAN_CONFIG", base / CONFIG_NAME))
    read: dict[str, Any] = {}
    if path.is_file():
        base = path.resolve().parent
        try:
            read = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path} is not valid TOML: {error}") from error
    elif "LACHAN_CONFIG" in environment:
        raise InputError(f"LACHAN_CONFIG names {path}, which is not there")
    unknown = set(read) - _KEYS
    if unknown:
        raise InputError(f"{path} has unknown keys: {', '.join(sorted(unknown))}")

    def value(name: str) -> str | None:
        given = environment.get(f"LACHAN_{name.upper()}") or read.get(name)
        if given is not None and not isinstance(given, (str, bool)):
            raise InputError(f"{name} in {path} must be in quotation marks")
        return None if given is None else str(given)

    def place(name: str) -> Path | None:
        given = value(name)
        return None if given is None else (base / Path(given).expanduser()).resolve()

    folder_ = data.resolve() if data is not None else place("data") or base / "var"

    def yes(name: str, default: str) -> bool:
        given = str(value(name) or default).lower()
        if given not in ("true", "false"):
            raise InputError(f"{name} is true or false")
        return given == "true"

    index_url = value("index_url") or ""
    return Settings(
        data=folder_,
        database_url=value("database_url") or f"sqlite:///{folder_ / 'lachan.db'}",
        index_url=index_url if "://" in index_url else str(place("index_url") or folder_ / "index"),
        index_api_key=value("index_api_key"),
        index_authority=place("index_authority"),
        key_file=place("key_file") or _default_key_file(environment, folder_),
        models=place("models"),
        contact=value("contact"),
        secure_cookies=yes("secure_cookies", "false"),
        desk_url=value("desk_url") or "http://127.0.0.1:8000",
        oncall_webhook=_outward(value("oncall_webhook"), ("http", "https")),
        alerts_webhook=_outward(value("alerts_webhook"), ("http", "https")),
        smtp_url=_outward(value("smtp_url"), ("smtp", "smtps")),
        smtp_from=_sender(value("smtp_from"), value("smtp_url")),
        letterhead=_letterhead(read.get("letterhead", {}), path),
        crawl_processes=_processes(value("crawl_processes")),
        browser=value("browser"),
        browser_sources=_browser_sources(value("browser_sources"), value("browser")),
        support=value("support"),
        youtube_key=value("youtube_key"),
        facebook_token=value("facebook_token"),
        **_single_sign_on(value, local=yes("local_login", "true")),
    )


def _single_sign_on(value: Callable[[str], str | None], *, local: bool) -> dict[str, Any]:
    """The settings of single sign-on, all or none. Raises InputError."""
    issuer, client = value("oidc_issuer"), value("oidc_client_id")
    if (issuer is None) != (client is None):
        raise InputError("set both `oidc_issuer` and `oidc_client_id`, or neither")
    if issuer is not None:
        checked_address(issuer)
    if not local and (issuer is None or value("break_glass") is None):
        raise InputError(
            "`local_login` is off: set `oidc_issuer`, and `break_glass` to the admin who may still sign in"
        )
    return {
        "oidc_issuer": issuer,
        "oidc_client_id": client,
        "oidc_client_secret": value("oidc_client_secret"),
        "oidc_second_factors": tuple((value("oidc_second_factors") or "").replace(",", " ").split()),
        "local_login": local,
        "break_glass": value("break_glass"),
    }


def _outward(url: str | None, schemes: tuple[str, str]) -> str | None:
    """`url`, if alarms may go out by it: over TLS, or to this very machine."""
    if url is not None:
        checked_url(url, schemes)
    return url


def _processes(given: str | None) -> int | None:
    if given is not None and not (given.isascii() and given.isdecimal() and int(given) <= _MOST_PROCESSES):
        raise InputError(f"crawl_processes is a number up to {_MOST_PROCESSES}, in quotation marks")
    return None if given is None else int(given)


def _browser_sources(given: str | None, browser: str | None) -> frozenset[str]:
    keys = frozenset((given or "").replace(",", " ").split())
    if keys and browser is None:
        raise InputError("set `browser` to the path of a Chromium: `browser_sources` are read by it")
    return keys


def _sender(given: str | None, smtp_url: str | None) -> str | None:
    if smtp_url is not None and (given is None or "@" not in given or given.split() != [given]):
        raise InputError("set `smtp_from` to the e-mail address that alarms come from")
    return given


def _default_key_file(environment: Mapping[str, str], data: Path) -> Path:
    """Outside the data folder, so that a copy of the folder is not a copy of the keys."""
    home = Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    tag = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return home / "lachan" / f"keys-{tag}.json"


def _letterhead(given: Any, path: Path) -> Letterhead:
    names = {field.name for field in fields(Letterhead)}
    if not isinstance(given, dict) or set(given) - names:
        raise InputError(f"[letterhead] in {path} may have: {', '.join(sorted(names))}")
    return Letterhead(**{n: str(given.get(n, getattr(_BLANK_LETTERHEAD, n))) for n in names})
