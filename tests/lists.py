"""A child-protection body of the tests: its key, and lists of harmless stand-in words that it signs."""

from __future__ import annotations

import json
from datetime import date
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC: Final = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
#: Stands in for a term of such a list; harmless, and in no shipped post.
TERM: Final = "diều giấy xanh lơ"
URL: Final = "https://town.example/f/bai-17"


def document(**changes: object) -> bytes:
    """A list that nothing is wrong with, but for `changes`; None leaves a key out."""
    content: dict[str, object] = {
        "format": "lachan.list/1",
        "name": "danh-sach-1",
        "issuer": "bao-ve-tre-em",
        "category": "grooming_solicitation",
        "issued_on": "2026-11-01",
        "expires_on": "2027-05-01",
        "urls": [URL],
        "terms": [TERM],
        **changes,
    }
    kept = {name: value for name, value in content.items() if value is not None}
    return json.dumps(kept, ensure_ascii=False).encode()


def signature(signed: bytes) -> bytes:
    return KEY.sign(signed)


def day(text: str) -> date:
    return date.fromisoformat(text)
