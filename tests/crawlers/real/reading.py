"""The product's own `lachan crawl` over a site, and what intake took of it."""

from __future__ import annotations

from collections import Counter as Count
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lachan.app.bootstrap import open_application
from lachan.app.demo import claim_folder
from lachan.app.settings import read_settings
from lachan.domain.post import Source, SourcePurpose, SourceState
from lachan.domain.taxonomy import Audience
from lachan.pipeline.ports import Counter
from tests.app.conftest import Installation
from tests.crawlers.real.planted import numbers_in
from tests.crawlers.real.site import Place, Site


@dataclass(frozen=True)
class Read:
    """What became of one place. `missing`, `twice`, `shown` are numbers of planted texts: public ones that are not in
    the inbox, those that are there more than once, hidden ones that are there. `other`: posts that were not planted."""

    place: Place
    pages: int
    robots_refused: int
    errors: int
    inboxed: int
    missing: list[int]
    twice: list[int]
    shown: list[int]
    other: list[str]
    with_author: int
    with_time: int

    @property
    def whole(self) -> bool:
        return not (self.missing or self.twice or self.shown)

    def figures(self) -> dict[str, Any]:
        return {
            "public": len(self.place.planted.public), "hidden": len(self.place.planted.hidden), "pages": self.pages,
            "robots_refused": self.robots_refused, "errors": self.errors, "inboxed": self.inboxed,
            "missing": len(self.missing), "twice": len(self.twice), "hidden_found": len(self.shown),
            "not_planted": len(self.other), "with_author": self.with_author, "with_time": self.with_time,
        }  # fmt: skip


def read_site(site: Site, installation: Installation) -> list[Read]:
    """Register every place of the site, crawl until nothing is due, and look into the inbox before any judge does."""
    environment = installation.environment
    with open_application(read_settings(environment, installation.folder)) as application:
        claim_folder(application)  # only a demo's folder reads loopback
        now = datetime.now(UTC)
        with application.database.write() as unit:
            for place in site.places:
                unit.sources.add(
                    Source(place.key, place.key, place.kind, site.url + place.path, f"{site.url}/", Audience.MINORS,
                           SourcePurpose.MINORS_PRESENT, "basis", "contact", "an", SourceState.ACTIVE, "binh", now)
                )  # fmt: skip
    ran = installation.run("crawl")
    if ran.code:
        raise RuntimeError(ran.err)
    with open_application(read_settings(environment, installation.folder)) as application:
        with application.database.write() as unit:
            now = datetime.now(UTC)
            rows = unit.inbox.claim("look", now, now + timedelta(minutes=1), 100_000)
        with application.database.read() as unit:
            totals = {place.key: unit.sources.totals(place.key) for place in site.places}
    found = []
    for place in site.places:
        posts = [row.post for row in rows if row.post.source == place.key]
        seen = Count(numbers_in(post.text for post in posts))
        sums, planted = totals[place.key], place.planted
        ours = [post for post in posts if numbers_in([post.text])]
        found.append(
            Read(
                place, sums[Counter.PAGES], sums[Counter.ROBOTS], sums[Counter.ERRORS], len(posts),
                sorted(planted.public - seen.keys()),
                sorted(number for number, times in seen.items() if times > 1),
                sorted(planted.hidden & seen.keys()),
                [f"{post.url} {post.text[:60]!r}" for post in posts if not numbers_in([post.text])],
                sum(post.author_hash is not None for post in ours),
                sum(post.published_at is not None for post in ours),
            )
        )  # fmt: skip
    return found
