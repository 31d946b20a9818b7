"""What may go live: a model whose digest the release pins, that flags no canary and stands above its floors.

The canaries are harmless posts, peaceful crowds and opinions unmarked among others, so that the list cannot
serve to train their opposite. A refusal is an error, never a warning. All are tried before a release, a promotion and
a vetted list; the first file again at every start, which shows a machine or a file that judges otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from classifiers.evaluate import Evaluation, assess_rows
from classifiers.labelled import Row
from lachan.domain.errors import InputError, RefusedError
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import Judge

#: Files of the labelled data that the floors are measured on.
FLOOR_FILES: Final = ("test.jsonl",)
#: Files of the labelled data that hold the canaries; those of the first are the quicker ones.
CANARY_FILES: Final = ("canaries.jsonl", "canaries-outspoken.jsonl")


class Identified(Judge, Protocol):
    """A judge that can go live: it names every file and setting it was made of."""

    @property
    def digest(self) -> str:
        """SHA-256, 64 hex digits."""
        ...


@dataclass(frozen=True)
class Release:
    """`RELEASE.json`: the pinned digests (64 hex digits) and the floors (`at_least`) and ceilings (`at_most`)
    of named figures."""

    digests: frozenset[str]
    at_least: dict[str, float]
    at_most: dict[str, float]


def read_release(path: Path) -> Release:
    """Raises InputError when it is missing or malformed."""
    try:
        data = json.loads(path.read_text("utf-8"))
        return Release(
            frozenset(str(digest) for digest in data["digests"]),
            {str(name): float(value) for name, value in data["at_least"].items()},
            {str(name): float(value) for name, value in data["at_most"].items()},
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: no readable release file ({error})") from error


def flagged_canaries(judge: Judge, canaries: Sequence[Row]) -> list[str]:
    """Ids of the canaries that the judge flags."""
    return [
        row.id
        for row, said in zip(canaries, assess_rows(judge, canaries), strict=True)
        if said.route is not Route.NONE
    ]


def check_live(
    judge: Identified, canaries: Sequence[Row], release: Release, promoted: str | None = None
) -> None:
    """Raises RefusedError unless the release pins this model, or two people promoted just this digest, and it flags
    not one canary. An empty list of canaries proves nothing and is refused.
    """
    if judge.digest not in release.digests and judge.digest != promoted:
        raise RefusedError(
            f"{judge.name} is not pinned by the release, and no two people promoted it: it may not go live"
        )
    check_canaries(judge, canaries)


def check_canaries(judge: Judge, canaries: Sequence[Row]) -> None:
    """Raises RefusedError when one is flagged, or when there are none."""
    if not canaries:
        raise RefusedError("there are no canaries to try the model on; install the labelled data")
    flagged = flagged_canaries(judge, canaries)
    if flagged:
        raise RefusedError(
            f"{judge.name} flags harmless canaries ({', '.join(flagged[:5])}); it may not go live"
        )


def check_floors(evaluation: Evaluation, release: Release) -> None:
    """Raises RefusedError naming each figure beneath its floor or above its ceiling."""
    figures = evaluation.figures()
    unknown = (release.at_least.keys() | release.at_most.keys()) - figures.keys()
    if unknown:
        raise InputError(f"the release names figures that nobody measures: {', '.join(sorted(unknown))}")
    faults = [
        f"{name} {figures[name]:.3f} is under {floor}"
        for name, floor in release.at_least.items()
        if figures[name] < floor
    ] + [
        f"{name} {figures[name]:.3f} is over {ceiling}"
        for name, ceiling in release.at_most.items()
        if figures[name] > ceiling
    ]
    if faults:
        raise RefusedError(f"{evaluation.model}: {'; '.join(faults)}")
