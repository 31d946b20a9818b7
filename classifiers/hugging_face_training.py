"""Fine-tunes any Hugging Face encoder on disk to the judge's columns: one command, CPU or GPU, seeded.

rows, seven eighths of them -> AdamW over a sequence classifier with a label a column -> the eighth left out
calibrates it and chooses the thresholds -> a folder that `evaluate` and the gate read
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from classifiers import blending, fitting, hugging_face, labelled, model_folder, thresholds
from classifiers.labelled import Row
from classifiers.linear import CONTEXTS
from classifiers.normalise import normalise_text
from classifiers.train import TrainReport, folds
from lachan.domain.errors import InputError
from lachan.domain.taxonomy import Route

HELD_OUT: Final = 8
_WARM_UP: Final = 0.1


@dataclass(frozen=True)
class Plan:
    """How to train: plain fine-tuning. `rate` is the peak learning rate, reached after a tenth of the steps."""

    epochs: int = 4
    batch: int = 16
    rate: float = 5e-5
    seed: int = 0


def train(
    data: Sequence[Path],
    encoder: Path,
    out: Path,
    packaged: Path,
    plan: Plan | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> TrainReport:
    """Fine-tune the encoder in `encoder` on labelled files; write the classifier into `out`.

    Raises InputError for bad rows, too few of them, or a folder without an encoder.
    """
    plan = plan or Plan()
    rows = labelled.read(data)
    held = np.array(folds(rows, HELD_OUT, plan.seed)) == 0
    inside = [row for row, outside in zip(rows, held, strict=True) if not outside]
    unseen = [row for row, outside in zip(rows, held, strict=True) if outside]
    for part in (inside, unseen):
        if {row.route for row in part} != set(Route):
            raise InputError("too few posts: each route must be among those trained on and those left out")
    library = hugging_face.transformers()
    library.set_seed(plan.seed)
    names = {at: str(name) for at, name in enumerate(hugging_face.LABELS)}
    network, tokenizer = hugging_face.read(
        encoder,
        num_labels=len(names),
        id2label=names,
        label2id={name: at for at, name in names.items()},
        ignore_mismatched_sizes=True,
    )
    _fine_tune(network, tokenizer, inside, plan, say)
    linear = model_folder.load(packaged).linear
    texts = [normalise_text(row.text) for row in unseen]
    alone = linear.calibrated(linear.margins(fitting.featured(texts)))
    logits = hugging_face.logits_of(network, tokenizer, texts)
    fitted = blending.fit(alone, logits, fitting.targets_of(unseen), cut=1.1)
    blend = replace(fitted, share=1.0)  # the linear model was trained on these very posts: it has no say here
    chosen = thresholds.choose(unseen, blend.probabilities(alone, logits))
    digests = {path.name: labelled.digest(path) for path in data}
    settings = {
        "thresholds": hugging_face.thresholds_of(chosen.thresholds),
        "urgent": chosen.urgent,
        "blend": blend.settings(),
        "data": digests,
        "seed": plan.seed,
    }
    out.mkdir(parents=True, exist_ok=True)
    hugging_face.save(out, network, tokenizer, settings)
    parameters = sum(each.numel() for each in network.parameters())
    return TrainReport(out.resolve().name, len(rows), parameters, digests, chosen.figures)


def _fine_tune(
    network: Any, tokenizer: Any, rows: Sequence[Row], plan: Plan, say: Callable[[str], None]
) -> None:
    import torch
    from torch.nn import functional

    network.to("cuda" if torch.cuda.is_available() else "cpu")
    texts = [normalise_text(row.text) for row in rows]
    targets = torch.from_numpy(fitting.targets_of(rows)).to(network.device)
    draw = random.Random(plan.seed)  # noqa: S311 (repeatable, not secret)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.01)
    total = plan.epochs * -(-len(rows) // plan.batch)
    warm = max(1, int(total * _WARM_UP))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (total - step) / max(1, total - warm)))
    )
    contexts = len(CONTEXTS)
    for epoch in range(plan.epochs):
        network.train()
        order = list(range(len(rows)))
        draw.shuffle(order)
        running = 0.0
        for first in range(0, len(order), plan.batch):
            chosen = order[first : first + plan.batch]
            batch = tokenizer(
                [texts[at] for at in chosen],
                padding=True,
                truncation=True,
                max_length=hugging_face.LONGEST,
                return_tensors="pt",
            ).to(network.device)
            logits, wanted = network(**batch).logits.float(), targets[chosen]
            loss = functional.cross_entropy(logits[:, :contexts], wanted[:, :contexts].argmax(1))
            # Few posts carry any one category: without the weight their columns would hardly learn.
            loss = loss + 5 * functional.binary_cross_entropy_with_logits(
                logits[:, contexts:], wanted[:, contexts:]
            )
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            running += loss.item()
        say(f"pass {epoch + 1} of {plan.epochs}, loss {running * plan.batch / len(order):.3f}")
