"""Posts that no element holds, put into elements of their own at the end of a page, as the readers know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crawlers.markup import Element

_MAX_MARK: Final = 100  # characters of an id


@dataclass(frozen=True)
class Remade:
    """What was read of a post in a page's running text. `mark` is the id that leads to it."""

    author: str | None
    moment: datetime
    lines: Sequence[str]
    mark: str = ""


def put_back(parent: Element, posts: Sequence[Remade]) -> list[Element]:
    """An element for each post, at the end of `parent`; where their words stood before nothing changes.

    A mark that names the author is left out: it would stand in the post's address, and no name is kept.
    """
    return [_element(parent, post) for post in posts]


def _element(parent: Element, post: Remade) -> Element:
    whole = parent.makeelement("div", {"class": "comment"})
    name = (post.author or "").casefold().replace(" ", "_")
    if post.mark and len(post.mark) <= _MAX_MARK and not (name and name in post.mark.casefold()):
        whole.set("id", post.mark)
    parent.append(whole)
    if post.author:
        whole.set("data-author", post.author)
    _child(whole, "time", {"datetime": post.moment.isoformat()})
    body = _child(whole, "div", {"class": "comment-text"})
    for line in post.lines:
        _child(body, "p", {}).text = line
    return whole


def _child(above: Element, tag: str, attributes: dict[str, str]) -> Element:
    child = above.makeelement(tag, attributes)
    above.append(child)
    return child
