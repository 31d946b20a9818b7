"""The analysts' page names what there is."""

from __future__ import annotations

from pathlib import Path

from lachan.domain.taxonomy import Category
from lachan.reports.cells import Veil
from lachan.reports.labels import label
from lachan.reports.tidy import SCHEMA

PAGE = (Path(__file__).parents[2] / "docs" / "analysts.md").read_text(encoding="utf-8")


def test_every_category_stands_there_by_both_its_names() -> None:
    for category in Category:
        assert f"| `{category.value}` | {label('category', category.value)} |" in PAGE


def test_veils_and_the_schema_are_explained() -> None:
    assert all(f"`{veil.value}`" in PAGE for veil in Veil)
    assert SCHEMA in PAGE
