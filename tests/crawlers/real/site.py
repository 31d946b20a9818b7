"""A program that runs on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from lachan.domain.post import SourceKind
from tests.crawlers.real.planted import Planted

START_SECONDS = 60


class NotInstalled(Exception):
    """The program, or something that it needs, is not here; says what to do."""


@dataclass(frozen=True)
class Place:
    """What of the site is registered as a source: `path` is where reading begins, `planted` what it must give."""

    key: str
    kind: SourceKind
    path: str
    planted: Planted


@dataclass(frozen=True)
class Site:
    """`version` as the program names itself."""

    version: str
    url: str
    places: tuple[Place, ...]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], url: str, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Start a server and wait until `url` answers; end it with its children afterwards."""
    with log.open("ab") as words:
        process = subprocess.Popen(
            command, env={**os.environ, **(environment or {})}, stdout=words, stderr=words, start_new_session=True
        )  # fmt: skip
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(
                    f"{command[0]} does not serve {url}: {log.read_text('utf-8', 'replace')[-2000:]}"
                )
            time.sleep(0.1)
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=20):
            return True
    except HTTPError:
        return True
    except (URLError, OSError):
        return False
