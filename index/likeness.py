"""Which words of a text to look for in others: the rarest, as far as others have them, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from index.vietnamese import GAP, masked

_WORDS: Final = 20  # of the text are asked for
_COMMON: Final = 0.3  # of all cases: a word that is in more tells nothing
_FEW: Final = 30  # cases; below this every word counts
SHARE: Final = 0.3  # of the asked words must be in a hit


def candidates(text: str) -> tuple[str, ...]:
    """The folded words of a masked text, each once, in their order."""
    _, folded = masked(text)
    return tuple(dict.fromkeys(word for word in folded.split(" ") if word != GAP and len(word) > 1))


def telling(frequencies: Mapping[str, int], cases: int) -> tuple[str, ...]:
    """The words to ask for, given in how many of `cases` cases each is; its own text counts among them."""
    usable = [
        word
        for word, count in frequencies.items()
        if count >= 2 and (cases < _FEW or count <= _COMMON * cases)
    ]
    return tuple(sorted(usable, key=lambda word: (frequencies[word], word))[:_WORDS])


def least(asked: int) -> int:
    """How many of `asked` words a hit must have."""
    return max(1, round(SHARE * asked))
