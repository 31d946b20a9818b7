from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.normalise import normalise
from index import open_index
from index.ast import And, Everything, Is, Node, Not, Or, Phrase, Prefix, Since, Until
from index.query import MAX_DEPTH, MAX_LENGTH
from index.query import parse_plainly as parse
from lachan.domain.errors import QueryError
from lachan.pipeline.ports import SearchRequest
from tests.index.random_queries import PIECES, random_query
from tests.index.sentences import SENTENCES

A, B, C = (Phrase((letter,)) for letter in "abc")


@pytest.mark.parametrize(
    ("query", "node"),
    [
        ("", Everything()),
        ("*", Everything()),
        ("A", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("a -b", And((A, Not(B)))),
        ("a NOT (b OR c)", And((A, Not(Or((B, C)))))),
        ("--a", A),
        ("-NOT -a", Not(A)),
        ("((((a))))", A),
        ('"a b" c', And((Phrase(("a", "b")), C))),
        ("a-b", Phrase(("a", "b"))),
        ("Hoà*", Prefix("hòa")),
        ("ANDA ORB", And((Phrase(("anda",)), Phrase(("orb",))))),
        ('"AND"', Phrase(("and",))),
        ('"giờ: 5"', Phrase(("giờ", "5"))),
        ("category: age_unsuitable", Is("category", "age_unsuitable")),
        ('From:2026-11-30 to:"2026-12-01"', And((Since(date(2026, 11, 30)), Until(date(2026, 12, 1))))),
        ("urgent:FALSE", Is("urgent", "no")),
    ],
)
def test_meaning(query: str, node: Node) -> None:
    assert parse(query) == node


def test_errors_say_what_to_do() -> None:
    with pytest.raises(
        QueryError,
        match="there are category:, source:, kind:, place:, status:, measure:, urgent:, from:, to:",
    ):
        parse("author:x")
    with pytest.raises(QueryError, match="one of: child_sexual_content, "):
        parse("category:x")
    with pytest.raises(QueryError, match="2026-11-30"):
        parse("from:x")
    with pytest.raises(QueryError, match="close the quotation mark"):
        parse('a "b')


def test_length() -> None:
    parse("a" * MAX_LENGTH)
    with pytest.raises(QueryError) as caught:
        parse("a" * (MAX_LENGTH + 1))
    assert caught.value.position == MAX_LENGTH


def test_depth() -> None:
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == A
    with pytest.raises(QueryError) as caught:
        parse("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1))
    assert caught.value.position == MAX_DEPTH
    assert parse("NOT " * 120 + "a") == A


def _survives(query: str) -> None:
    try:
        parse(query)
    except QueryError as error:
        assert 0 <= error.position <= len(query)
        assert str(error)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(query: str) -> None:
    _survives(query)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_mixture_is_read_or_refused(query: str) -> None:
    _survives(query)


def test_ten_thousand_random_queries_are_answered_or_refused(tmp_path: Path) -> None:
    index = open_index(str(tmp_path), normalise)
    index.apply(SENTENCES, [])
    dice = random.Random(6)
    answered = 0
    for _ in range(10_000):
        query = random_query(dice)
        try:
            answer = index.search(SearchRequest(query, limit=3, loose=dice.random() < 0.1))
        except QueryError as error:
            assert 0 <= error.position <= len(query)
        else:
            answered += 1
            assert 0 <= len(answer.hits) <= 3
            assert answer.total >= len(answer.hits)
    assert 4_000 < answered < 8_000
