"""Synonyms: what else a searched word may stand under, from `synonyms.tsv`; found, but ranked after the word itself."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from index.ast import Also, And, Node, Or, Phrase
from index.vietnamese import fold, words

Words = tuple[str, ...]


def _read() -> Mapping[Words, tuple[tuple[Words, tuple[Words, ...]], ...]]:
    """Folded term -> (term, the others of its group), of every group that it stands in."""
    lines = (files("index") / "synonyms.tsv").read_text("utf-8").splitlines()
    groups = [[tuple(words(term)) for term in line.split("\t")] for line in lines if line and line[0] != "#"]
    table: defaultdict[Words, list[tuple[Words, tuple[Words, ...]]]] = defaultdict(list)
    for group in groups:
        for term in group:
            table[tuple(map(fold, term))].append((term, tuple(other for other in group if other != term)))
    return {term: tuple(entries) for term, entries in table.items()}


_TABLE: Final = _read()
_LONGEST: Final = max(map(len, _TABLE))


def synonyms(term: Words) -> tuple[Words, ...]:
    """What else `term` may be called; () for words of no group. Accents may be left out, but none may be others."""
    return tuple(
        other
        for entry, others in _TABLE.get(tuple(map(fold, term)), ())
        if all(map(_plainer, term, entry))
        for other in others
    )


def _plainer(typed: str, entry: str) -> bool:
    """Whether every letter of `typed` is that of `entry`, with all or fewer of its marks."""
    return len(typed) == len(entry) and all(
        letter == other or (letter, other) == ("d", "đ") or set(_parts(letter)) < set(_parts(other))
        for letter, other in zip(typed, entry, strict=True)
    )


def _parts(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)


def widened(node: Node) -> Node:
    """`node` with synonyms beside its words, the longest term first. Quoted words stand for themselves alone, and so
    does what is left out: `-pod` does not leave out vapes."""
    match node:
        case Phrase():
            return _with_others(node, node.words) if not node.quoted else node
        case And(parts):
            widened_parts = _in_run(parts)
            return widened_parts[0] if len(widened_parts) == 1 else And(widened_parts)
        case Or(parts):
            return Or(tuple(map(widened, parts)))
        case Also(main, others, read):
            return Also(widened(main), tuple(map(widened, others)), read)
        case _:
            return node


def _with_others(node: Node, term: Words) -> Node:
    others = synonyms(term)
    return Also(node, tuple(Phrase(other, quoted=True) for other in others)) if others else node


def _in_run(parts: tuple[Node, ...]) -> tuple[Node, ...]:
    found: list[Node] = []
    at = 0
    while at < len(parts):
        part, used = widened(parts[at]), 1
        for end in range(min(len(parts), at + _LONGEST), at + 1, -1):
            run = parts[at:end]
            term = tuple(word for each in run if isinstance(each, Phrase) for word in each.words)
            if all(isinstance(each, Phrase) and not each.quoted for each in run) and synonyms(term):
                part, used = _with_others(And(run), term), len(run)
                break
        found.append(part)
        at += used
    return tuple(found)
