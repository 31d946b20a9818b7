"""Which judge works here: the release's model or the promoted one, with the vetted lists, through the gate.

data/models/DIGEST    copies of the models that were proposed to go live
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import classifiers
from classifiers.evaluate import evaluate
from classifiers.gate import (
    CANARY_FILES,
    FLOOR_FILES,
    check_canaries,
    check_floors,
    check_live,
    read_release,
)
from classifiers.judge import CascadeJudge
from classifiers.labelled import Row
from classifiers.labelled import read as read_labelled
from classifiers.lot import Lot
from classifiers.vetted import VettedLists, try_terms
from lachan.app.settings import Settings
from lachan.domain.errors import InputError
from lachan.domain.promotion import Promotion
from lachan.domain.taxonomy import Route
from lachan.domain.vetted_list import ListContent
from lachan.pipeline.models import Gate, Passed
from lachan.pipeline.ports import KeyRing

MODELS: Final = "models"
_POSTS: Final = ("train-*.jsonl", "test*.jsonl", "heldback.jsonl", "canaries*.jsonl", "outspoken.jsonl")
_DRAWS: Final = 2  # of the bootstrap: the gate asks for figures, not for intervals


def labelled_data() -> Path:
    """Where the shipped labelled posts lie."""
    return classifiers.default_folder().parent / "data"


def _canaries(files: Sequence[str] = CANARY_FILES) -> list[Row]:
    return read_labelled([labelled_data() / name for name in files])


def live_judge(
    settings: Settings, keys: KeyRing, promoted: Promotion | None, lists: list[ListContent]
) -> CascadeJudge:
    """The judge for live work. Raises RefusedError where the gate says no, InputError where a model is missing."""
    folder = settings.models
    if folder is None and promoted is not None:
        folder = promoted_folder(settings, promoted.digest)
    judge = classifiers.load_judge(folder).with_lists(VettedLists(lists)).with_lot(Lot(keys.secret("lot")))
    release = read_release(classifiers.default_folder() / "RELEASE.json")
    check_live(judge, _canaries(CANARY_FILES[:1]), release, promoted.digest if promoted is not None else None)
    return judge


def promoted_folder(settings: Settings, digest: str) -> Path:
    """Raises InputError when this machine has no copy."""
    folder = settings.data / MODELS / digest
    if not folder.is_dir():
        raise InputError(
            f"the model {digest[:12]} is not in {folder.parent}: copy its folder from another machine"
        )
    return folder


def gate_of(settings: Settings, lists: Callable[[], list[ListContent]]) -> Gate:
    """Loads the kept copy of a model, tries the canaries, measures the floors on the shipped test part."""

    def gate(digest: str) -> Passed:
        judge = classifiers.load_judge(promoted_folder(settings, digest)).with_lists(VettedLists(lists()))
        check_canaries(judge, _canaries())
        rows = read_labelled([labelled_data() / name for name in FLOOR_FILES])
        evaluation = evaluate(judge, rows, draws=_DRAWS, brief=True)
        check_floors(evaluation, read_release(classifiers.default_folder() / "RELEASE.json"))
        return Passed(judge.digest, judge.name, evaluation.figures())

    return gate


def keep_copy(settings: Settings, folder: Path) -> str:
    """Copy a sound model folder into the data folder, whole or not at all; returns its digest."""
    digest = classifiers.load_judge(folder).digest
    place = settings.data / MODELS / digest
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=place.parent) as fresh:
            shutil.copytree(folder, Path(fresh) / "model")
            (Path(fresh) / "model").rename(place)
    return digest


def forget_copy(settings: Settings, digest: str) -> None:
    """Of a model that may not go live."""
    shutil.rmtree(settings.data / MODELS / digest)


def try_list(judge: CascadeJudge, others: list[ListContent], new: ListContent) -> None:
    """Raises RefusedError when the judge, with this list beside the others, flags a canary."""
    beside = [each for each in others if each.name != new.name]
    check_canaries(judge.with_lists(VettedLists([*beside, new])), _canaries())


def try_list_terms(new: ListContent, harmless: Path) -> int:
    """Look the terms up in the shipped harmless posts and in `harmless`, a text a line; how many texts there were."""
    return try_terms(new.terms, _harmless(harmless)) if new.terms else 0


def _harmless(path: Path) -> Iterator[str]:
    for pattern in _POSTS:
        for file in sorted(labelled_data().glob(pattern)):
            yield from (row.text for row in read_labelled([file]) if row.route is Route.NONE)
    with path.open(encoding="utf-8", errors="replace") as lines:
        yield from (line for line in lines if line.strip())
