"""`index.ast` -> a Tantivy query for what is found; `index.ranking` puts it in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import tantivy

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
)
from index.document import SCHEMA
from index.vietnamese import fold

#: Of the score of what stands for a word: its synonym, a slip of the keys.
ALSO: Final = 0.5

_Clause = tuple[tantivy.Occur, tantivy.Query]


def matched(node: Node, field: str = "folded") -> tantivy.Query:
    """What is found; only words have a score. `field`: where a single text is looked for."""
    match node:
        case Phrase() | Prefix() | Fuzzy():
            return _text(node, field)
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
            return _any(matched(part) for part in parts)
        case Also(main, others):
            less = (tantivy.Query.boost_query(matched(part), ALSO) for part in others)
            return _any((matched(main), *less))


def below(query: tantivy.Query, field: str, key: int) -> tantivy.Query:
    """What of `query` has a smaller number in `field`."""
    bound = tantivy.Query.range_query(
        SCHEMA, field, tantivy.FieldType.Integer, upper_bound=key, include_upper=False
    )
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, _unscored(bound))])


def like(words: Sequence[Phrase], least: int, case: int) -> tantivy.Query:
    """At least so many of `words`, but not `case` itself."""
    clauses = [(tantivy.Occur.Should, _text(word, "folded")) for word in words]
    some = tantivy.Query.boolean_query(clauses, least)
    itself = tantivy.Query.term_query(SCHEMA, "case", case, "basic")
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, some), (tantivy.Occur.MustNot, itself)])


def _any(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _joined(parts: tuple[Node, ...]) -> tantivy.Query:
    """All of `parts`. Tantivy finds nothing where every clause is negative, so one for everything is put in."""
    clauses: list[_Clause] = []
    for part in parts:
        if isinstance(part, Not):
            clauses.append((tantivy.Occur.MustNot, matched(part.part)))
        else:
            clauses.append((tantivy.Occur.Must, matched(part)))
    if all(isinstance(part, Not) for part in parts):
        clauses.append((tantivy.Occur.Must, matched(Everything())))
    return tantivy.Query.boolean_query(clauses)


def _text(text: Text, field: str) -> tantivy.Query:
    match text:
        case Phrase((word,)):
            return tantivy.Query.term_query(SCHEMA, field, spelt(word, field))
        case Phrase(words):
            return tantivy.Query.phrase_query(SCHEMA, field, [spelt(word, field) for word in words])
        case Prefix(
            stem
        ):  # a fuzzy prefix of distance 0: ready sooner than a regular expression, no limit of words
            return tantivy.Query.fuzzy_term_query(SCHEMA, field, spelt(stem, field), 0, prefix=True)
        case Fuzzy(word):
            return tantivy.Query.fuzzy_term_query(SCHEMA, field, spelt(word, field), 1)


def spelt(word: str, field: str) -> str:
    """`word` as that field has it."""
    return fold(word) if field == "folded" else word


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)


def _days(first: date | None = None, last: date | None = None) -> tantivy.Query:
    return _unscored(
        tantivy.Query.range_query(
            SCHEMA,
            "day",
            tantivy.FieldType.Integer,
            lower_bound=first.toordinal() if first else None,
            upper_bound=last.toordinal() if last else None,
        )
    )
