"""Going on from the encoder that is shipped: what an int8 file still knows, and that training takes it up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing

from classifiers import default_folder, labelled, load_judge, rebuilt, release
from classifiers.encoder import Encoder
from classifiers.linear import COLUMNS
from classifiers.normalise import normalise_text
from classifiers.pretrained import Pretrained
from lachan.domain.errors import InputError

WIDTH, INNER, LAYERS = 64, 96, 2
DATA = Path(__file__).parents[2] / "models" / "data"


def a_start() -> Pretrained:
    """Random weights of two small layers, and a tokenizer of single letters."""
    draw = np.random.default_rng(3)
    letters = "abcdđeghiklmnopqrstuvxyáàảãạâăêôơư0123456789"
    pieces = [(piece, 0.0) for piece in ("<s>", "<pad>", "</s>", "<unk>")]
    pieces += [("▁", -2.0), *((letter, -3.0) for letter in letters)]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=3))
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.post_processor = TemplateProcessing("<s> $A </s>", None, [("<s>", 0), ("</s>", 2)])
    shapes: dict[str, tuple[int, ...]] = {
        "words": (len(pieces), WIDTH),
        "positions": (100, WIDTH),
        "types": (1, WIDTH),
        "norm.weight": (WIDTH,),
        "norm.bias": (WIDTH,),
    }
    for layer in range(LAYERS):
        for name in ("query", "key", "value", "attended"):
            shapes |= {f"{layer}.{name}.weight": (WIDTH, WIDTH), f"{layer}.{name}.bias": (WIDTH,)}
        shapes |= {f"{layer}.inner.weight": (INNER, WIDTH), f"{layer}.inner.bias": (INNER,)}
        shapes |= {f"{layer}.outer.weight": (WIDTH, INNER), f"{layer}.outer.bias": (WIDTH,)}
        for name in ("norm_attended", "norm_outer"):
            shapes |= {f"{layer}.{name}.weight": (WIDTH,), f"{layer}.{name}.bias": (WIDTH,)}
    tensors = {
        name: (draw.normal(0, 0.3, shape) + name.endswith("norm.weight")).astype(np.float32)
        for name, shape in shapes.items()
    }
    return Pretrained(tensors, tokenizer.to_str(), LAYERS, WIDTH, WIDTH // 32)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pretrained, Path]:
    """A start with a head, and the folder of its int8 file."""
    import torch

    from classifiers import encoder_export
    from classifiers.network import Network

    torch.set_num_threads(1)  # threads only wait for each other on so little
    torch.manual_seed(0)
    start = a_start()
    head = np.random.default_rng(4).normal(0, 0.5, (COLUMNS, WIDTH)).astype(np.float32)
    start.tensors["head.weight"] = head
    start.tensors["head.bias"] = np.linspace(-1, 1, COLUMNS, dtype=np.float32)
    folder = tmp_path_factory.mktemp("shipped")
    (folder / "encoder.onnx").write_bytes(encoder_export.to_int8(Network(start, range(LAYERS))))
    (folder / "tokenizer.json").write_text(start.tokenizer, "utf-8")
    return start, folder


def test_every_weight_comes_back_but_for_its_rounding(shipped: tuple[Pretrained, Path]) -> None:
    start, folder = shipped
    again = rebuilt.read(folder)
    assert (again.layers, again.width, again.heads) == (LAYERS, WIDTH, WIDTH // 32)
    assert again.tokenizer == start.tokenizer
    assert again.tensors.keys() == start.tensors.keys()
    wanted = {**start.tensors, "positions": start.tensors["positions"] + start.tensors["types"][0]}
    wanted["types"] = np.zeros_like(start.tensors["types"])
    for name, value in again.tensors.items():
        assert np.abs(value - wanted[name]).max() <= np.abs(wanted[name]).max() / 100, name


def test_the_rebuilt_network_says_what_the_file_says(shipped: tuple[Pretrained, Path]) -> None:
    from classifiers import encoder_training
    from classifiers.network import Network

    _, folder = shipped
    again = rebuilt.read(folder)
    texts = [normalise_text(row.text) for row in labelled.read([DATA / "canaries.jsonl"])[:40]]
    told = Encoder((folder / "encoder.onnx").read_bytes(), again.tokenizer).logits(texts)
    network = Network(again, range(again.layers))
    mine = encoder_training.logits_of(network, Tokenizer.from_str(again.tokenizer), texts)
    assert np.corrcoef(told.ravel(), mine.ravel())[0, 1] > 0.99


def test_the_shipped_encoder_can_be_gone_on_from() -> None:
    again = rebuilt.read(default_folder())
    assert (again.layers, again.width, again.heads) == (12, 384, 12)
    assert again.tensors["head.weight"].shape == (COLUMNS, 384)


def test_training_goes_on_from_it(
    shipped: tuple[Pretrained, Path], tmp_path: Path, labelled_file: Path
) -> None:
    from classifiers import encoder_training

    again = rebuilt.read(shipped[1])
    rows = labelled.read([labelled_file])
    plan = replace(encoder_training.FURTHER, layers=(0, 1), epochs=1, workers=1, every=1)
    network = encoder_training.fine_tune(again, rows, plan, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"latest.pt", "epoch-1.pt"}
    moved = {name: value.numpy() for name, value in network.state_dict().items()}
    for name, mine in (("head.weight", "head.weight"), ("words", "words.weight")):
        step = np.abs(moved[mine] - again.tensors[name])
        assert 0 < step.max() < 0.05, name


def test_a_folder_without_such_an_encoder_is_refused(tmp_path: Path) -> None:
    for content in (None, b"", b"\x08no graph"):
        if content is not None:
            (tmp_path / "encoder.onnx").write_bytes(content)
            (tmp_path / "tokenizer.json").write_text("{}", "utf-8")
        with pytest.raises(InputError, match="no encoder to go on from"):
            rebuilt.read(tmp_path)


def test_what_is_gone_on_from_is_compared_in_every_dress(shipped: tuple[Pretrained, Path]) -> None:
    """An encoder gains nothing over itself, whether posts come plain or dressed."""
    start, folder = shipped
    encoder = Encoder((folder / "encoder.onnx").read_bytes(), start.tokenizer)
    rows = labelled.read([DATA / "train-a.jsonl"])[:60]
    gains = release.over_shipped(rows, encoder, encoder, seed=0)
    assert set(gains) == {"review", "protect", "review dressed", "protect dressed"}
    assert set(gains.values()) == {0.0}


def test_posts_that_the_shipped_encoder_has_not_seen_are_shown_more_often(
    tmp_path: Path, labelled_file: Path
) -> None:
    old, new = DATA / "train-m.jsonl", tmp_path / "new.jsonl"
    new.write_bytes(labelled_file.read_bytes())
    rows = labelled.read([old, new])
    shown = Counter(
        row.id for row in release.more_of_the_fresh(rows, [old, new], {old.name: labelled.digest(old)})
    )
    assert {shown[row.id] for row in labelled.read([old])} == {1}
    assert {shown[row.id] for row in labelled.read([new])} == {release.FRESH}
    assert set(
        Counter(row.id for row in release.more_of_the_fresh(rows, [old], {old.name: "another"})).values()
    ) == {
        1,
        release.FRESH,
    }


def test_a_refit_keeps_the_encoder_and_fits_the_rest(tmp_path: Path, labelled_file: Path) -> None:
    judge = release.release(
        [labelled_file], tmp_path, None, tmp_path / "out", 0, shipped=default_folder(), refit=True
    )
    assert judge.digest != load_judge().digest
    if judge.stages == 2:  # so few posts may be ranked as well without it
        kept = (tmp_path / "out" / "encoder.onnx").read_bytes()
        assert kept == (default_folder() / "encoder.onnx").read_bytes()
    with pytest.raises(InputError, match="no encoder in it"):
        release.release([labelled_file], tmp_path, None, tmp_path / "out", 0, shipped=tmp_path, refit=True)
