"""A fresh station for each test; password hashing at its cheapest, since nothing here measures it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from lachan.pipeline import accounts
from tests.review_ui.station import Station, build


@pytest.fixture(autouse=True)
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    built = build(tmp_path)
    yield built
    built.database.close()
