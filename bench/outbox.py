"""A long outbox, its publisher killed again and again: is anything lost or doubled, and does memory stay flat? Prints
one line of JSON.

    python bench/outbox.py [--cases 500000] [--kills 5]

Cases are copies of 500 short posts. Each publisher is a process of its own; `peak_mib` is what each had taken when a
tenth of its batches was done, and at its end.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classifiers.normalise import normalise
from index import open_index
from lachan.pipeline.ports import SearchRequest
from lachan.pipeline.publish import BATCH, Publisher
from tests.faults.backlog import fill, publishing


def publish(folder: Path, location: str, batches: int | None) -> list[tuple[int, int]]:
    """(cases done, MiB taken) after each batch of one publisher; killed in the middle of that batch, if given."""
    process = publishing(folder, location, "publisher")
    assert process.stdout is not None
    told = []
    for line in process.stdout:
        first, *rest = line.split()
        if first.isdigit():
            told.append((int(first), int(rest[0])))
        elif first == "sending" and batches is not None and len(told) >= batches:
            time.sleep(random.random() * 0.2)
            process.kill()
    code = process.wait()
    if batches is None and code != 0:
        raise subprocess.CalledProcessError(code, "publisher")
    return told


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=50_000)
    options.add_argument("--kills", type=int, default=5)
    given = options.parse_args()
    random.seed(1)
    result: dict[str, Any] = {"bench": "outbox", "cases": given.cases, "kills": given.kills}
    with tempfile.TemporaryDirectory() as name:
        folder, location = Path(name), f"{name}/index"
        database = fill(folder, given.cases)
        start, memory, done = time.perf_counter(), [], 0
        share = max(1, given.cases // BATCH // (given.kills + 1))
        for batches in [*(random.randint(1, share) for _ in range(given.kills)), None]:
            told = publish(folder, location, batches)
            memory.append({"early": told[len(told) // 10][1], "end": told[-1][1]})
            done += told[-1][0]
        seconds = time.perf_counter() - start
        result |= {"seconds": round(seconds), "cases_per_second": round(done / seconds), "peak_mib": memory}
        index = open_index(location, normalise)
        start = time.perf_counter()
        compared = Publisher(database, index, lambda: datetime.now(UTC), reader=normalise).compare()
        result["verify_seconds"] = round(time.perf_counter() - start)
        result["verify_peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        result |= {
            "confirmed": compared.confirmed,
            "missing": len(compared.missing),
            "too_many": len(compared.extra),
            "different": len(compared.changed),
            "found_by_search": index.search(SearchRequest("", limit=1)).total,
        }
        with database.read() as unit:
            result["waiting"] = unit.outbox.size()
        database.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
