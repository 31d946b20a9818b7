from __future__ import annotations

import math

import pytest

from index.compile import EXACT, plan
from index.query import parse


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
    assert plan(parse(query)).ranked is ranked


def test_exact_spelling_outweighs_any_rarity() -> None:
    assert math.log(1 + 10**9) * 2.2 < EXACT
