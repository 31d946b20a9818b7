"""`lachan import --trial`: judge any file and keep nothing but a summary."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final

import typer

import classifiers
from lachan.app.settings import read_settings
from lachan.domain.errors import InputError
from lachan.domain.taxonomy import Route
from lachan.pipeline.import_rows import BadRow, ImportRow, RowFormat, read_rows
from lachan.pipeline.ports import JudgeInput

BATCH: Final = 500  # rows judged together


def trial(lines: Iterable[str], form: RowFormat, columns: Mapping[str, str], show: int) -> dict[str, Any]:
    """Counts by route and category, lines flagged, rows a second, peak memory (MiB); `show` rows on stderr.

    A file for a trial needs no `url`: it is judged as an import, so no source's audience helps the judge.
    """
    judge = classifiers.load_judge(read_settings().models)
    routes: Counter[str] = Counter()
    categories: Counter[str] = Counter()
    flagged: list[int] = []
    bad = 0
    rows = read_rows(lines, form, columns, need_url=False)
    began = time.monotonic()
    while batch := list(islice(rows, BATCH)):
        good = [row for row in batch if isinstance(row, ImportRow)]
        bad += sum(isinstance(row, BadRow) for row in batch)
        verdicts = judge.assess([JudgeInput(row.text, imported=True) for row in good])
        for row, verdict in zip(good, verdicts, strict=True):
            routes[verdict.route.value] += 1
            categories.update(category.value for category in verdict.categories)
            if verdict.route is not Route.NONE:
                flagged.append(row.line)
                if len(flagged) <= show:
                    typer.echo(f"line {row.line} [{', '.join(verdict.categories)}]: {row.text}", err=True)
    seconds = time.monotonic() - began
    judged = sum(routes.values())
    if not judged:
        raise InputError("no row could be read: map the text column with --column text=NAME")
    return {
        "judged": judged,
        "bad_rows": bad,
        "by_route": {route.value: routes[route.value] for route in Route},
        "by_category": dict(categories.most_common()),
        "flagged_lines": flagged,
        "seconds": round(seconds, 2),
        "rows_per_second": round(judged / seconds),
        "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "model": judge.name,
    }
