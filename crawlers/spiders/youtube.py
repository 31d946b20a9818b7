"""Comments under the videos of a registered channel, through the YouTube Data API v3 with an operator's key.

commentThreads.list by channel, one unit of quota a call; comments.list for replies beyond those that come with it.
No search, no video, no list of what a person wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawlers.api import Ask, KeyedApi, Look, Trouble, built, query_of, with_query
from crawlers.extract import Extraction, Fetched
from crawlers.json_reading import dig, load, name, number, rows, word
from crawlers.times import parse_time
from lachan.domain.errors import NotCheckable, SourceRefused
from lachan.domain.post import RawPost, Source
from lachan.pipeline.ports import ApiAccess, Link, PageKind

_CHANNEL: Final = re.compile(r"https://www\.youtube\.com/channel/(UC[\w-]{22})(?:[/?]|$)")
_TOKEN: Final = re.compile(r"[\w.=-]{1,400}")
_BACK: Final = timedelta(days=30)  # how far back comments are read
_QUOTA_DAY: Final = ZoneInfo("America/Los_Angeles")  # where the quota's day ends at midnight


def ask(url: str, access: ApiAccess) -> Ask | None:
    """The channel's address stands for its newest comment threads; `parentId` in its query for one's replies."""
    match = _CHANNEL.match(url)
    if match is None:
        return None
    query = query_of(url)
    more = {"pageToken": query["pageToken"]} if _TOKEN.fullmatch(query.get("pageToken", "")) else {}
    wanted = {"maxResults": "100", "textFormat": "plainText", **more}
    if _TOKEN.fullmatch(query.get("parentId", "")):
        target = built(access.base, "comments", part="snippet", parentId=query["parentId"], **wanted)
    else:
        target = built(
            access.base, "commentThreads", part="snippet,replies", allThreadsRelatedToChannelId=match[1],
            order="time", **wanted,
        )  # fmt: skip
    return Ask(target, {"X-Goog-Api-Key": access.key, "Accept": "application/json"}, keyed=True)


def trouble(status: int, body: bytes, now: datetime) -> Trouble:
    """Out of quota until the day ends there; everything else by its reason."""
    reasons = {word(row, "reason") for row in rows(load(body), "error", "errors")}
    if reasons & {"quotaExceeded", "dailyLimitExceeded"}:
        there = now.astimezone(_QUOTA_DAY)
        midnight = (there + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
        return Trouble("api_quota_used_up", midnight.astimezone(UTC) - now)
    if reasons & {"rateLimitExceeded", "userRateLimitExceeded"} or status == 429:
        return Trouble("api_too_fast", timedelta(minutes=15))
    if reasons & {"keyInvalid", "keyExpired", "accessNotConfigured", "forbidden"} or status in (401, 403):
        if "commentsDisabled" in reasons:
            return Trouble("api_comments_disabled")
        return Trouble("api_key_refused")
    if status == 400 and "API_KEY_INVALID" in {
        word(row, "reason") for row in rows(load(body), "error", "details")
    }:
        return Trouble("api_key_refused")
    return Trouble(f"api_http_{status}")


API: Final = KeyedApi(ask, trouble)


def look(url: str, sources: Sequence[Source], access: ApiAccess | None) -> Look | None:
    """One comment, by its number; it counts only where the answer says that its channel is registered."""
    id_ = query_of(url).get("lc", "")
    if urlsplit(url).hostname != "www.youtube.com" or not _TOKEN.fullmatch(id_):
        return None
    if access is None:
        raise NotCheckable("set `youtube_key`: comments are looked at through the interface")

    def text(fetched: Fetched) -> str | None:
        found = rows(load(fetched.body), "items")
        if not found:
            return None
        channel = word(found[0], "snippet", "channelId")
        if not channel:
            raise NotCheckable("the interface does not say whose channel the comment is on")
        if not any(source.url.endswith(f"/channel/{channel}") for source in sources):
            raise SourceRefused("this address lies in no registered source")
        return word(found[0], "snippet", "textOriginal") or word(found[0], "snippet", "textDisplay")

    target = built(access.base, "comments", part="snippet", id=id_, textFormat="plainText")
    return Look(Ask(target, {"X-Goog-Api-Key": access.key, "Accept": "application/json"}, keyed=True), text)


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """Comments and replies; the next page of them; the threads whose replies did not all come."""
    value = load(fetched.body)
    if "parentId" in query_of(fetched.url):
        posts = [
            p
            for row in rows(value, "items")
            if (p := _comment(row, fetched, query_of(fetched.url)["parentId"]))
        ]
        return Extraction(tuple(posts), tuple(_next(value, fetched, posts))).bounded()
    posts, links = [], []
    for thread in rows(value, "items"):
        id_ = word(thread, "snippet", "topLevelComment", "id") or word(thread, "id")
        top = _comment(
            dig(thread, "snippet", "topLevelComment"), fetched, id_, word(thread, "snippet", "videoId")
        )
        replies = rows(thread, "replies", "comments")
        posts += [post for post in (top, *(_comment(r, fetched, id_) for r in replies)) if post is not None]
        total = number(thread, "snippet", "totalReplyCount")
        if total > len(replies) and _TOKEN.fullmatch(id_):
            links.append(Link(with_query(fetched.url, parentId=id_), PageKind.THREAD, str(total)))
    return Extraction(tuple(posts), (*links, *_next(value, fetched, posts))).bounded()


def _next(value: Any, fetched: Fetched, posts: list[RawPost]) -> Iterator[Link]:
    token, here = word(value, "nextPageToken"), query_of(fetched.url)
    times = [post.published_at for post in posts if post.published_at is not None]
    if not _TOKEN.fullmatch(token) or (times and min(times) < fetched.now - _BACK):
        return
    parent = here.get("parentId", "")
    url = with_query(fetched.url, parentId=parent, pageToken=token)
    yield Link(url, PageKind.THREAD if parent else PageKind.LISTING, older=True)


def _comment(row: Any, fetched: Fetched, thread: str, video: str = "") -> RawPost | None:
    text = word(row, "snippet", "textOriginal") or word(row, "snippet", "textDisplay")
    id_, video = word(row, "id"), word(row, "snippet", "videoId") or video
    if not text.strip() or not _TOKEN.fullmatch(id_):
        return None
    base = "https://www.youtube.com/watch"
    url = with_query(base, v=video, lc=id_) if _TOKEN.fullmatch(video) else with_query(fetched.url, lc=id_)
    when = parse_time(word(row, "snippet", "publishedAt"), fetched.now)
    return RawPost(url, text, name(row, "snippet", "authorDisplayName"), when, with_query(base, lc=thread))
