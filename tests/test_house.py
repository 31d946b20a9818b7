"""Rules that are checks: layers, types, style, and no file that outgrew its noun."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PACKAGES = ("lachan", "crawlers", "classifiers", "index", "review_ui")


@pytest.mark.parametrize(
    "command",
    [("lint-imports",), ("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)],
    ids=lambda command: command[0] + "-" + command[-1].strip("-."),
)
def test_the_tools_find_nothing(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path.read_text("utf-8").strip() and not path.read_text("utf-8").lstrip().startswith('"""')
    ]
    assert silent == []


def test_no_file_outgrew_its_noun() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if (lines := path.read_text("utf-8").count("\n")) > 480
    }
    assert long == {}


def test_nothing_is_called_utils() -> None:
    names = {path.stem for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert names.isdisjoint({"utils", "util", "helpers", "helper", "manager", "common", "misc"})
