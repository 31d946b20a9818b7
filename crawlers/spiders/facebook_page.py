"""A public Facebook Page: its posts and the comments under them, through the Graph API with an operator's token.

The token's app needs "Page Public Content Access". A person's profile cannot be read: every request asks for a
field that Pages alone have, and an answer without it counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from crawlers.api import Ask, KeyedApi, Look, Trouble, built, query_of, with_query
from crawlers.extract import Extraction, Fetched
from crawlers.json_reading import dig, load, name, number, rows, word
from crawlers.markup import clean_url
from crawlers.times import parse_time
from lachan.domain.errors import NotCheckable, SourceRefused
from lachan.domain.post import RawPost, Source
from lachan.pipeline.ports import ApiAccess, Link, PageKind

_PAGE: Final = re.compile(r"https://www\.facebook\.com/(\d{5,20})(?:[/?]|$)")
_PERMALINK: Final = re.compile(r"/(\d{5,20})(?:/posts/|_)(\d{5,20})/?")
_POST: Final = re.compile(r"\d{5,20}_\d{5,20}")
_CURSOR: Final = re.compile(r"[\w=+/-]{1,400}")
_BACK: Final = timedelta(days=30)  # how far back a Page is read
_COMMENT: Final = "id,message,created_time,permalink_url,from"
_COMMENTS: Final = f"comments.limit(50).filter(stream).summary(total_count){{{_COMMENT}}}"


def ask(url: str, access: ApiAccess) -> Ask | None:
    """The Page's address stands for its newest posts; `comments` in its query for a post's comments."""
    match, query = _PAGE.match(url), query_of(url)
    if match is None:
        return None
    headers = {"Authorization": f"Bearer {access.key}", "Accept": "application/json"}
    after = query.get("after", "")
    cursor = f".after({after})" if _CURSOR.fullmatch(after) else ""
    if _POST.fullmatch(query.get("comments", "")) and query["comments"].startswith(f"{match[1]}_"):
        more = {"after": after} if cursor else {}
        fields = {"fields": _COMMENT, "filter": "stream", "limit": "100", **more}
        return Ask(built(access.base, f"{query['comments']}/comments", **fields), headers, keyed=True)
    posts = f"posts.limit(25){cursor}{{id,message,created_time,permalink_url,{_COMMENTS}}}"
    return Ask(built(access.base, match[1], fields=f"category,name,{posts}"), headers, keyed=True)


def trouble(status: int, body: bytes, now: datetime) -> Trouble:
    """By the error's code: too many calls, a token that does not serve, a thing that is no Page."""
    code = number(load(body), "error", "code")
    if code in (4, 17, 32, 341, 613) or 80_000 <= code <= 80_014 or status == 429:
        return Trouble("api_quota_used_up", timedelta(hours=1))
    if code in (102, 190):
        return Trouble("api_key_refused")
    if code in (3, 10) or 200 <= code <= 299:
        return Trouble("api_permission_missing")
    if code == 100:
        return Trouble("api_not_a_page")
    return Trouble(f"api_code_{code}" if 0 < code < 1_000_000 else f"api_http_{status}")


API: Final = KeyedApi(ask, trouble)


def look(url: str, sources: Sequence[Source], access: ApiAccess | None) -> Look | None:
    """A post or a comment of a registered Page, where its address names it by number. An answer that it is not there
    may also mean that it may not be seen: that settles nothing."""
    parts = urlsplit(url)
    if parts.hostname != "www.facebook.com":
        return None
    match, query = _PERMALINK.fullmatch(parts.path), query_of(url)
    page, post = match.groups() if match else (query.get("id", ""), query.get("story_fbid", ""))
    if access is None or not (page.isdecimal() and post.isdecimal()):
        raise NotCheckable("this post cannot be asked for by number: open the page")
    if not any(source.url == f"https://www.facebook.com/{page}" for source in sources):
        raise SourceRefused("this address lies in no registered source")
    comment = query.get("comment_id", "")
    id_ = f"{post}_{comment}" if comment.isdecimal() else f"{page}_{post}"

    def text(fetched: Fetched) -> str | None:
        return word(load(fetched.body), "message")

    headers = {"Authorization": f"Bearer {access.key}", "Accept": "application/json"}
    return Look(Ask(built(access.base, id_, fields="message"), headers, keyed=True), text)


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """Posts with their first comments, the posts before them, and the comments that did not come along."""
    value = load(fetched.body)
    under = query_of(fetched.url).get("comments")
    if under is not None:
        thread = with_query(fetched.url, comments=under)
        posts = [p for row in rows(value, "data") if (p := _post(row, fetched, thread, None)) is not None]
        after = _after(value)
        links = (
            [Link(with_query(fetched.url, comments=under, after=after), PageKind.THREAD, older=True)]
            if after
            else []
        )
        return Extraction(tuple(posts), tuple(links)).bounded()
    if not word(value, "category"):
        return Extraction()
    return _page(value, fetched)


def _page(value: Any, fetched: Fetched) -> Extraction:
    page = name(value, "name")
    posts: list[RawPost] = []
    links: list[Link] = []
    for row in rows(value, "posts", "data"):
        id_ = word(row, "id")
        thread = with_query(fetched.url, comments=id_)
        comments = rows(row, "comments", "data")
        found = (_post(row, fetched, thread, page), *(_post(c, fetched, thread, None) for c in comments))
        posts += [post for post in found if post is not None]
        total = number(row, "comments", "summary", "total_count")
        if total > len(comments) and _POST.fullmatch(id_):
            links.append(Link(thread, PageKind.THREAD, str(total)))
    times = [post.published_at for post in posts if post.published_at is not None]
    after = _after(dig(value, "posts"))
    if after and times and min(times) > fetched.now - _BACK:
        links.append(Link(with_query(fetched.url, after=after), PageKind.LISTING, older=True))
    return Extraction(tuple(posts), tuple(links)).bounded()


def _after(value: Any) -> str:
    """Where the next page begins. Not `paging.next`: that address holds the token."""
    cursor = word(value, "paging", "cursors", "after")
    return cursor if word(value, "paging", "next") and _CURSOR.fullmatch(cursor) else ""


def _post(row: dict[str, Any], fetched: Fetched, thread: str, author: str | None) -> RawPost | None:
    text = word(row, "message")
    url = clean_url(fetched.url, word(row, "permalink_url"), fragment=True)
    if not text.strip() or url is None:
        return None
    when = parse_time(word(row, "created_time"), fetched.now)
    return RawPost(url, text, name(row, "from", "name") or author, when, thread)
