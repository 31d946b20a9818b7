"""The demo, run once for all tests of the commands: as a newcomer would, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Installation:
    """A data folder and its keys, in an empty home. `patience`: seconds for a command."""

    folder: Path
    patience: float = 300

    @property
    def environment(self) -> dict[str, str]:
        # Without CI: some libraries behave there, and only there.
        kept = {n: v for n, v in os.environ.items() if not n.startswith("LACHAN_") and n != "CI"}
        return {
            **kept,
            "HOME": str(self.folder / "home"),
            "XDG_CONFIG_HOME": str(self.folder / "home" / ".config"),
            "LACHAN_DATA": str(self.folder / "data"),
        }

    def run(self, *arguments: str, stdin: str | None = None, **environment: str) -> Ran:
        """`lachan ARGUMENTS` in a folder without a configuration."""
        done = subprocess.run(
            [sys.executable, "-m", "lachan.app.cli", *arguments],
            cwd=self.folder,
            env={**self.environment, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=self.patience,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Demo:
    """A demo that ran, and what it printed."""

    installation: Installation
    counts: dict[str, Any]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    installation = Installation(tmp_path_factory.mktemp("demo"))
    ran = installation.run("demo", "--once", "--json")
    assert ran.code == 0, ran.err
    return Demo(installation, json.loads(ran.out))
