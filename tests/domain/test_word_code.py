"""Codes that a child can copy: many, harmless to type, forgiving."""

from __future__ import annotations

import random
import re
import secrets

from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.word_code import LIST_LENGTH, WORDS, code_hash, new_code, normal_code, word_list

KEY = b"k" * 32


def test_the_list_is_plain_and_whole() -> None:
    words = word_list()
    assert len(words) == len(set(words)) == LIST_LENGTH == 2**8
    assert all(re.fullmatch(r"[a-z]{2,6}", word) for word in words)
    assert WORDS * 8 >= 56, "bits"


def test_codes_are_drawn_anew() -> None:
    drawn = {new_code(secrets.choice) for _ in range(200)}
    assert len(drawn) == 200
    assert all(len(code.split()) == WORDS for code in drawn)


@given(st.integers(0, 2**32))
def test_what_a_hand_does_to_a_code_is_forgiven(seed: int) -> None:
    dice = random.Random(seed)
    code = new_code(dice.choice)
    typed = dice.choice(["  ", "-", ", ", "\n", "."]).join(
        dice.choice([word, word.upper(), word.title()]) for word in code.split()
    )
    assert normal_code(f" {typed} ") == code
    assert code_hash(KEY, typed) == code_hash(KEY, code)


def test_signs_are_forgiven_and_other_words_are_not() -> None:
    assert normal_code("Sen Đường Mây") == "sen duong may"
    assert code_hash(KEY, "sen tre gio") != code_hash(KEY, "sen tre mua")
    assert code_hash(KEY, "sen tre gio") != code_hash(b"x" * 32, "sen tre gio")
    assert normal_code("123 !") == ""
