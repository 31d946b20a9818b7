"""ViHSD, three classes, macro-F1: the judge's own features, a fine-tuned encoder, or both. Prints one line of JSON.

    python bench/vihsd.py --train train.csv --test test.csv [--encoder FOLDER] [--seeds 3] [--epochs 3]

Files have the columns `free_text` and `label_id` (0 clean, 1 offensive, 2 hate). Without `--encoder`: the linear
judge's features (character and word n-grams, concepts) under a linear support vector machine, the cost chosen by
cross-validation of the training file. With it: plain fine-tuning of the encoder in FOLDER, a model folder of ours or a
Hugging Face one (the `train` extra), and both together as the judge blends them: logits averaged, the encoder's share
chosen on a tenth of the training file that neither learnt. `without_duplicates` leaves out test rows whose normalised
text stands in the training file. For measuring only: nothing of the set is kept, and nothing trained on it ships.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.svm import LinearSVC

from classifiers import evidence, features
from classifiers.normalise import normalise_text

COSTS = (0.05, 0.1, 0.2, 0.4)
CLASSES = 3
BATCH = 32
SHARES = tuple(round(0.1 * step, 1) for step in range(1, 11))
Labels = np.ndarray[tuple[int], np.dtype[np.int64]]


def read(path: Path) -> tuple[list[str], Labels]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [normalise_text(row["free_text"]) for row in rows], np.array(
        [int(row["label_id"]) for row in rows]
    )


def matrix(texts: Sequence[str], rarity: np.ndarray | None) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Features weighted by rarity, which is counted from these texts where none is given."""
    found = features.occurrences(texts, [evidence.find(text).hits for text in texts])
    if rarity is None:
        seen = np.unique(found.row * np.int64(features.BUCKETS) + found.bucket) % features.BUCKETS
        frequency = np.bincount(seen, minlength=features.BUCKETS)
        rarity = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)
    shape = (len(texts), features.BUCKETS)
    return sparse.csr_matrix(
        (features.weights(found, rarity), (found.row, found.bucket)), shape=shape
    ), rarity


def linear(
    train: tuple[list[str], Labels], test: list[str], seeds: range
) -> tuple[list[Labels], dict[str, object]]:
    inside, rarity = matrix(train[0], None)
    outside, _ = matrix(test, rarity)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)

    def machine(cost: float, seed: int) -> LinearSVC:
        return LinearSVC(C=cost, class_weight="balanced", random_state=seed, tol=0.01, max_iter=3000)

    scores = {
        cost: cross_val_score(machine(cost, 0), inside, train[1], cv=folds, scoring="f1_macro").mean()
        for cost in COSTS
    }
    best = max(scores, key=lambda cost: scores[cost])
    told = [machine(best, seed).fit(inside, train[1]).predict(outside) for seed in seeds]
    return told, {"model": "linear", "cost": best, "cross_validation": round(float(scores[best]), 4)}


def ours(folder: Path) -> tuple[Any, Callable[[Sequence[str]], Any]]:
    """The encoder of a model folder under a new head: the network, and texts -> logits of the three classes."""
    from tokenizers import Tokenizer
    from torch import nn

    from classifiers import encoder_training, network, rebuilt

    start = rebuilt.read(folder)
    made = network.Network(start, range(start.layers))
    made.head = nn.Linear(start.width, CLASSES)
    tokenizer = Tokenizer.from_str(start.tokenizer)

    def logits(texts: Sequence[str]) -> Any:
        ids, mask = encoder_training.padded(encoder_training.pieces_of(tokenizer, texts))
        return made(ids.to(made.head.weight.device), mask.to(made.head.weight.device))

    return made, logits


def hugging(folder: Path) -> tuple[Any, Callable[[Sequence[str]], Any]]:
    """As `ours`, of a Hugging Face folder."""
    from classifiers import hugging_face

    made, tokenizer = hugging_face.read(folder, num_labels=CLASSES, ignore_mismatched_sizes=True)
    form = {"padding": True, "truncation": True, "max_length": hugging_face.LONGEST, "return_tensors": "pt"}
    return made, lambda texts: made(**tokenizer(list(texts), **form).to(made.device)).logits.float()


def encoder(
    folder: Path, train: tuple[list[str], Labels], tests: Sequence[list[str]], seed: int, epochs: int
) -> list[np.ndarray]:
    """Log-probabilities of each list of `tests`, (texts, classes), by the encoder fine-tuned on `train`."""
    import torch
    from torch.nn import functional

    from classifiers import encoder_training, hugging_face

    torch.manual_seed(seed)
    draw = random.Random(seed)
    network, logits = (hugging if hugging_face.is_folder(folder) else ours)(folder)
    rate = 2e-5 if hugging_face.is_folder(folder) else 1e-4  # the smaller the network, the larger its steps
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network.to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.01)
    texts, labels = train[0], torch.from_numpy(train[1]).to(device)
    share = torch.bincount(labels, minlength=CLASSES).float() / len(labels)
    weight = (1 / share).sqrt() / (1 / share).sqrt().mean()  # the classes are 83, 7 and 10 per cent
    total, done = epochs * -(-len(texts) // BATCH), 0
    network.train()
    for _ in range(epochs):
        for chosen in encoder_training.batches([len(text) for text in texts], BATCH, draw):
            for group in optimizer.param_groups:
                group["lr"] = rate * min((done + 1) / (0.06 * total + 1), (total - done) / total)
            told = logits([texts[at] for at in chosen])
            functional.cross_entropy(told, labels[chosen], weight).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            done += 1
            if done % 100 == 0:
                print(f"seed {seed}, step {done} of {total}", file=sys.stderr, flush=True)
    network.eval()
    results = []
    with torch.no_grad():
        for test in tests:
            found = np.zeros((len(test), CLASSES))
            for chosen in encoder_training.batches([len(text) for text in test], BATCH, draw):
                found[chosen] = logits([test[at] for at in chosen]).log_softmax(1).cpu().numpy()
            results.append(found)
    return results


def both(
    folder: Path, train: tuple[list[str], Labels], test: list[str], seeds: range, epochs: int
) -> tuple[dict[str, list[Labels]], dict[str, object]]:
    """Predictions for each seed by the encoder, and by the encoder and the linear machine together."""
    kept = np.array([zlib.crc32(text.encode()) % 10 == 0 for text in train[0]])  # like texts on one side
    parts = [([train[0][at] for at in np.flatnonzero(side)], train[1][side]) for side in (~kept, kept)]
    inside, rarity = matrix(parts[0][0], None)
    margins = []
    machine = LinearSVC(C=0.1, class_weight="balanced", random_state=0, tol=0.01, max_iter=3000)
    machine.fit(inside, parts[0][1])
    for texts in (parts[1][0], test):
        found = machine.decision_function(matrix(texts, rarity)[0])
        margins.append(2 * found - np.logaddexp.reduce(2 * found, axis=1, keepdims=True))
    told: dict[str, list[Labels]] = {"encoder": [], "both": []}
    shares = []
    for seed in seeds:
        chosen, asked = encoder(folder, parts[0], (parts[1][0], test), seed, epochs)
        share = max(
            SHARES,
            key=lambda each: f1_score(
                parts[1][1], (each * chosen + (1 - each) * margins[0]).argmax(1), average="macro"
            ),
        )
        shares.append(share)
        told["encoder"].append(asked.argmax(1))
        told["both"].append((share * asked + (1 - share) * margins[1]).argmax(1))
    return told, {"model": folder.name, "epochs": epochs, "shares": shares}


def spread(truth: Labels, told: Sequence[Labels], kept: np.ndarray) -> dict[str, object]:
    values = [float(f1_score(truth[kept], each[kept], average="macro")) for each in told]
    return {
        "rows": int(kept.sum()),
        "macro_f1": round(statistics.mean(values), 4),
        "spread": round(statistics.stdev(values), 4) if len(values) > 1 else None,
        "seeds": [round(value, 4) for value in values],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", type=Path)
    parser.add_argument("--test", type=Path)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    given = parser.parse_args()
    if given.train is None or given.test is None:
        print(json.dumps({"bench": "vihsd", "not_run": "give --train FILE --test FILE (ViHSD)"}))
        return
    train, (texts, truth) = read(given.train), read(given.test)
    seeds = range(given.seeds)
    told: dict[str, list[Labels]] = {}
    if given.encoder is None:
        told["linear"], about = linear(train, texts, seeds)
    else:
        told, about = both(given.encoder, train, texts, seeds, given.epochs)
    known = set(train[0])
    everything = np.ones(len(texts), dtype=bool)
    unseen = np.array([text not in known for text in texts])
    figures = {
        "bench": "vihsd",
        **about,
        **{
            name: {"all": spread(truth, each, everything), "without_duplicates": spread(truth, each, unseen)}
            for name, each in told.items()
        },
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
