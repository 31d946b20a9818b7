"""A fresh station for each test, copied from one that is founded once; hashing at its cheapest, since nothing
here measures it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from lachan.pipeline import accounts
from tests.review_ui.station import Station, found, open_station


@pytest.fixture(autouse=True, scope="session")
def cheap_hashing() -> Iterator[None]:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", cheap)
        patch.setattr(accounts, "_NOBODY", cheap.hash("nobody"))
        yield


@pytest.fixture(scope="session")
def founded(
    tmp_path_factory: pytest.TempPathFactory, cheap_hashing: None
) -> tuple[Path, dict[str, str | None]]:
    """A folder with accounts and sources, and the accounts' one-time secrets."""
    folder = tmp_path_factory.mktemp("founded")
    return folder, found(folder)


@pytest.fixture
def station(tmp_path: Path, founded: tuple[Path, dict[str, str | None]]) -> Iterator[Station]:
    shutil.copytree(founded[0], tmp_path, dirs_exist_ok=True)
    opened = open_station(tmp_path, founded[1])
    yield opened
    opened.database.close()
