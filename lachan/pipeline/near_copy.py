"""Keyed MinHash bands: which cases may hold a near-copy, without comparing every pair."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from rensa import RMinHash

from lachan.domain.privacy import near_copy_shingles

# A pair of Jaccard s shares a band with probability 1 - (1 - s^rows)^bands: 0.9996 at 0.8, 0.0002 at 0.1.
BANDS: Final = 20
ROWS: Final = 5


def minhash_bands(text: str, secret: bytes) -> tuple[str, ...]:
    """20 digests of 32 hexadecimal digits; two texts of Jaccard >= 0.8 share at least one, nearly always.

    Empty for texts of fewer than 40 code points. Without `secret` nobody can tell whether a text they hold
    has these bands: the permutations and the digests are both keyed.
    """
    shingles = near_copy_shingles(text)
    if not shingles:
        return ()
    seed = int.from_bytes(hmac.new(secret, b"near-copy-seed", hashlib.sha256).digest()[:8], "big")
    sketch = RMinHash(num_perm=BANDS * ROWS, seed=seed)
    sketch.update(sorted(shingles))
    values = sketch.digest()
    return tuple(_band(secret, band, values[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS))


def _band(secret: bytes, band: int, values: list[int]) -> str:
    message = band.to_bytes(2, "big") + b"".join(value.to_bytes(4, "big") for value in values)
    return hmac.new(secret, b"near-copy-band" + message, hashlib.sha256).hexdigest()[:32]
