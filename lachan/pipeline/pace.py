"""How soon a page is looked at again: learnt from how often it had something new, within the bounds of its kind.

Only for pages of which nothing else tells that they changed: one with a mark (a reply count, a date of last
change) comes due when the mark differs. A start page is asked for in every crawl.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from lachan.pipeline.ports import PageKind

#: A listing is read whole so often, whatever its validators say: through it unmarked pages come due again, and a
#: server's validators may be wrong. Any other page after `WHOLE_PAGE`.
WHOLE_LISTING: Final = timedelta(hours=6)
WHOLE_PAGE: Final = timedelta(days=30)


@dataclass(frozen=True)
class Bounds:
    """`first` is the pause after a page was read for the first time."""

    first: timedelta
    shortest: timedelta
    longest: timedelta


BOUNDS: Final[Mapping[PageKind, Bounds]] = {
    PageKind.LISTING: Bounds(timedelta(minutes=10), timedelta(minutes=10), timedelta(hours=12)),
    PageKind.THREAD: Bounds(timedelta(hours=1), timedelta(minutes=15), timedelta(days=7)),
    PageKind.ARTICLE: Bounds(timedelta(days=1), timedelta(hours=3), timedelta(days=30)),
}


def pause(kind: PageKind, last: timedelta | None, *, changed: bool) -> timedelta:
    """The pause after a page was read: half the last one when it had something new, else twice as long.

    `last` is None for a page that is read for the first time.
    """
    bounds = BOUNDS[kind]
    if last is None:
        return bounds.first
    return min(max(last / 2 if changed else last * 2, bounds.shortest), bounds.longest)


def may_ask_whether_changed(kind: PageKind, since_whole: timedelta) -> bool:
    """Whether a page that was read whole so long ago may be asked for by its validators."""
    return since_whole < (WHOLE_LISTING if kind is PageKind.LISTING else WHOLE_PAGE)
