from __future__ import annotations

import math
import random
import threading
from pathlib import Path

import pytest
import tantivy

from classifiers.normalise import normalise
from index.asked import asked
from index.ast import Fuzzy, Node, Phrase, wanted_texts
from index.query import parse
from index.ranking import EXACT, MEANT, Lexicon, plan
from index.tantivy_index import TantivyIndex
from index.tantivy_query import TANTIVY, matched
from lachan.pipeline.ports import SearchRequest
from tests.index.sentences import document


@pytest.mark.parametrize(
    ("query", "ranked"),
    [
        ("a", True),
        ("a* urgent:yes", True),
        ("urgent:yes", False),
        ("-a", False),
        ("", False),
        ("* OR a", True),
    ],
)
def test_words_make_a_ranking(query: str, ranked: bool) -> None:
    assert plan(parse(query), Lexicon(9, lambda _field, _word: 3)).ranked is ranked


def test_exact_spelling_outweighs_any_rarity() -> None:
    assert math.log(1 + 10**9) * 2.2 < EXACT


WORDS = [
    *["đánh", "danh", "đanh", "nhau", "gà", "ga", "con", "cỏ", "co", "sân", "san"],
    *["pod", "bóng", "bống", "đua", "đùa", "dua", "hồ", "ho"],
]
ASKED = [*WORDS, "đ.á.n.h", "vape", "đa*", '"đánh nhau"', '"con ga"', "urgent:no", "from:2026-11-02"]


def _question(dice: random.Random) -> str:
    pieces = dice.choices(ASKED, k=dice.randint(1, 4))
    glue = dice.choice([" OR ", " OR ", " ", " -", None])
    if glue is None:
        return f"({pieces[0]} {pieces[-1]}) OR {pieces[0]} OR ({pieces[-1]} -{pieces[0]})"
    return glue.join(pieces)


def _whole(node: Node) -> tantivy.Query:
    """The order as it is defined, without any short way."""
    clauses = [(tantivy.Occur.Must, matched(node))]
    for text in wanted_texts(node):
        if not isinstance(text, Fuzzy):
            count = len(text.words) if isinstance(text, Phrase) else 1
            worths = [
                tantivy.Query.const_score_query(TANTIVY.text(text, field), worth * count)
                for field, worth in (("exact", EXACT), ("meant", MEANT))
            ]
            clauses.append((tantivy.Occur.Should, tantivy.Query.disjunction_max_query(worths)))
    return tantivy.Query.boolean_query(clauses)


def test_the_short_way_leads_to_the_same_hits(tmp_path: Path) -> None:
    dice = random.Random(4)
    index = TantivyIndex(tmp_path, normalise)
    # Two commits, some deleted again; no more than are put in order by their time where all score the same.
    for start in (1, 121):
        posts = [
            document(
                case, " ".join(dice.choices(WORDS, weights=range(len(WORDS), 0, -1), k=dice.randint(2, 12)))
            )
            for case in range(start, start + 120)
        ]
        index.apply(posts, range(1, start, 7))
    searcher = index._searcher()
    assert searcher is not None
    lexicon = Lexicon(240, searcher.doc_freq)
    short = 0
    for number in range(300):
        query = _question(dice)
        request = SearchRequest(query, limit=dice.choice([1, 5, 20]), loose=number % 9 == 0)
        node = asked(request, normalise).node
        if not any(wanted_texts(node)):
            continue
        found = searcher.search(_whole(node), 240)
        wanted = sorted(
            (
                (-round(score, 3), -key, case)
                for (score, _), key, case in zip(
                    found.hits,
                    searcher.fast_field_values("newest", [address for _, address in found.hits]),
                    searcher.fast_field_values("case", [address for _, address in found.hits]),
                    strict=True,
                )
            ),
        )[: request.limit]
        answer = index.search(request)
        assert [hit.case for hit in answer.hits] == [case for _, _, case in wanted], query
        assert [hit.score for hit in answer.hits] == pytest.approx(
            [-score for score, _, _ in wanted], abs=0.005
        )
        assert answer.total == found.count, query
        head = plan(node, lexicon).head
        if head is not None and len(wanted) == request.limit:
            short += -wanted[-1][0] > head.others
    assert short > 10


def test_a_query_of_many_words_fits_a_small_stack(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    letters = [chr(ord("a") + number % 26) for number in range(249)]
    index.apply([document(1, " ".join(letters)), document(2, "a")], [])
    found: list[int] = []
    size = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(
            target=lambda: found.append(index.search(SearchRequest(" ".join(letters))).total)
        )
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
    assert found == [1]
