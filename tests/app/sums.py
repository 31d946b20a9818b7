"""The sums that must agree after every run, and after every kill (DESIGN §5)."""

from __future__ import annotations

from typing import Any


def check_sums(counts: dict[str, Any]) -> None:
    """Every post is somewhere, once."""
    assert counts["posts_extracted"] == counts["duplicates"] + counts["inboxed"]
    assert counts["inboxed"] == sum(
        counts[name] for name in ("dropped", "stored", "expired", "failed", "inbox_left")
    )
    routes = counts["cases"]["by_route"]
    assert set(routes) == {"review", "protect"}
    assert sum(routes.values()) <= counts["stored"], "near-copies join, so there are fewer cases than posts"
