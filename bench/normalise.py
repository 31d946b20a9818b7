"""How many informal words the normaliser brings to their normal form. Prints one line of JSON.

    python bench/normalise.py --data dev.csv      ViLexNorm: columns `original` and `normalized`

Needed are the words of the normal text that the original lacks; produced, those of ours that it lacks. Recall is the
share of the needed that are produced, precision that of the produced that are needed. The word error rate is the
Levenshtein distance over words to the normal text; `identity` leaves the original as it is. Case, punctuation,
Unicode form and tone placement ("hoà", "hòa") do not count, for either. No row is printed.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from classifiers import normalise

WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFC", text).lower()
    plain = normalise._NEW_TONE.sub(normalise._old_tone, plain)
    return WORD.findall(normalise._LOST_TONE.sub(normalise._right_tone, plain))


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Insertions, deletions and replacements of words."""
    row = list(range(len(other) + 1))
    for at, word in enumerate(one, 1):
        before, row[0] = row[0], at
        for to, target in enumerate(other, 1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (word != target))
    return row[-1]


def measured(pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    needed = produced = right = length = ours = identity = same = 0
    began = time.perf_counter()
    told = [normalise.normalise_text(original) for original, _ in pairs]
    seconds = time.perf_counter() - began
    for (original, normal), text in zip(pairs, told, strict=True):
        given, wanted, found = words(original), words(normal), words(text)
        lack, made = Counter(wanted) - Counter(given), Counter(found) - Counter(given)
        needed += lack.total()
        produced += made.total()
        right += (lack & made).total()
        length += len(wanted)
        identity += distance(given, wanted)
        ours += distance(found, wanted)
        same += found == wanted
    return {
        "bench": "normalise",
        "rows": len(pairs),
        "informal_words": needed,
        "recall": round(right / max(1, needed), 4),
        "precision": round(right / max(1, produced), 4),
        "word_error_rate": round(ours / length, 4),
        "word_error_rate_identity": round(identity / length, 4),
        "error_reduction": round(1 - ours / identity, 4),
        "rows_right": round(same / len(pairs), 4),
        "rows_right_identity": round(sum(words(a) == words(b) for a, b in pairs) / len(pairs), 4),
        "texts_per_second": round(len(pairs) / seconds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    if given.data is None:
        print(json.dumps({"bench": "normalise", "not_run": "give --data FILE (ViLexNorm)"}))
        return
    with given.data.open(encoding="utf-8", newline="") as file:
        pairs = [(row["original"], row["normalized"]) for row in csv.DictReader(file)]
    print(json.dumps(measured(pairs)))


if __name__ == "__main__":
    main()
