"""The undisturbed demo to compare with, and a fresh installation for each test."""

from __future__ import annotations

from tests.app.conftest import demo, installation

__all__ = ["demo", "installation"]
