"""What elements of a page are called: the names that forums and comment lists give a post, its words and its author.

Names are looked up as they stand first; then by the words they are made of (`cPost_contentWrap`, `noidung-gopy`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from crawlers.markup import Element, tokens

POST_CLASSES: Final = frozenset(
    {"post", "message", "comment", "comment-item", "comment_item", "reply", "postbit", "postcontainer", "post-item",
     "post-container", "forum-post", "topic-post", "crawler-post", "binh-luan", "bai-viet", "message--post",
     "isso-comment"}
)  # fmt: skip
BODY_CLASSES: Final = (
    "bbwrapper", "messagetext", "post_body", "isso-text", "postcontent", "post-content", "post_content", "post-text",
    "post_message",
    "post-body", "comment-content", "comment-text", "comment_text", "comment-body", "entry-content", "noi-dung",
    "cooked", "message-content", "message-body", "content", "text", "body", "message",
)  # fmt: skip
AUTHOR_CLASSES: Final = (
    "username", "bigusername", "author-name", "user-name", "user_name", "nickname", "nick", "fn", "tac-gia",
    "isso-author", "display-name", "p-author", "poster", "post-author", "comment-author", "author", "name",
)  # fmt: skip
TIME_CLASSES: Final = frozenset(
    {"date", "time", "datetime", "posted", "published", "post-date", "post_date", "postdate", "timestamp", "ngay",
     "thoi-gian", "comment-date", "comment-time", "comment-meta", "meta", "author"}
)  # fmt: skip
META_CLASSES: Final = TIME_CLASSES | set(AUTHOR_CLASSES)

_POST: Final = (
    r"(?:post|comment|cmt|message|msg|reply|answer|question|review|binh[-_]?luan|gop[-_]?y|tra[-_]?loi|y[-_]?kien"
    r"|hoi[-_]?dap|cau[-_]?hoi|danh[-_]?gia|e-?mail)"
)
#: A post as a whole; programs put two or three letters of their own before it (`cPost`, `ipsComment`).
_POST_NAME: Final = re.compile(
    rf"(?:js-|block|item[-_]|[a-z]{{1,3}})?{_POST}(?:[-_](?:item|node|row|box|entry|{_POST}))?"
    rf"|(?:[a-z\d]+-){{1,3}}{_POST}[-_](?:item|row|entry)",
    re.IGNORECASE,
)
#: The words of a post.
_BODY_NAME: Final = re.compile(
    rf"(?:[\w-]*-)?[a-z]{{0,3}}{_POST}[-_/]?(?:content|text|body|message|msg|copy|prose)"
    rf"|(?:noi[-_]?dung|nd)[-_](?:{_POST}|hoi|dap)|[a-z]?(?:msg|prose)|md-div|user-?content",
    re.IGNORECASE,
)
#: Wikis name persons by a namespace, and write its letters as they are or as bytes in per cent.
_NAMESPACE: Final = (
    r"(?:user|th(?:à|%c3%a0)nh_vi(?:ê|%c3%aa)n|special:contributions|(?:đ|%c4%90)(?:ặ|%e1%ba%b7)c_bi(?:ệ|%e1%bb%87)t"
    r":(?:đ|%c4%90)(?:ó|%c3%b3)ng_g(?:ó|%c3%b3)p)"
)
_PROFILE: Final = re.compile(
    r"(?:^|/)(?:users?|u|profiles?|members?|by|people|author|thanh-?vien|nguoi-?dung|tac-?gia|trang-?ca-?nhan)"
    r"(?:/[^/]|\.php\?)|[?;&](?:action=profile|u=\d|mode=viewprofile)|(?:profile|member)\.php\?"
    rf"|[/=]{_NAMESPACE}[:/][^/]",
    re.IGNORECASE,
)
_AUTHOR_NAME: Final = re.compile(
    r"(?:ten|nguoi)[-_]?(?:gui|dang|viet|bd|ban-?doc|hien-?thi|dung|hoi|tra[-_]?loi)|biet[-_]?danh"
    r"|ho[-_]?ten|[\w-]*(?:post|comment|reply|review|account)[-_]?(?:author[-_]?)?name"
    r"|[\w-]*-(?:post|comment|reply|review)[-_]author|[\w-]*-author[-_]name",
    re.IGNORECASE,
)
_ROLES: Final = ("data-role", "component", "data-testid")


def is_named_post(element: Element) -> bool:
    """Whether its class says that it is a post or a comment."""
    return _is_post(element.get("class") or "")


@lru_cache(maxsize=4096)
def _is_post(given: str) -> bool:
    return any(name in POST_CLASSES or _POST_NAME.fullmatch(name) for name in given.lower().split())


def is_named_body(element: Element) -> bool:
    """Whether its class or role is made of words that mean the words of a post."""
    given = element.get("class") or ""
    return (bool(given) and _is_body(given)) or any(
        (role := element.get(name)) is not None and _is_body(role) for name in _ROLES
    )


@lru_cache(maxsize=4096)
def _is_body(given: str) -> bool:
    return any(_BODY_NAME.fullmatch(name) for name in given.split())


def is_named_author(element: Element) -> bool:
    """Whether its class says, in Vietnamese words, that it is who wrote."""
    given = element.get("class")
    return given is not None and _is_author(given)


@lru_cache(maxsize=4096)
def _is_author(given: str) -> bool:
    return any(_AUTHOR_NAME.fullmatch(name) for name in given.split())


def leads_to_a_person(element: Element) -> bool:
    """Whether it is a link to what looks like a member's own page."""
    return element.tag == "a" and _PROFILE.search(element.get("href") or "") is not None


def author_named_by(element: Element) -> str | None:
    """The name of who wrote it, where an attribute says it of the whole; of a component's own element `author`, too."""
    named: str | None = element.get("data-author") or element.get("data-author-name")
    return named or (element.get("author") if "-" in element.tag else None)


def names_its_author(element: Element) -> bool:
    """Whether an attribute says who wrote it."""
    return bool(author_named_by(element))


def properties(element: Element) -> list[str]:
    """What it is of its item: microdata (`itemprop`), or RDFa as schema.org's (`schema:text` is `text`)."""
    given: str | None = element.get("itemprop")
    if given is not None:
        return given.split()
    rdfa: str | None = element.get("property")
    if rdfa is None:
        return []
    return [name.removeprefix("schema:") for name in rdfa.split() if name.startswith("schema:")]


def is_called(element: Element, names: frozenset[str]) -> bool:
    """Whether one of its class names is among `names`."""
    return not names.isdisjoint(tokens(element))
