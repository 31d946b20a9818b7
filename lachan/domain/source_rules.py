"""Which addresses can never become a source: whatever reads a person, a topic or a question, not a place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from lachan.domain.post import Source, SourceKind

_PERSON_SEGMENTS: Final = frozenset(
    [
        "member",
        "members",
        "user",
        "users",
        "u",
        "profile",
        "profiles",
        "people",
        "person",
        "author",
        "authors",
        "account",
        "accounts",
        "nick",
        "thanh-vien",
        "thanhvien",
        "tac-gia",
        "tacgia",
        "nguoi-dung",
        "nguoidung",
        "trang-ca-nhan",
        "hoc-sinh-cu",
    ]
)
_TAG_SEGMENTS: Final = frozenset(
    [
        "tag",
        "tags",
        "hashtag",
        "hashtags",
        "topic-tag",
        "chu-de-nong",
        "tu-khoa",
        "tukhoa",
        "explore",
        "trending",
    ]
)
_SEARCH_SEGMENTS: Final = frozenset(["search", "tim-kiem", "timkiem", "find", "tim", "results", "query"])
_LOGIN_SEGMENTS: Final = frozenset(
    ["login", "signin", "sign-in", "dang-nhap", "messages", "inbox", "direct", "conversations"]
)
_PERSON_QUERIES: Final = frozenset(
    ["author", "user", "username", "userid", "user_id", "u", "uid", "member", "profile", "nick"]
)
_TAG_QUERIES: Final = frozenset(["tag", "tags", "hashtag", "label"])
_SEARCH_QUERIES: Final = frozenset(
    ["q", "query", "s", "search", "keyword", "keywords", "kw", "term", "text", "tu_khoa", "tukhoa"]
)
_PERSON_SCRIPTS: Final = frozenset(["member.php", "memberlist.php", "profile.php", "userinfo.php"])
_SEARCH_SCRIPTS: Final = frozenset(["search.php", "find.php", "tags.php"])
#: Hosts on which a bare first path segment names a person or a page alike: not told apart without an API.
_PERSONAL_HOSTS: Final = re.compile(
    r"(?:^|\.)(?:facebook|fb|instagram|tiktok|twitter|x|threads|zalo|zaloapp|locket|linkedin|snapchat|youtube)"
    r"\.(?:com|me|net|vn|app)$|(?:^|\.)(?:(?:t|telegram)\.me|youtu\.be)$"
)
#: What a place looks like on a site that holds persons, too, and what to write instead.
_SHAPES: Final[Mapping[SourceKind, tuple[re.Pattern[str], str]]] = {
    SourceKind.YOUTUBE: (
        re.compile(r"https://www\.youtube\.com/channel/UC[\w-]{22}"),
        "a channel is registered by its id: https://www.youtube.com/channel/UC…",
    ),
    SourceKind.FACEBOOK_PAGE: (
        re.compile(r"https://www\.facebook\.com/\d{5,20}"),
        "a Page is registered by its number: https://www.facebook.com/NUMBER",
    ),
    SourceKind.TELEGRAM: (
        re.compile(r"https://t\.me/s/[A-Za-z]\w{4,31}"),
        "a public channel is registered by its preview: https://t.me/s/CHANNEL",
    ),
    SourceKind.MASTODON: (
        re.compile(r"https?://[^/?#]+/public/local"),
        "a server is registered by its public local timeline: https://HOST/public/local",
    ),
}


def refusal(url: str, kind: SourceKind | None = None) -> str | None:
    """Why `url` may not be registered as a source of `kind`; None when it is a place.

    The answer is a sentence for the person who tried.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "this is not a web address: write it as https://host/path"
    if parts.scheme not in ("http", "https") or not host:
        return "this is not a web address: write it as https://host/path"
    if parts.username is not None or parts.password is not None:
        return "the address carries a log-in: only places open to everybody are read"
    if port == 0:
        return "the address names no usable port"
    if parts.fragment:
        return "leave out what follows #: it points to one post, not to a place"
    why = _not_a_place(unquote(parts.path).casefold(), host.casefold(), unquote(parts.query).casefold(), kind)
    if why is None and kind is not None and kind in _SHAPES:
        shape, instead = _SHAPES[kind]
        return None if shape.fullmatch(url.strip()) else instead
    return why


def _not_a_place(path: str, host: str, query: str, kind: SourceKind | None) -> str | None:
    segments = [segment for segment in path.split("/") if segment]
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    values = {value for name, value in parse_qsl(query) if name in ("do", "action", "mode", "tab", "type")}
    if any(s.startswith(("@", "~")) for s in segments) or _PERSON_SEGMENTS & set(segments):
        return "this is a person's page: only places are read, never persons"
    if _PERSON_SCRIPTS & set(segments) or _PERSON_QUERIES & names or {"viewprofile", "profile"} & values:
        return "this is a person's page: only places are read, never persons"
    if _TAG_SEGMENTS & set(segments) or _TAG_QUERIES & names or any(s.startswith("#") for s in segments):
        return "this is a tag: it gathers what people say on a subject; register a place"
    if (
        _SEARCH_SEGMENTS & set(segments)
        or _SEARCH_SCRIPTS & set(segments)
        or _SEARCH_QUERIES & names
        or "search" in values
    ):
        return "this is a search or a query feed: register a place"
    if _LOGIN_SEGMENTS & set(segments):
        return "this lies behind a log-in: only places open to everybody are read"
    if kind not in (SourceKind.IMPORT, *_SHAPES) and _PERSONAL_HOSTS.search(host):
        return "on this site persons and places cannot be told apart by address: it is not read page by page"
    return None


def belongs(source: Source, url: str) -> bool:
    """Whether `url` lies in the registered place: same scheme, host and port, under the prefix, no dots.

    The prefix must end where a path segment does: `/forum/a` does not contain `/forum/ab`.
    """
    try:
        asked, prefix = urlsplit(url), urlsplit(source.url_prefix)
        if _origin(asked.scheme, asked.hostname, asked.port) != _origin(
            prefix.scheme, prefix.hostname, prefix.port
        ):
            return False
    except ValueError:
        return False
    if asked.username is not None or asked.password is not None:
        return False
    path, under = unquote(asked.path) or "/", unquote(prefix.path) or "/"
    if "\\" in path or {".", ".."} & set(path.split("/")):  # browsers and servers resolve them differently
        return False
    if prefix.query:
        return path == under and asked.query.startswith(prefix.query)
    return path == under or path.startswith(under if under.endswith("/") else under + "/")


def _origin(scheme: str, host: str | None, port: int | None) -> tuple[str, str, int]:
    return scheme, ascii_host(host or ""), port or (443 if scheme == "https" else 80)


def ascii_host(host: str) -> str:
    """A host's name as resolvers and servers know it: `diễn-đàn.vn` and `xn--…` are one. What is no name stays."""
    name = host.rstrip(".").casefold()
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name
