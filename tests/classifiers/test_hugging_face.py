"""Any sequence classifier on disk, tried with a tiny BERT (2 layers of 32) that is made here."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from classifiers import default_folder, hugging_face, labelled, load_judge
from classifiers.evaluate import evaluate
from classifiers.gate import check_live, read_release
from classifiers.hugging_face_training import Plan, train
from classifiers.judge import CascadeJudge
from classifiers.normalise import normalise_text
from lachan.domain.assessment import Stage
from lachan.domain.errors import InputError, RefusedError
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import JudgeInput

DATA = Path(__file__).parents[2] / "models" / "data"


def tiny(folder: Path, texts: list[str], labels: list[str] | None = None, **weights: float) -> Path:
    """A BERT of random weights, with the words of `texts`. `weights`: biases of labels, to make it say them."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = sorted(
        {word for text in texts for word, _ in Whitespace().pre_tokenize_str(normalise_text(text))}
    )
    vocabulary = {word: at for at, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    torch.set_num_threads(1)  # threads only wait for each other on so little
    torch.manual_seed(0)
    names = labels or ["LABEL_0", "LABEL_1"]
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=160,
        id2label=dict(enumerate(names)),
        label2id={name: at for at, name in enumerate(names)},
    )
    network = BertForSequenceClassification(config)
    with torch.no_grad():
        for name, value in weights.items():
            network.classifier.bias[names.index(name)] = value
    network.save_pretrained(folder)
    fast: Any = PreTrainedTokenizerFast
    fast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]").save_pretrained(
        folder
    )
    return folder


@pytest.fixture(scope="session")
def rows(labelled_file: Path) -> list[labelled.Row]:
    return labelled.read([labelled_file])


@pytest.fixture(scope="session")
def trained(labelled_file: Path, rows: list[labelled.Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    start = tiny(folder / "start", [row.text for row in rows])
    plan = Plan(epochs=30, batch=8, rate=3e-3)
    report = train([labelled_file], start, folder / "trained", default_folder(), plan)
    assert report.posts == len(rows)
    return folder / "trained"


def test_a_tiny_encoder_is_trained_and_tells_the_posts_apart(trained: Path, rows: list[labelled.Row]) -> None:
    result = evaluate(load_judge(trained), rows, draws=5)
    assert result.recall_review.value > 0.8
    assert result.recall_protect.value > 0.8
    assert result.harmless_flagged.value < 0.1
    assert result.spans is not None
    assert result.calibration["review"].posts
    assert result.first_stage is not None and result.first_stage.value == 1


def test_its_folder_has_a_digest_over_every_file(trained: Path, tmp_path: Path) -> None:
    judge = load_judge(trained)
    assert judge.digest == load_judge(trained).digest
    assert judge.name == f"trained@{judge.digest[:12]}"
    copy = tmp_path / "trained"
    shutil.copytree(trained, copy)
    settings = json.loads((copy / hugging_face.SETTINGS).read_text("utf-8"))
    settings["thresholds"]["review"] += 0.001
    (copy / hugging_face.SETTINGS).write_text(json.dumps(settings), "utf-8")
    assert load_judge(copy).digest != judge.digest


def test_it_is_measured_but_goes_live_only_through_the_gate(trained: Path) -> None:
    canaries = labelled.read([DATA / "canaries.jsonl"])
    release = read_release(default_folder() / "RELEASE.json")
    with pytest.raises(RefusedError, match="not pinned"):
        check_live(load_judge(trained), canaries, release)


def test_one_that_flags_canaries_cannot_go_live_though_two_people_want_it(tmp_path: Path) -> None:
    canaries = labelled.read([DATA / "canaries.jsonl"])
    labels = ["other", "promoting", "child_violence"]
    judge = load_judge(tiny(tmp_path / "eager", ["lớp"], labels, promoting=9.0, child_violence=9.0))
    release = read_release(default_folder() / "RELEASE.json")
    with pytest.raises(RefusedError, match="canaries"):
        check_live(judge, canaries, replace(release, digests=frozenset({judge.digest})), judge.digest)


def test_routes_as_labels_borrow_their_categories(tmp_path: Path) -> None:
    """An outsider that knows `none`, `review`, `protect`: the categories are the packaged model's."""
    said = {}
    for label in ("none", "review", "protect"):
        folder = tiny(tmp_path / label, ["lớp"], ["none", "review", "protect"], **{label: 9.0})
        judge = load_judge(folder)
        advert = "hs lớp 9 nào cần pod thì nhắn anh, ship tận cổng trường giờ ra chơi, giá rẻ"
        said[label] = judge.assess([JudgeInput(advert), JudgeInput("bán xe cũ")])
    assert [said[label][0].route for label in ("none", "review", "protect")] == [
        Route.NONE,
        Route.REVIEW,
        Route.PROTECT,
    ]
    assert all(each[1].stage is Stage.RULES for each in said.values()), "the rules hold for any classifier"


def test_labels_of_any_name_are_mapped_or_asked_for(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "x", ["lớp"], ["CLEAN", "HATE"])
    with pytest.raises(InputError, match="CLEAN, HATE"):
        load_judge(folder)
    mapped = {"labels": {"CLEAN": "other", "HATE": "promoting"}}
    (folder / hugging_face.SETTINGS).write_text(json.dumps(mapped), "utf-8")
    assert isinstance(load_judge(folder), CascadeJudge)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"thresholds": {"review": 1}, "labels": {"LABEL_0": "other", "LABEL_1": "promoting"}}'],
)
def test_bad_settings_are_refused(tmp_path: Path, text: str) -> None:
    folder = tiny(tmp_path / "x", ["lớp"])
    (folder / hugging_face.SETTINGS).write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"lachan\.json"):
        load_judge(folder)


def test_a_broken_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="no Hugging Face sequence classifier"):
        load_judge(tmp_path)


def test_without_the_libraries_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match=r"\.\[train\]"):
        load_judge(tmp_path)
