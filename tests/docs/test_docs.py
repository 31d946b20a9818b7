"""The pages agree with the program: commands, settings, periods, messages, files, links, clauses."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from itertools import chain
from pathlib import Path
from typing import Final

import pytest
import typer.main

from lachan.app.cli import app
from lachan.app.settings import Settings
from lachan.domain import bulletin, case, citation
from lachan.pipeline import retain
from lachan.pipeline.intake import LEASE_TIME
from lachan.pipeline.ports import Letterhead
from lachan.store import frontier, inbox

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
_SKIPPED: Final = {".venv", ".git", ".pytest_cache", "node_modules", "build", "var"}
PAGES: Final = sorted(path for path in ROOT.rglob("*.md") if not _SKIPPED & set(path.relative_to(ROOT).parts))
_LINK: Final = re.compile(r"(?<!\\)\[[^\]\n]*\]\(([^)\s]+)\)")
_CODE_PATH: Final = re.compile(
    r"`((?:lachan|crawlers|classifiers|index|review_ui|models|tests|bench|deploy|docs)/[\w./-]+)`"
)
#: Folders of a developer's machine, and hosts that serve packages.
_PRIVATE: Final = re.compile(
    r"(?<![\w.])/(?:work|tmp|root|home|Users)/|pypi\.org|pythonhosted|npmjs|registry\.|proxy\.golang|crates\.io"
)
OURS: Final = sorted(
    path
    for path in PAGES
    if path.parent in (ROOT, DOCS, DOCS / "decisions") and path.name not in ("model-card.md",)
)


def _read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _commands() -> list[str]:
    """Every command, those of groups with both words."""
    group = typer.main.get_command(app)
    named = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        named += [f"{name} {other}" for other in inner] if inner else [name]
    return named


def _ids(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_in_the_operators_page(command: str) -> None:
    assert f"`lachan {command}`" in _read("operators.md")


def test_every_settings_key_is_in_the_operators_page() -> None:
    page = _read("operators.md")
    for field in fields(Settings):
        if field.name == "letterhead":
            assert all(f"`{part.name}`" in page for part in fields(Letterhead))
        else:
            assert f"| `{field.name}` | `LACHAN_{field.name.upper()}` |" in page


def test_the_periods_are_those_of_the_code() -> None:
    page = _read("operators.md")
    assert f"a review case nobody decided on | {case.KEEP_UNDECIDED.days} days from capture" in page
    assert f"every {case.KEEP_UNDECIDED.days} days another {case.KEEP_UNDECIDED.days}, a year from" in page
    assert f"text of a dismissed case | {case.KEEP_DISMISSED.days} days" in page
    assert f"text of a confirmed case, of a referred one | {case.KEEP_CONFIRMED.days} days" in page
    assert f"fact rows of cases | {case.KEEP_FACTS.days} days" in page
    assert f"audit log | {retain.KEEP_AUDIT.days} days" in page
    assert f"whole segments of {retain.SEGMENT} events" in page
    assert f"{inbox.WAIT_AT_MOST.total_seconds() / 3600:.0f} hours from capture" in page
    assert f"alerts that are over | {bulletin.KEPT.days} days" in page
    assert f"fingerprints of seen posts | {inbox.FINGERPRINT_DAYS} days" in page
    assert f"waiting to be fetched | {frontier.PENDING_FOR.total_seconds() / 3600:.0f} hours" in page
    assert f"pages after {LEASE_TIME.total_seconds() / 60:.0f} minutes" in page


def test_every_explained_message_is_one_of_the_program() -> None:
    table = _read("operators.md").partition("## What a message means")[2].partition("\n## ")[0]
    messages = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    folders = ("lachan", "classifiers", "crawlers", "index")
    sources = "\n".join(
        path.read_text(encoding="utf-8") for path in chain(*((ROOT / f).rglob("*.py") for f in folders))
    )
    assert len(messages) > 20
    assert [message for message in messages if message not in sources] == []


@pytest.mark.parametrize("path", PAGES, ids=_ids(PAGES))
def test_every_internal_link_leads_somewhere(path: Path) -> None:
    targets = [target for target in _LINK.findall(path.read_text(encoding="utf-8")) if "://" not in target]
    for target in targets:
        place = target.partition("#")[0]
        if place and not place.startswith("mailto:"):
            assert (path.parent / place).exists(), target


@pytest.mark.parametrize("path", OURS, ids=_ids(OURS))
def test_every_file_that_is_named_is_there(path: Path) -> None:
    named = _CODE_PATH.findall(path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=_ids(PAGES))
def test_no_page_names_a_private_folder_or_a_registry(path: Path) -> None:
    assert _PRIVATE.findall(path.read_text(encoding="utf-8")) == []


def test_every_clause_stands_with_its_marks_in_the_legal_page() -> None:
    page = _read("legal-basis.md")
    for row in citation.allowlist():
        ends = row.effective_to.isoformat() if row.effective_to else "–"
        marks = f"{'yes' if row.verified else '**no**'} | {'yes' if row.dates_verified else '**no**'}"
        start = row.effective_from.isoformat()
        assert f"| `{row.id}` | {row.place} | {row.role.value} | {start} | {ends} | {marks} |" in page
        for category in row.categories:
            section = page.partition(f"### `{category.value}`")[2].partition("\n###")[0].partition("\n## ")[0]
            assert f"`{row.id}`" in section


def test_every_denied_clause_stands_in_the_legal_page() -> None:
    page = _read("legal-basis.md")
    data = json.loads((ROOT / "lachan" / "domain" / "citations.json").read_text(encoding="utf-8"))
    assert data["denied"]
    for row in data["denied"]:
        cells = [row["instrument"], *(row.get(part) or "all" for part in ("article", "clause", "point"))]
        assert f"| {' | '.join(cells)} | {row['why']} |" in page
