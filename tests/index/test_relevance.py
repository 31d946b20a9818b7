"""Sixty information needs over judged posts (`needs.tsv`): nDCG@10, with accents and without, on both engines."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from classifiers.normalise import normalise
from index import open_index
from lachan.pipeline.ports import SearchIndex, SearchRequest
from lachan.pipeline.snippet import fold
from tests.index.sentences import document

DEPTH = 10
FLOOR = 0.90
APART = 0.02


@dataclass
class Topic:
    grades: dict[int, int] = field(default_factory=dict)  # by case
    queries: list[str] = field(default_factory=list)


def _read() -> tuple[dict[int, str], list[Topic]]:
    posts: dict[int, str] = {}
    topics: list[Topic] = []
    for line in (Path(__file__).parent / "needs.tsv").read_text("utf-8").splitlines():
        kind, *rest = line.split("\t")
        if kind == "T":
            topics.append(Topic())
        elif kind == "P":
            case = len(posts) + 1
            posts[case] = rest[1]
            topics[-1].grades[case] = int(rest[0])
        elif kind == "Q":
            topics[-1].queries.append(rest[0])
    return posts, topics


POSTS, TOPICS = _read()


def _plain(query: str) -> str:
    """As typed without accents; operators stay."""
    return " ".join(word if word.isupper() else fold(word) for word in query.split(" "))


def ndcg(cases: list[int], grades: dict[int, int]) -> float:
    """Normalised discounted cumulative gain at 10: gains 2^grade - 1, discounts log2(rank + 1) (Järvelin 2002)."""

    def gained(ordered: list[int]) -> float:
        return sum((2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(ordered[:DEPTH]))

    return gained([grades.get(case, 0) for case in cases]) / gained(sorted(grades.values(), reverse=True))


def scores(index: SearchIndex, *, accents: bool) -> dict[str, float]:
    return {
        query: ndcg(
            [
                hit.case
                for hit in index.search(SearchRequest(query if accents else _plain(query), limit=DEPTH)).hits
            ],
            topic.grades,
        )
        for topic in TOPICS
        for query in topic.queries
    }


@pytest.fixture(scope="module", params=["tantivy", "elasticsearch"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    if request.param == "tantivy":
        where = str(tmp_path_factory.mktemp("needs"))
    else:
        where = f"{request.getfixturevalue('search_server')}/needs-{secrets.token_hex(4)}"
    made = open_index(where, normalise)
    made.rebuild(document(case, text) for case, text in POSTS.items())
    return made


def test_the_set_is_large_enough() -> None:
    assert sum(len(topic.queries) for topic in TOPICS) >= 60
    assert len(set(POSTS.values())) == len(POSTS)


def test_needs_are_met_with_and_without_accents(index: SearchIndex) -> None:
    typed, plain = scores(index, accents=True), scores(index, accents=False)
    means = [sum(each.values()) / len(each) for each in (typed, plain)]
    weak = {query: (round(typed[query], 2), round(plain[query], 2)) for query in typed if typed[query] < 0.8}
    assert min(means) >= FLOOR, (means, weak)
    assert abs(means[0] - means[1]) <= APART, (means, weak)


def test_a_perfect_order_is_worth_one() -> None:
    assert ndcg([1, 2], {1: 2, 2: 1}) == 1.0
    assert ndcg([3, 1, 2], {1: 2, 2: 1}) < 0.8
    assert ndcg([], {1: 2}) == 0.0
