"""`index.ast` -> a Tantivy query.

What is found is decided on the folded field alone, so `danh nhau` and `đánh nhau` find the same cases. The order:
every word in exactly the query's spelling is worth `EXACT`, more than BM25 gives to any one word; then BM25.
So `đánh nhau` puts "đánh nhau" first, and `danh nhau` puts first what was written without accents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import tantivy

from index.ast import And, Everything, Is, Node, Not, Or, Phrase, Prefix, Since, Text, Until, wanted_texts
from index.document import SCHEMA, day_end, day_start
from index.vietnamese import fold

#: BM25 gives one word at most ln(1 + cases) x 2.2, 46 for a thousand million cases.
EXACT: Final = 64.0

_EXPANSIONS: Final = 64  # words of a wild card that are highlighted, the most frequent ones

_Clause = tuple[tantivy.Occur, tantivy.Query]


@dataclass(frozen=True)
class Plan:
    """`ranked`: the query has words, so the score orders; else the newest come first."""

    query: tantivy.Query
    ranked: bool


def plan(node: Node) -> Plan:
    """How Tantivy answers `node`."""
    matched = _matched(node)
    texts = list(wanted_texts(node))
    if not texts:
        return Plan(matched, ranked=False)
    clauses: list[_Clause] = [(tantivy.Occur.Must, matched)]
    clauses += [(tantivy.Occur.Should, _exact(text)) for text in texts]
    return Plan(tantivy.Query.boolean_query(clauses), ranked=True)


def highlights(node: Node, searcher: tantivy.Searcher) -> tuple[str, ...]:
    """The folded words of hits to mark; wild cards as the words of the index that they stand for."""
    return tuple(sorted(set(_highlights(node, searcher))))


def _highlights(node: Node, searcher: tantivy.Searcher) -> Iterator[str]:
    for text in wanted_texts(node):
        match text:
            case Phrase(words):
                yield from map(fold, words)
            case Prefix(stem):
                for word, _ in searcher.terms_with_prefix("folded", fold(stem), limit=_EXPANSIONS):
                    yield word


def _matched(node: Node) -> tantivy.Query:
    """What is found; only words have a score."""
    match node:
        case Phrase() | Prefix():
            return _text(node, "folded")
        case Is(field, value):
            return _unscored(tantivy.Query.term_query(SCHEMA, field, value, "basic"))
        case Since(day):
            return _days(first=day)
        case Until(day):
            return _days(last=day)
        case Everything():
            return _unscored(tantivy.Query.all_query())
        case Not():
            return _joined((node,))
        case And(parts):
            return _joined(parts)
        case Or(parts):
            return tantivy.Query.boolean_query([(tantivy.Occur.Should, _matched(part)) for part in parts])


def _joined(parts: tuple[Node, ...]) -> tantivy.Query:
    """All of `parts`. Tantivy finds nothing where every clause is negative, so one for everything is put in."""
    clauses: list[_Clause] = []
    for part in parts:
        if isinstance(part, Not):
            clauses.append((tantivy.Occur.MustNot, _matched(part.part)))
        else:
            clauses.append((tantivy.Occur.Must, _matched(part)))
    if all(isinstance(part, Not) for part in parts):
        clauses.append((tantivy.Occur.Must, _matched(Everything())))
    return tantivy.Query.boolean_query(clauses)


def _text(text: Text, field: str) -> tantivy.Query:
    match text:
        case Phrase((word,)):
            return tantivy.Query.term_query(SCHEMA, field, _spelt(word, field))
        case Phrase(words):
            return tantivy.Query.phrase_query(SCHEMA, field, [_spelt(word, field) for word in words])
        case Prefix(
            stem
        ):  # a fuzzy prefix of distance 0: ready faster than a regular expression, no limit of words
            return tantivy.Query.fuzzy_term_query(SCHEMA, field, _spelt(stem, field), 0, prefix=True)


def _spelt(word: str, field: str) -> str:
    return fold(word) if field == "folded" else word


def _exact(text: Text) -> tantivy.Query:
    count = len(text.words) if isinstance(text, Phrase) else 1
    return tantivy.Query.const_score_query(_text(text, "exact"), EXACT * count)


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)


def _days(first: date | None = None, last: date | None = None) -> tantivy.Query:
    return _unscored(
        tantivy.Query.range_query(
            SCHEMA,
            "newest",
            tantivy.FieldType.Integer,
            lower_bound=day_start(first) if first else None,
            upper_bound=day_end(last) if last else None,
        )
    )
