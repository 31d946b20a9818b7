"""A world and a desk on SQLite: what is tried here does not depend on the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from lachan.pipeline import accounts
from tests.review_ui.station import Station, found, open_station
from tests.world import World, make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world("sqlite", tmp_path) as made:
        yield made


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    """A whole desk over HTTP, with hashing at its cheapest."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    opened = open_station(tmp_path, found(tmp_path))
    yield opened
    opened.database.close()
