"""A real program, by the product's own command: a static blog whose comments only Isso's script shows. The others, too
heavy for every run, are in bench/real_sites.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.conftest import Installation
from tests.crawlers.real import isso
from tests.crawlers.real.reading import read_site


@pytest.mark.slow
def test_every_public_post_once_and_no_hidden_one(tmp_path: Path) -> None:
    with isso.site(tmp_path, pages=12) as site:
        (read,) = read_site(site, Installation(tmp_path))
    assert len(read.place.planted.public) > 15 and len(read.place.planted.hidden) > 5
    assert (read.missing, read.twice, read.shown, read.other) == ([], [], [], [])
    assert read.inboxed == len(read.place.planted.public) and read.errors == 0
    assert read.robots_refused == 3  # the articles that robots.txt keeps back
