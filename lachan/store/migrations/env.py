"""Alembic's entry. The connection is always handed in: migrations run inside the caller's transaction."""

from __future__ import annotations

from alembic import context

from lachan.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
