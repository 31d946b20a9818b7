"""Kill a demo at random moments and see that nothing is lost or doubled. Prints one line of JSON.

    python bench/kills.py [--points 50] [--seed N]

The moments are spread over the stages (crawl, assess, decide, publish); five at a time fall on one data folder,
one after the other, each followed by a new start. At the end the sums, the audit chain and the index must agree
with an undisturbed run. Exit 1 when one folder does not.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.app.conftest import Installation
from tests.faults.killing import Point, Stage, check_whole, kill_and_resume

A_FOLDER = 5  # kills of one data folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    given = parser.parse_args()
    dice = random.Random(given.seed)
    moments = [Point(i % len(Stage), dice.random()) for i in range(given.points)]
    began, died, whole, faults = time.monotonic(), 0, 0, []
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = kill_and_resume(_fresh(Path(folder, "undisturbed")), [])[1]
        for start in range(0, len(moments), A_FOLDER):
            part = sorted(moments[start : start + A_FOLDER])
            installation = _fresh(Path(folder, str(start)))
            try:
                killed, counts = kill_and_resume(installation, part)
                died += killed
                check_whole(installation, counts, undisturbed)
                whole += 1
            except AssertionError as error:
                faults.append(f"{', '.join(map(str, part))}: {error}")
    print(
        json.dumps(
            {
                "bench": "kills",
                "points": given.points,
                "seed": given.seed,
                "killed": died,
                "by_stage": {stage.value: sum(p.stage is stage for p in moments) for stage in Stage},
                "folders": -(-given.points // A_FOLDER),
                "whole": whole,
                "faults": faults,
                "inboxed": undisturbed["inboxed"],
                "seconds": round(time.monotonic() - began),
            }
        )
    )
    raise SystemExit(bool(faults))


def _fresh(folder: Path) -> Installation:
    folder.mkdir()
    return Installation(folder, patience=1800)


if __name__ == "__main__":
    main()
