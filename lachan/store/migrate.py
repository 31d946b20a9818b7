"""Bringing a database to the shape that this code knows; safe when several processes start at once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from lachan.domain.errors import InputError
from lachan.store.engines import transaction

_FOLDER: Final = Path(__file__).parent / "migrations"
_ADVISORY_LOCK: Final = 7_106_322_014  # any number that nobody else on the server locks


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision that this code knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def known(revision: str) -> bool:
    """True when this code has that revision."""
    script = ScriptDirectory.from_config(_config())
    return revision in {item.revision for item in script.walk_revisions()}


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade in one transaction. Raises InputError for a database that a newer version made."""
    with transaction(engine, "write") as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        present = current(connection)
        if present is not None and not known(present):
            raise InputError(
                f"the database was made by a newer version of lachan (its revision is {present}): "
                "install that version; nothing was changed"
            )
        if present != (head() if revision == "head" else revision):
            command.upgrade(_config(connection), revision)
