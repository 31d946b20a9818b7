"""A model on disk: linear weights, perhaps an encoder, and a card whose digest covers every file and setting.

model.json (name, digest, settings, data) + weights.npz [+ encoder.onnx + tokenizer.json]
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from classifiers import linear
from classifiers.blend import Blend
from classifiers.linear import LinearModel
from lachan.domain.errors import InputError
from lachan.domain.routing import Thresholds
from lachan.domain.taxonomy import Category

if TYPE_CHECKING:
    from classifiers.encoder import Encoder
    from classifiers.hugging_face import HuggingFaceEncoder

FORMAT: Final = 3
LINEAR: Final = "weights.npz"
ENCODER: Final = "encoder.onnx"
TOKENIZER: Final = "tokenizer.json"


@dataclass(frozen=True)
class Card:
    """`model.json`: what the weights are, from what, and from which scores on they flag."""

    name: str
    digest: str
    thresholds: Thresholds
    urgent: float
    data: dict[str, str]
    seed: int

    @property
    def full_name(self) -> str:
        return f"{self.name}@{self.digest[:12]}"


@dataclass(frozen=True)
class Model:
    """What a judge scores with. `encoder` and `blend` come together or not at all."""

    linear: LinearModel
    card: Card
    encoder: Encoder | HuggingFaceEncoder | None = None
    blend: Blend | None = None


@dataclass(frozen=True)
class Parts:
    """What is to be saved beside the linear model; `encoder` is the ONNX file, `tokenizer` its JSON."""

    encoder: bytes
    tokenizer: str
    blend: Blend


def _digest(folder: Path, settings: dict[str, Any]) -> str:
    """SHA-256 over the weights and everything in the card that changes a judgement."""
    sha = hashlib.sha256((folder / LINEAR).read_bytes())
    if "encoder" in settings:
        for name in (ENCODER, TOKENIZER):
            sha.update(hashlib.sha256((folder / name).read_bytes()).digest())
    sha.update(json.dumps(settings, sort_keys=True, ensure_ascii=True).encode())
    return sha.hexdigest()


def save(
    folder: Path,
    name: str,
    model: LinearModel,
    rarity_unknown: float,
    thresholds: Thresholds,
    urgent: float,
    data: dict[str, str],
    seed: int,
    parts: Parts | None = None,
) -> Card:
    """Write the model's files into `folder`; returns the card with its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / LINEAR, **linear.arrays_of(model, rarity_unknown))  # type: ignore[arg-type]
    settings: dict[str, Any] = {
        "format": FORMAT,
        "review": thresholds.review,
        "protect": thresholds.protect,
        "default_category": thresholds.default_category,
        "call": thresholds.call,
        "category": {str(key): value for key, value in sorted(thresholds.category.items())},
        "urgent": urgent,
    }
    if parts is not None:
        (folder / ENCODER).write_bytes(parts.encoder)
        (folder / TOKENIZER).write_text(parts.tokenizer, "utf-8")
        settings["encoder"] = parts.blend.settings()
    card = Card(name, _digest(folder, settings), thresholds, urgent, data, seed)
    document = {"name": name, "digest": card.digest, "settings": settings, "data": data, "seed": seed}
    (folder / "model.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return card


def load(folder: Path) -> Model:
    """Read a model folder. Raises InputError when it is incomplete, of another format, or was changed."""
    try:
        document = json.loads((folder / "model.json").read_text("utf-8"))
        settings = document["settings"]
        if settings["format"] != FORMAT:
            raise InputError(f"{folder}: model format {settings['format']}, this release reads {FORMAT}")
        if _digest(folder, settings) != document["digest"]:
            raise InputError(
                f"{folder}: the files do not match the digest in model.json; train or copy again"
            )
        card = Card(
            str(document["name"]),
            str(document["digest"]),
            Thresholds(
                review=float(settings["review"]),
                protect=float(settings["protect"]),
                category={Category(key): float(value) for key, value in settings["category"].items()},
                default_category=float(settings["default_category"]),
                call=float(settings["call"]),
            ),
            float(settings["urgent"]),
            dict(document["data"]),
            int(document["seed"]),
        )
        with np.load(folder / LINEAR, allow_pickle=False) as arrays:
            model = linear.of_arrays(arrays)
        if "encoder" not in settings:
            return Model(model, card)
        return Model(model, card, _encoder(folder), Blend.of(settings["encoder"]))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder}: no readable model ({error}); train one with `lachan train`") from error


def _encoder(folder: Path) -> Encoder:
    try:
        from classifiers.encoder import Encoder
    except ImportError as error:
        raise InputError(
            f"{folder} holds an encoder; install what runs it: pip install 'onnxruntime<1.29' tokenizers"
        ) from error
    return Encoder((folder / ENCODER).read_bytes(), (folder / TOKENIZER).read_text("utf-8"))
