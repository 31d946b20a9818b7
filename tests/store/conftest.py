"""Both real backends: SQLite in a fresh folder, PostgreSQL in a database of its own for the session.

The server is named by LACHAN_TEST_POSTGRES_URL; a server that cannot be reached is a failure, not a skip.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from lachan.store import SqlDatabase, open_database
from lachan.store.keyring import FileKeyRing
from lachan.store.migrate import migrate
from lachan.store.tables import metadata
from tests.store.samples import NOW

SERVER = os.environ.get("LACHAN_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A migrated database, dropped at the end."""
    name = f"lachan_store_{secrets.token_hex(4)}"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(SERVER).set(database=name)
    engine = create_engine(url)
    migrate(engine)
    engine.dispose()
    yield url.render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def empty_postgresql_url(postgresql_url: str) -> str:
    """The same database without a row."""
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        names = ", ".join(metadata.tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return postgresql_url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of either backend."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/lachan.db"
    return str(request.getfixturevalue("empty_postgresql_url"))


@pytest.fixture
def keys(tmp_path: Path) -> FileKeyRing:
    return FileKeyRing(tmp_path / "keys" / "ring.json")


@pytest.fixture
def database(url: str, keys: FileKeyRing) -> Iterator[SqlDatabase]:
    opened = open_database(url, keys, lambda: NOW)
    yield opened
    opened.close()
