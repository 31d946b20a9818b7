"""Whose words they are: quotes, signatures and the page's own remarks apart from what the author wrote."""

from __future__ import annotations

import re
from typing import Final

from crawlers.markup import Element, parse_html, region, tokens, visible_text

_QUOTE_CLASSES: Final = frozenset(
    {"quote", "bbcodeblock--quote", "bbcode_quote", "quotebox", "quoteblock", "trich-dan", "quotetitle", "quote-inline",
     "quoteheader"}
)  # fmt: skip
_APART_CLASSES: Final = frozenset(
    {"signature", "message-signature", "actions", "controls", "buttons", "post-buttons", "reply-link", "like",
     "likes", "share", "menu", "reactions", "edited", "lastedit", "message-lastedit", "notice", "tools", "footer",
     "message-footer", "attachments", "bbcodeblock-title", "chu-ky", "onebox"}
)  # fmt: skip
_QUOTE_LEAD: Final = re.compile(
    r"(?:trích|quote|trích dẫn(?: từ:? .{1,80})?|.{1,80} (?:đã viết|viết|nói|wrote|said))\s?:", re.IGNORECASE
)


def is_quote(node: Element) -> bool:
    """Whether an element holds what somebody else said, or leads over to it ("Trích:")."""
    return (
        node.tag in ("blockquote", "q")
        or not _QUOTE_CLASSES.isdisjoint(tokens(node))
        or node.get("data-quote") is not None
        or (len(node) == 0 and bool(_QUOTE_LEAD.fullmatch((node.text or "").strip()[:120])))
    )


def is_apart(node: Element) -> bool:
    """Whether an element is a quote, a signature, or what the page says of the post."""
    return not _APART_CLASSES.isdisjoint(tokens(node)) or is_quote(node)


def own_words(html: str) -> str:
    """The visible text of a piece of HTML, without quotes and signatures."""
    tree = parse_html(html)
    if tree is None:
        return ""
    return visible_text(tree, {node for node in region(tree) if is_apart(node)})
