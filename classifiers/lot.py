"""Who is drawn: a keyed hash decides which texts the full model reads although the first stage lets them go.

What the first stage lets go nobody would see again, and its misses would stay unknown. So a fixed share is read in
full, the same path as all others; people see what that flags and nothing else, and no text is kept for it. The key
is secret and lasting: nobody can write a text that is never drawn, and the same text is drawn or not, every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

#: One in fifty: a few hundred a day where tens of thousands are let go, next to nothing of the full model's time.
SHARE: Final = 1 / 50
_WHOLE: Final = 2**64


@dataclass(frozen=True)
class Lot:
    """`key` has 16 to 64 bytes."""

    key: bytes
    share: float = SHARE

    def draws(self, text: str) -> bool:
        """Whether this normalised text is drawn."""
        digest = blake2b(text.encode("utf-8", "surrogatepass"), key=self.key, digest_size=8).digest()
        return int.from_bytes(digest, "big") < self.share * _WHOLE
