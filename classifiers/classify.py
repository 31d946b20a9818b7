"""The stream behind `lachan classify`: JSON Lines in, one object out for each, in order; nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from lachan.domain.assessment import Assessment
from lachan.domain.taxonomy import Audience
from lachan.pipeline.ports import Judge, JudgeInput

#: Code points of a line; a longer one is refused unread.
LONGEST_LINE: Final = 1_000_000
BATCH: Final = 256


class _BadLine(Exception):
    """A line that cannot be judged; `id` where it could still be read."""

    def __init__(self, message: str, item: str | int | None = None) -> None:
        super().__init__(message)
        self.item = item


def _read(line: str) -> tuple[str | int, JudgeInput]:
    if len(line) > LONGEST_LINE:
        raise _BadLine(f"the line has {len(line)} characters, the most is {LONGEST_LINE}: split the text")
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadLine(f"this is no JSON object: {error}") from error
    if not isinstance(data, dict):
        raise _BadLine("a line must be one JSON object with `id` and `text`")
    item = data.get("id")
    if isinstance(item, bool) or not isinstance(item, str | int):
        raise _BadLine("`id` must be a string or a whole number")
    text = data.get("text")
    if not isinstance(text, str):
        raise _BadLine("`text` must be a string", item)
    given = data.get("source_audience", Audience.GENERAL.value)
    try:
        audience = Audience(given)
    except ValueError as error:
        raise _BadLine("`source_audience` must be `minors` or `general`", item) from error
    return item, JudgeInput(text, audience)


def _written(item: str | int, assessment: Assessment) -> dict[str, Any]:
    return {
        "id": item,
        "route": assessment.route.value,
        "labels": [
            {"category": label.category.value, "score": round(label.score, 4)} for label in assessment.labels
        ],
        "context": assessment.context.value,
        "urgent": assessment.urgent,
        "spans": [
            {"start": span.start, "end": span.end, "category": span.category.value}
            for span in assessment.spans
        ],
        "model": assessment.model,
    }


def classify_lines(judge: Judge, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One object a line, in order. A bad line gives `{"id" or null, "line", "error"}` and the run goes on.

    `line` counts from 1. Blank lines are bad lines too, so that input and output stay in step.
    """
    numbered = enumerate(lines, 1)
    while batch := list(_first(numbered, BATCH)):
        good: list[JudgeInput] = []
        plan: list[tuple[int, str | int | None, str | None]] = []
        for number, line in batch:
            try:
                item, asked = _read(line)
            except _BadLine as bad:
                plan.append((number, bad.item, str(bad)))
                continue
            good.append(asked)
            plan.append((number, item, None))
        answers = iter(judge.assess(good))
        for number, about, error in plan:
            if error is not None or about is None:
                yield {"id": about, "line": number, "error": error}
            else:
                yield _written(about, next(answers))


def _first(numbered: Iterator[tuple[int, str]], count: int) -> Iterator[tuple[int, str]]:
    for _, pair in zip(range(count), numbered, strict=False):
        yield pair
