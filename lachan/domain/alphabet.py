"""The order of Vietnamese words in a list: a ă â b c d đ e ê … o ô ơ … u ư …, then tones.

As in Unicode's locale data (CLDR, `vi`): letters decide over the whole text, so that `đ` stands after all of `d`; of
what has the same letters, the tones decide in the order none, huyền, hỏi, ngã, sắc, nặng; capitals last of all.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_LETTERS: Final = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES: Final = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_FIRST: Final = 0x110000  # letters stand behind digits and signs, which keep their places in Unicode


def alphabetical(text: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """A key for `sorted`: letters, then tones, then the text itself."""
    letters: list[int] = []
    tones: list[int] = []
    for sign in unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold()):
        marks = unicodedata.normalize("NFD", sign)
        tone = next((_TONES[mark] for mark in marks if mark in _TONES), 0)
        letter = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
        for part in letter:
            letters.append(_FIRST + _LETTERS[part] if part in _LETTERS else ord(part))
            tones.append(tone)
    return tuple(letters), tuple(tones), text
