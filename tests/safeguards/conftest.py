"""A world on SQLite: what is tried here does not depend on the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import World, make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world("sqlite", tmp_path) as made:
        yield made
