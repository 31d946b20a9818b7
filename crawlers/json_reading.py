"""JSON from outside, read without trust: whatever is not as documented is as if it were not there."""

from __future__ import annotations

import json
from typing import Any


def load(body: bytes) -> Any:
    """The value; None where it is no JSON, or nested or long beyond reason."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def dig(value: Any, *path: str) -> Any:
    """What stands at the end of these keys; None where the way ends before."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def rows(value: Any, *path: str) -> list[dict[str, Any]]:
    """The objects of the list at the end of these keys."""
    found = dig(value, *path)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def word(value: Any, *path: str) -> str:
    """The string there, or the whole number as one; "" for everything else."""
    found = dig(value, *path)
    if isinstance(found, bool):
        return ""
    return found if isinstance(found, str) else str(found) if isinstance(found, int) else ""


def number(value: Any, *path: str) -> int:
    """The whole number there; 0 for everything else."""
    found = dig(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def name(value: Any, *path: str) -> str | None:
    """An author's name, on one line."""
    return " ".join(word(value, *path).split())[:80] or None
