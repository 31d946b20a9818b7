"""Elasticsearch's language: what a query finds, and in the order that `index.ranking` defines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from index.ast import Fuzzy, Node, Phrase, Prefix, Text, wanted_texts
from index.compile import FOUND, compiled, spelt
from index.ranking import EXACT, MEANT

Query = Mapping[str, Any]

_EXPANSIONS: Final = 10_000  # words of the index that a slip of the keys may stand for: more than there are


class _Elastic:
    """`Language` of Elasticsearch."""

    def text(self, text: Text, field: str) -> Query:
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

    def value(self, field: str, value: str) -> Query:
        return _unscored({"term": {field: value}})

    def days(self, first: date | None, last: date | None) -> Query:
        bounds = {"gte": first, "lte": last}
        return _unscored({"range": {"day": {name: day.toordinal() for name, day in bounds.items() if day}}})

    def everything(self) -> Query:
        return _unscored({"match_all": {}})

    def every(self, wanted: Sequence[Query], unwanted: Sequence[Query]) -> Query:
        return {"bool": {"must": list(wanted), "must_not": list(unwanted)}}

    def some(self, wanted: Sequence[Query]) -> Query:
        return {"bool": {"should": list(wanted), "minimum_should_match": 1}}

    def lessened(self, query: Query, share: float) -> Query:
        return {"bool": {"must": [query], "boost": share}}


_ELASTIC: Final = _Elastic()


def matched(node: Node) -> Query:
    """What `node` finds."""
    return compiled(node, _ELASTIC)


def ranked(node: Node) -> Query:
    """The same, with what every spelling is worth."""
    worths = [
        {"dis_max": {"queries": [_worth(text, "exact", EXACT), _worth(text, "meant", MEANT)]}}
        for text in wanted_texts(node)
        if not isinstance(text, Fuzzy)
    ]
    return {"bool": {"must": [matched(node)], "should": worths}}


def like(words: Sequence[Phrase], least: int, case: int) -> Query:
    """At least so many of `words`, but not `case` itself."""
    return {
        "bool": {
            "should": [_ELASTIC.text(word, FOUND) for word in words],
            "minimum_should_match": least,
            "must_not": [{"ids": {"values": [str(case)]}}],
        }
    }


def _worth(text: Text, field: str, worth: float) -> Query:
    count = len(text.words) if isinstance(text, Phrase) else 1
    return {"constant_score": {"filter": _ELASTIC.text(text, field), "boost": worth * count}}


def _unscored(query: Query) -> Query:
    return {"constant_score": {"filter": query, "boost": 0}}
