"""ViHSD, three classes, macro-F1: the judge's own features, or a fine-tuned encoder. Prints one line of JSON.

    python bench/vihsd.py --train train.csv --test test.csv [--encoder FOLDER] [--seeds 3] [--epochs 4]

Files have the columns `free_text` and `label_id` (0 clean, 1 offensive, 2 hate). Without `--encoder`: the linear
judge's features (character and word n-grams, concepts) under a linear support vector machine, the cost chosen by
cross-validation of the training file. With it: plain fine-tuning of the Hugging Face encoder in FOLDER (the `train`
extra). `without_duplicates` leaves out test rows whose normalised text stands in the training file. For measuring
only: nothing of the set is kept, and nothing trained on it ships.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.svm import LinearSVC

from classifiers import evidence, features
from classifiers.normalise import normalise_text

COSTS = (0.05, 0.1, 0.2, 0.4)
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


def encoder(
    folder: Path, train: tuple[list[str], Labels], test: list[str], seeds: range, epochs: int
) -> tuple[list[Labels], dict[str, object]]:
    import torch
    from torch.nn import functional

    from classifiers import hugging_face

    told = []
    for seed in seeds:
        hugging_face.transformers().set_seed(seed)
        network, tokenizer = hugging_face.read(folder, num_labels=3, ignore_mismatched_sizes=True)
        network.to("cuda" if torch.cuda.is_available() else "cpu")
        optimizer = torch.optim.AdamW(network.parameters(), lr=2e-5, weight_decay=0.01)
        texts, labels = train[0], torch.from_numpy(train[1]).to(network.device)
        share = torch.bincount(labels, minlength=3).float() / len(labels)
        weight = (1 / share).sqrt() / (1 / share).sqrt().mean()  # the classes are 83, 7 and 10 per cent
        total, done = epochs * -(-len(texts) // 32), 0
        draw = random.Random(seed)
        for _ in range(epochs):
            network.train()
            order = list(range(len(texts)))
            draw.shuffle(order)
            for first in range(0, len(order), 32):
                for group in optimizer.param_groups:
                    group["lr"] = 2e-5 * min((done + 1) / (0.06 * total + 1), (total - done) / total)
                chosen = order[first : first + 32]
                batch = tokenizer(
                    [texts[at] for at in chosen],
                    padding=True,
                    truncation=True,
                    max_length=hugging_face.LONGEST,
                    return_tensors="pt",
                ).to(network.device)
                functional.cross_entropy(network(**batch).logits.float(), labels[chosen], weight).backward()
                torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                optimizer.zero_grad()
                done += 1
        told.append(hugging_face.logits_of(network, tokenizer, test).argmax(1))
    return told, {"model": folder.name, "epochs": epochs}


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
    parser.add_argument("--epochs", type=int, default=4)
    given = parser.parse_args()
    if given.train is None or given.test is None:
        print(json.dumps({"bench": "vihsd", "not_run": "give --train FILE --test FILE (ViHSD)"}))
        return
    train, (texts, truth) = read(given.train), read(given.test)
    seeds = range(given.seeds)
    if given.encoder is None:
        told, about = linear(train, texts, seeds)
    else:
        told, about = encoder(given.encoder, train, texts, seeds, given.epochs)
    known = set(train[0])
    everything = np.ones(len(texts), dtype=bool)
    unseen = np.array([text not in known for text in texts])
    figures = {
        "bench": "vihsd",
        **about,
        "all": spread(truth, told, everything),
        "without_duplicates": spread(truth, told, unseen),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
