"""Vietnamese names, read from `labels.json`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def labels() -> dict[str, dict[str, str]]:
    """Group -> identifier -> Vietnamese."""
    read: dict[str, dict[str, str]] = json.loads(
        files("lachan.reports").joinpath("labels.json").read_text(encoding="utf-8")
    )
    return read


def label(group: str, name: str) -> str:
    """Raises KeyError for a name that has none: a test holds one for every member of every enum."""
    return labels()[group][name]
