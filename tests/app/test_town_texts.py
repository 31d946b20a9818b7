"""The sample town's texts: invented apart from what the judge was trained on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from classifiers.labelled import read
from classifiers.near_copies import overlap
from lachan.app.town_server import serve_town
from lachan.domain.taxonomy import TESTIMONY_ONLY, Context, Route, route_of
from lachan.pipeline.sources import HALT_SHARE, HALT_WINDOW

ROOT = Path(__file__).parents[2]
DATA = ROOT / "models" / "data"
TOWN = ROOT / "lachan" / "app" / "town"


def test_none_is_a_near_copy_of_a_training_post() -> None:
    training = read(sorted(DATA.glob("train-*.jsonl")))
    with serve_town(now=datetime.now(UTC)) as town:
        rows = [replace(training[0], id=url, text=post.text) for url, post in town.truth().items()]
    assert len(rows) >= 400
    assert overlap(rows, training) == []


def test_it_is_mostly_harmless_and_no_offender_speaks_in_the_testimony_categories() -> None:
    with serve_town(now=datetime.now(UTC)) as town:
        planted = list(town.truth().values())
    routes = [route_of(post.categories, post.context) for post in planted]
    assert routes.count(Route.NONE) > 0.75 * len(planted)
    assert {Route.REVIEW, Route.PROTECT} <= set(routes)
    for post in planted:
        if not TESTIMONY_ONLY.isdisjoint(post.categories):
            assert post.context in (Context.VICTIM, Context.WITNESS)


def test_the_forum_is_not_so_full_of_harm_that_reading_it_halts() -> None:
    """In whatever stretch of it: else the sample town's approvals would find no page to look at."""
    forum = json.loads((TOWN / "forum.json").read_text("utf-8"))
    harmful = [
        bool(post["truth"]["categories"])
        for section in forum["sections"]
        for thread in section["threads"]
        for post in thread["posts"]
    ]
    stretches = [sum(harmful[at : at + HALT_WINDOW]) for at in range(len(harmful) - HALT_WINDOW + 1)]
    assert max(stretches) <= 0.9 * HALT_SHARE * HALT_WINDOW
