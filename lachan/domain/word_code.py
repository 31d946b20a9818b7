"""Codes that a child can copy onto paper: seven harmless Vietnamese words without diacritics.

256 words, seven drawn at random: 56 bits. A code is kept as a keyed hash only; whoever tries codes meets a rate
limit, and whoever has the database alone would need the key ring as well.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

WORDS: Final = 7
LIST_LENGTH: Final = 256  # 8 bits a word
_APART: Final = re.compile(r"[^a-z]+")


@cache
def word_list() -> tuple[str, ...]:
    """The words that codes are made of, in the order of the file."""
    return tuple(files("lachan.domain").joinpath("word_code.txt").read_text(encoding="utf-8").split())


def new_code(choice: Callable[[Sequence[str]], str]) -> str:
    """A fresh code: `sen tre gio lua trang may voi`. `choice` must be unpredictable (`secrets.choice`)."""
    return " ".join(choice(word_list()) for _ in range(WORDS))


def normal_code(typed: str) -> str:
    """`typed` as codes are written: capitals, signs, hyphens and many blanks are forgiven."""
    plain = unicodedata.normalize("NFD", typed.casefold()).replace("đ", "d")
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(part for part in _APART.split(plain) if part)


def code_hash(key: bytes, typed: str) -> str:
    """HMAC-SHA-256 of the code as it is written, in hexadecimal."""
    return hmac.new(key, normal_code(typed).encode(), hashlib.sha256).hexdigest()
