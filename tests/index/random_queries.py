"""Random queries: scraps of the language thrown together, and queries by its grammar with a slip now and then."""

from __future__ import annotations

import random
from typing import Final

PIECES: Final = [
    *["đánh", "nhau", "PoD", "hoà", "AND", "OR", "NOT", "-", "(", ")", '"', "“", "*", ":", " ", "\n", "\t"],
    *["category:", "source:", "measure:", "urgent:", "from:", "to:", "kind:", "status:", "place:", "author:"],
    *["yes", "2026-11-30", "0000-00-00", "child_violence", "removal_request"],
    *["\x00", "\u200b", "\ud800", "\ue000", "🐟", "日本", "\u0301", "ß", "ŀ"],
    *["a*", ".*", "[a-z]", "\\", "{9}", "^", "~2", "+", "/", "%", "'", "a" * 80],
]
_WORDS: Final = [
    "đánh",
    "danh",
    "nhau",
    "gà",
    "con",
    "hoà",
    "đ.á.n.h",
    "vape",
    "pod",
    "nước",
    "ｐｏｄ",
    "8h30",
    "sân",
]
_FIELDS: Final = [
    *["category:child_violence", "category:drugs_to_minors", "measure:removal_request", "source:forum"],
    *[
        "kind:forum",
        "status:closed",
        "place:xa-a",
        "urgent:yes",
        "urgent:có",
        "from:2026-11-02",
        "to:2026-11-08",
    ],
]


def random_query(dice: random.Random) -> str:
    """Half of them are scraps, most of which cannot be read; most of the others can."""
    if dice.random() < 0.5:
        return dice.choice(["", " ", " "]).join(dice.choices(PIECES, k=dice.randint(1, 9)))
    query = _written(dice, 3)
    if dice.random() < 0.2:
        at = dice.randrange(len(query) + 1)
        query = query[:at] + dice.choice(PIECES) + query[at + dice.randint(0, 2) :]
    return query


def _written(dice: random.Random, depth: int) -> str:
    kind = dice.randrange(10) if depth else dice.randrange(6)
    if kind < 3:
        return dice.choice(_WORDS)
    if kind == 3:
        return f'"{" ".join(dice.choices(_WORDS, k=dice.randint(1, 3)))}"'
    if kind == 4:
        return dice.choice(_WORDS)[: dice.randint(2, 4)] + "*"
    if kind == 5:
        return dice.choice(_FIELDS)
    parts = [_written(dice, depth - 1) for _ in range(dice.randint(2, 3))]
    if kind == 9:
        return f"({parts[0]}) -{parts[1]}"
    return "(" * (kind == 8) + dice.choice([" ", " OR ", " AND ", " NOT "]).join(parts) + ")" * (kind == 8)
