"""The shipped migrations make exactly the tables that the code knows."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from lachan.store import SqlDatabase
from lachan.store.migrate import current, head, known
from lachan.store.tables import metadata


def test_migrated_is_what_the_tables_say(database: SqlDatabase) -> None:
    with database._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
        assert current(connection) == head()


def test_revisions_are_known_by_name() -> None:
    assert known(head())
    assert not known("9999")
