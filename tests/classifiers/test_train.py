from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from classifiers import labelled, model_folder
from classifiers.evaluate import evaluate
from classifiers.judge import CascadeJudge
from classifiers.train import folds, train
from lachan.domain.errors import InputError


@pytest.fixture(scope="session")
def trained(labelled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    train([labelled_file], folder)
    return folder


def test_what_was_learnt_can_be_told_again(trained: Path, labelled_file: Path) -> None:
    judge = CascadeJudge.load(trained)
    result = evaluate(judge, labelled.read([labelled_file]), draws=5)
    assert result.route_f1.value > 0.9


def test_the_same_seed_gives_the_same_model(trained: Path, labelled_file: Path, tmp_path: Path) -> None:
    report = train([labelled_file], tmp_path)
    assert report.model == CascadeJudge.load(trained).name
    assert report.data == {labelled_file.name: labelled.digest(labelled_file)}


def test_the_two_halves_of_a_pair_stand_in_one_fold(labelled_file: Path) -> None:
    from dataclasses import replace

    rows = [replace(row, pair=f"p{at // 2}") for at, row in enumerate(labelled.read([labelled_file]))]
    of = folds(rows, 4, 0)
    assert all(of[at] == of[at + 1] for at in range(0, len(of) - 1, 2))
    assert len(set(of)) == 4


def test_too_few_posts_are_refused(labelled_file: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(labelled_file.read_text("utf-8").splitlines()[:3]), "utf-8")
    with pytest.raises(InputError, match="at least"):
        train([few], tmp_path / "out")


@pytest.mark.parametrize("change", ["weights", "thresholds", "format", "missing", "not json"])
def test_a_changed_model_does_not_load(trained: Path, tmp_path: Path, change: str) -> None:
    weights, card = (
        (trained / "weights.npz").read_bytes(),
        json.loads((trained / "model.json").read_text("utf-8")),
    )
    if change == "weights":
        weights = weights[:-20] + b"\0" * 20
    elif change == "thresholds":
        card["settings"]["review"] -= 0.1
    elif change == "format":
        card["settings"]["format"] = 99
    (tmp_path / "weights.npz").write_bytes(weights)
    (tmp_path / "model.json").write_text("{" if change == "not json" else json.dumps(card), "utf-8")
    if change == "missing":
        (tmp_path / "weights.npz").unlink()
    with pytest.raises(InputError):
        model_folder.load(tmp_path)


def test_no_pickled_object_is_ever_read(trained: Path, tmp_path: Path) -> None:
    with np.load(trained / "weights.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)
