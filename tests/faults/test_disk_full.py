"""A full disk ends the work with a line that says what to do; with room again the same folder goes on.

A small file system of memory stands in for the disk; mounting it takes root or user namespaces, and where neither
can be had the test fails, since nothing else tells.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

import pytest

from tests.app.conftest import Demo, Installation
from tests.app.sums import check_sums
from tests.faults.killing import ROOT, SAME

SIZE: Final = 12 * 1024  # KiB of the whole disk

_SCRIPT: Final = """
set -u
mount -t tmpfs -o size={size}k,mode=700 tmpfs "$LACHAN_DATA"
head -c {filler}k /dev/zero > "$LACHAN_DATA/filler"
"{python}" -m lachan.app.cli demo --once --json > first.out 2> first.err
echo $? > first.code
rm "$LACHAN_DATA/filler"
"{python}" -m lachan.app.cli demo --once --json > second.out 2> second.err
echo $? > second.code
"{python}" -m lachan.app.cli audit verify > verify.out 2>&1
echo $? > verify.code
"""


@dataclass(frozen=True)
class Told:
    """What the commands in the small world said."""

    first: tuple[int, str]
    second: tuple[int, str, str]
    verified: int


def _in_a_small_world(installation: Installation, room: int) -> Told:
    (installation.folder / "data").mkdir()
    script = _SCRIPT.format(size=SIZE, filler=SIZE - room, python=sys.executable)
    alone = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    done = subprocess.run(
        [*alone, "bash", "-c", script],
        cwd=installation.folder,
        env={**installation.environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    def read(name: str) -> str:
        return (installation.folder / name).read_text("utf-8")

    return Told(
        (int(read("first.code")), read("first.err")),
        (int(read("second.code")), read("second.out"), read("second.err")),
        int(read("verify.code")),
    )


@pytest.mark.slow
@pytest.mark.parametrize("room", [100, 1000, 1700], ids=lambda room: f"{room}k")
def test_a_full_disk(demo: Demo, installation: Installation, room: int) -> None:
    """Room for nothing, for a part of the crawl, for nearly all of it."""
    told = _in_a_small_world(installation, room)
    code, words = told.first
    assert code == 1
    line = words.splitlines()[-1]
    assert line.startswith("lachan: ")
    assert "disk is full: free space and start again" in line or "free space" in line
    assert "Traceback" not in words
    code, out, words = told.second
    assert code == 0, words
    counts = json.loads(out)
    check_sums(counts)
    for name in SAME:
        assert counts[name] == demo.counts[name], name
    assert told.verified == 0
