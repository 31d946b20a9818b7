"""Tantivy's language: what a query finds; `index.ranking` puts it in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import tantivy

from index.ast import Fuzzy, Node, Phrase, Prefix, Text
from index.compile import FOUND, compiled, spelt
from index.document import PAIRS, SCHEMA
from index.vietnamese import pair

_MUST: Final = tantivy.Occur.Must
_SHOULD: Final = tantivy.Occur.Should
_MUST_NOT: Final = tantivy.Occur.MustNot


class _Tantivy:
    """`Language` of Tantivy."""

    def text(self, text: Text, field: str) -> tantivy.Query:
        match text:
            case Phrase((word,)):
                return tantivy.Query.term_query(SCHEMA, field, spelt(word, field))
            case Phrase((first, second)) if field == FOUND:
                neighbours = pair(spelt(first, field), spelt(second, field))
                return tantivy.Query.term_query(SCHEMA, PAIRS, neighbours, "freq")
            case Phrase(words):
                return tantivy.Query.phrase_query(SCHEMA, field, [spelt(word, field) for word in words])
            case Prefix(stem):
                # a fuzzy prefix of distance 0: ready sooner than a regular expression, no limit of words
                return tantivy.Query.fuzzy_term_query(SCHEMA, field, spelt(stem, field), 0, prefix=True)
            case Fuzzy(word):
                return tantivy.Query.fuzzy_term_query(SCHEMA, field, spelt(word, field), 1)

    def value(self, field: str, value: str) -> tantivy.Query:
        return _unscored(tantivy.Query.term_query(SCHEMA, field, value, "basic"))

    def days(self, first: date | None, last: date | None) -> tantivy.Query:
        return _unscored(
            tantivy.Query.range_query(
                SCHEMA,
                "day",
                tantivy.FieldType.Integer,
                lower_bound=first.toordinal() if first else None,
                upper_bound=last.toordinal() if last else None,
            )
        )

    def everything(self) -> tantivy.Query:
        return _unscored(tantivy.Query.all_query())

    def every(self, wanted: Sequence[tantivy.Query], unwanted: Sequence[tantivy.Query]) -> tantivy.Query:
        clauses = [(_MUST, query) for query in wanted] + [(_MUST_NOT, query) for query in unwanted]
        return tantivy.Query.boolean_query(clauses)

    def some(self, wanted: Sequence[tantivy.Query]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(_SHOULD, query) for query in wanted])

    def lessened(self, query: tantivy.Query, share: float) -> tantivy.Query:
        return tantivy.Query.boost_query(query, share)


TANTIVY: Final = _Tantivy()


def matched(node: Node) -> tantivy.Query:
    """What `node` finds."""
    return compiled(node, TANTIVY)


def below(query: tantivy.Query, field: str, key: int) -> tantivy.Query:
    """What of `query` has a smaller number in `field`."""
    bound = tantivy.Query.range_query(
        SCHEMA, field, tantivy.FieldType.Integer, upper_bound=key, include_upper=False
    )
    return TANTIVY.every([query, _unscored(bound)], ())


def like(words: Sequence[Phrase], least: int, case: int) -> tantivy.Query:
    """At least so many of `words`, but not `case` itself."""
    clauses = [(_SHOULD, TANTIVY.text(word, FOUND)) for word in words]
    some = tantivy.Query.boolean_query(clauses, least)
    return TANTIVY.every([some], [tantivy.Query.term_query(SCHEMA, "case", case, "basic")])


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)
