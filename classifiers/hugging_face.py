"""Any Hugging Face sequence classifier on disk as the judge's second stage: PhoBERT, ViSoBERT, a tiny one of a test.

config.json + weights + tokenizer [+ lachan.json: labels, thresholds, calibration] -> Model

The rules before and after it, the spans and the vetted lists stay those of the packaged model, so that what is
measured is the classifier and nothing else; its word alone decides (`share` 1, nothing let go before it). Labels are
matched by name: contexts, categories, `urgent`, or the three routes. What it has no label for (an outsider knows no
categories) the packaged linear model says.

Needs the `train` extra. Nothing is fetched and no code of the folder is run.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from classifiers import evidence, features
from classifiers.blend import Blend
from classifiers.linear import CATEGORIES, COLUMNS, CONTEXTS, F32, URGENT, LinearModel
from classifiers.model_folder import Card, Model
from lachan.domain.errors import InputError
from lachan.domain.routing import Thresholds
from lachan.domain.taxonomy import Category, Context

SETTINGS: Final = "lachan.json"
#: Pieces of a text that are read.
LONGEST: Final = 128
_BATCH: Final = 32
_NEVER: Final = -30.0  # a logit of what cannot be
_COLUMNS: Final[dict[str, int]] = {
    **{context.value: at for at, context in enumerate(CONTEXTS)},
    **{category.value: len(CONTEXTS) + at for at, category in enumerate(CATEGORIES)},
    "urgent": URGENT,
    "review": CONTEXTS.index(Context.PROMOTING),
    "protect": CONTEXTS.index(Context.VICTIM),
    "none": CONTEXTS.index(Context.OTHER),
}
#: Names of the COLUMNS, as a classifier trained here carries them.
LABELS: Final = (*CONTEXTS, *CATEGORIES, "urgent")


def is_folder(folder: Path) -> bool:
    """Whether this is a folder of Hugging Face's, and none of ours."""
    return (folder / "config.json").is_file() and not (folder / "model.json").is_file()


def transformers() -> Any:
    """The library, kept off the network. Raises InputError where it is not installed."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}
    try:
        import torch  # noqa: F401
        import transformers
    except ImportError as error:
        raise InputError(
            "a Hugging Face folder needs torch and transformers: pip install -e '.[train]'"
        ) from error
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers


def read(folder: Path, **changes: Any) -> tuple[Any, Any]:
    """The network and its tokenizer. Raises InputError for a folder that holds none."""
    library = transformers()
    given = {"local_files_only": True, "trust_remote_code": False}
    try:
        network = library.AutoModelForSequenceClassification.from_pretrained(folder, **given, **changes)
        return network, library.AutoTokenizer.from_pretrained(folder, **given)
    except Exception as error:  # the library raises whatever its parts raise
        raise InputError(
            f"{folder}: no Hugging Face sequence classifier that can be read ({error})"
        ) from error


def logits_of(network: Any, tokenizer: Any, texts: Sequence[str]) -> F32:
    """(texts, labels of the network), raw."""
    import torch

    network.eval()
    found = [np.zeros((0, int(network.config.num_labels)), dtype=np.float32)]
    with torch.no_grad():
        for first in range(0, len(texts), _BATCH):
            batch = tokenizer(
                list(texts[first : first + _BATCH]),
                padding=True,
                truncation=True,
                max_length=LONGEST,
                return_tensors="pt",
            ).to(network.device)
            found.append(network(**batch).logits.float().cpu().numpy())
    return np.vstack(found)


class HuggingFaceEncoder:
    """Stands where an `Encoder` stands: normalised texts in, logits out."""

    def __init__(self, network: Any, tokenizer: Any, labels: dict[str, str], linear: LinearModel) -> None:
        """`labels`: the network's own names to ours. Raises InputError where they say too little."""
        self._network, self._tokenizer, self._linear = network, tokenizer, linear
        names = [str(name) for _, name in sorted(network.config.id2label.items())]
        self._column = {
            at: _COLUMNS[ours]
            for at, name in enumerate(names)
            if (ours := labels.get(name, name)) in _COLUMNS
        }
        known = set(self._column.values())
        if not {CONTEXTS.index(Context.PROMOTING), CONTEXTS.index(Context.OTHER)} <= known:
            raise InputError(
                f"the classifier's labels are {', '.join(names[:20])}: say in {SETTINGS} which of them are "
                '`promoting` and `other`, as {"labels": {"LABEL_1": "promoting", "LABEL_0": "other"}}'
            )
        self._lacking = [column for column in range(len(CONTEXTS), COLUMNS) if column not in known]

    def logits(self, texts: Sequence[str]) -> F32:
        """Raw logits of normalised `texts`, (texts, COLUMNS)."""
        result = np.full((len(texts), COLUMNS), _NEVER, dtype=np.float32)
        if texts and self._lacking:
            found_by_rules = features.occurrences(texts, [evidence.find(text).hits for text in texts])
            alone = self._linear.calibrated(self._linear.margins(found_by_rules))[:, self._lacking]
            alone = np.clip(alone, 1e-6, 1 - 1e-6)
            result[:, self._lacking] = np.log(alone / (1 - alone))
        found = logits_of(self._network, self._tokenizer, texts)
        for at, column in self._column.items():
            result[:, column] = (
                np.maximum(result[:, column], found[:, at]) if column < len(CONTEXTS) else found[:, at]
            )
        return result


def load(folder: Path, packaged: Model) -> Model:
    """The classifier in `folder`, in the place of the packaged model's second stage."""
    settings = _settings(folder)
    network, tokenizer = read(folder)
    plain = np.ones(COLUMNS, np.float32), np.zeros(COLUMNS, np.float32)
    card = Card(
        name=folder.resolve().name,
        digest=_digest(folder, packaged.card.digest),
        thresholds=_thresholds(settings["thresholds"])
        if "thresholds" in settings
        else packaged.card.thresholds,
        urgent=float(settings.get("urgent", packaged.card.urgent)),
        data=dict(settings.get("data", {})),
        seed=int(settings.get("seed", 0)),
    )
    encoder = HuggingFaceEncoder(network, tokenizer, dict(settings.get("labels", {})), packaged.linear)
    blend = Blend.of(settings["blend"]) if "blend" in settings else Blend(*plain, share=1.0, let_go=1.1)
    return Model(packaged.linear, card, encoder, blend)


def _settings(folder: Path) -> dict[str, Any]:
    path = folder / SETTINGS
    try:
        found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no JSON object: {error}") from error
    if not isinstance(found, dict):
        raise InputError(f"{path} is no JSON object")
    return found


def _thresholds(given: dict[str, Any]) -> Thresholds:
    try:
        return Thresholds(
            float(given["review"]),
            float(given["protect"]),
            {Category(name): float(value) for name, value in given["category"].items()},
            call=float(given["call"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{SETTINGS}: the thresholds cannot be read ({error!r})") from error


def save(folder: Path, network: Any, tokenizer: Any, settings: dict[str, Any]) -> None:
    """Write everything that `load` reads."""
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / SETTINGS).write_text(json.dumps(settings, indent=1, ensure_ascii=False) + "\n", "utf-8")


def thresholds_of(limits: Thresholds) -> dict[str, Any]:
    """As they stand in `lachan.json`."""
    named = {category.value: value for category, value in sorted(limits.category.items())}
    return {
        "review": limits.review,
        "protect": limits.protect,
        "call": limits.call,
        "category": named,
    }


def _digest(folder: Path, packaged: str) -> str:
    """SHA-256 over every file by its name, and over the packaged model that judges beside it."""
    whole = hashlib.sha256(packaged.encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(str(path.relative_to(folder)).encode() + b"\0")
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()
