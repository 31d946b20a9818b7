"""Alembic's folder, shipped in the package and run by `lachan.store.migrate`: `env.py`, `versions/`."""
