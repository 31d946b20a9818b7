"""`index.ast` -> Elasticsearch's query language, clause for clause what `index.compile` is for Tantivy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from index.ast import (
    Also,
    And,
    Everything,
    Fuzzy,
    Is,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Since,
    Text,
    Until,
    wanted_texts,
)
from index.compile import ALSO, spelt
from index.ranking import EXACT, MEANT

Query = Mapping[str, Any]

_EXPANSIONS: Final = 10_000  # words of the index that a slip of the keys may stand for: more than there are


def ranked(node: Node) -> Query:
    """What `node` finds, in the order of `index.ranking`."""
    spelt = [
        {"dis_max": {"queries": [_spelt_so(text, "exact", EXACT), _spelt_so(text, "meant", MEANT)]}}
        for text in wanted_texts(node)
        if not isinstance(text, Fuzzy)
    ]
    return {"bool": {"must": [matched(node)], "should": spelt}}


def matched(node: Node) -> Query:
    """What is found; only words have a score."""
    match node:
        case Phrase() | Prefix() | Fuzzy():
            return _text(node, "folded")
        case Is(field, value):
            return _unscored({"term": {field: value}})
        case Since(day):
            return _unscored({"range": {"day": {"gte": day.toordinal()}}})
        case Until(day):
            return _unscored({"range": {"day": {"lte": day.toordinal()}}})
        case Everything():
            return _unscored({"match_all": {}})
        case Not():
            return _joined((node,))
        case And(parts):
            return _joined(parts)
        case Or(parts):
            return _any(map(matched, parts))
        case Also(main, others):
            return _any([matched(main), _any(map(matched, others), boost=ALSO)])


def like(words: Sequence[Phrase], least: int, case: int) -> Query:
    """At least so many of `words`, but not `case` itself."""
    return {
        "bool": {
            "should": [_text(word, "folded") for word in words],
            "minimum_should_match": least,
            "must_not": [{"ids": {"values": [str(case)]}}],
        }
    }


def _joined(parts: Sequence[Node]) -> Query:
    must = [matched(part) for part in parts if not isinstance(part, Not)]
    return {
        "bool": {
            "must": must or [matched(Everything())],
            "must_not": [matched(part.part) for part in parts if isinstance(part, Not)],
        }
    }


def _any(queries: Iterable[Query], boost: float = 1.0) -> Query:
    return {"bool": {"should": list(queries), "minimum_should_match": 1, "boost": boost}}


def _text(text: Text, field: str) -> Query:
    match text:
        case Phrase((word,)):
            return {"term": {field: spelt(word, field)}}
        case Phrase(words):
            side_by_side = " ".join(spelt(word, field) for word in words)
            return {"match_phrase": {field: {"query": side_by_side, "analyzer": "whitespace"}}}
        case Prefix(stem):
            return {"prefix": {field: {"value": spelt(stem, field), "rewrite": "constant_score"}}}
        case Fuzzy(word):
            return {
                "fuzzy": {
                    field: {
                        "value": spelt(word, field),
                        "fuzziness": 1,
                        "transpositions": True,
                        "max_expansions": _EXPANSIONS,
                        "rewrite": "constant_score",
                    }
                }
            }


def _spelt_so(text: Text, field: str, worth: float) -> Query:
    count = len(text.words) if isinstance(text, Phrase) else 1
    return {"constant_score": {"filter": _text(text, field), "boost": worth * count}}


def _unscored(query: Query) -> Query:
    return {"constant_score": {"filter": query, "boost": 0}}
