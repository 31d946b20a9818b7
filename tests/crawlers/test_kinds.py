"""The readers that speak one program's or one interface's language, over what it documents that it sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.api import BASES
from crawlers.extract import Extraction, Fetched
from crawlers.markup import parse_html
from crawlers.spiders import ASKED, KEYED, READERS
from crawlers.structured import structured_posts
from lachan.domain.post import SourceKind
from lachan.pipeline.ports import ApiAccess, Link, PageKind

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WORDS = "Sáng nay trời lạnh, cả lớp rủ nhau mang áo ấm cho các bạn vùng cao."
ANSWER = "Mình có hai cái áo khoác cũ, mai mình mang tới lớp nhé."
QUOTED = "Câu này là của người khác, không phải của người viết bài."


def read(
    kind: SourceKind, url: str, body: Any, link: str = "", page: PageKind = PageKind.LISTING
) -> Extraction:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return READERS[kind](Fetched(url, raw, NOW, "", "", link), page)


# --- WordPress ---------------------------------------------------------------------------------------------
def wp_post(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "date": "2026-11-19T15:00:00", "date_gmt": "2026-11-19T08:00:00",
        "link": f"https://t.example/bai-{number}/", "title": {"rendered": "Quyên góp &#8220;áo ấm&#8221;"},
        "content": {"rendered": f"<p>{WORDS}</p><blockquote>{QUOTED}</blockquote>", "protected": False}, **more,
    }  # fmt: skip


def test_wordpress_posts_and_the_way_to_comments() -> None:
    url = "https://t.example/wp-json/wp/v2/posts?per_page=50"
    hidden = wp_post(2, content={"rendered": "", "protected": True})
    found = read(SourceKind.WORDPRESS, url, [wp_post(1), hidden], '<https://t.example/x?page=2>; rel="next"')
    (post,) = found.posts
    assert (post.url, post.text, post.title) == ("https://t.example/bai-1/", WORDS, "Quyên góp “áo ấm”")
    assert post.published_at == datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
    assert found.links == (
        Link("https://t.example/wp-json/wp/v2/comments?per_page=50", PageKind.LISTING),
        Link("https://t.example/wp-json/wp/v2/posts?per_page=50&page=2", PageKind.LISTING, "2", older=True),
    )


def test_a_wordpress_site_says_where_its_interface_is_and_whether_it_wants_to_be_read() -> None:
    def start(url: str, html: str, link: str = "", tag: str = "") -> Extraction:
        fetched = Fetched(url, html.encode(), NOW, "text/html", tag, link)
        return READERS[SourceKind.WORDPRESS](fetched, PageKind.LISTING)

    posts, now = "wp/v2/posts?per_page=50", NOW.isoformat()
    api = '<https://t.example/b/wp-json/>; rel="https://api.w.org/", <https://t.example/?p=1>; rel=shortlink'
    named = start("https://t.example/blog", "<p>x</p>", api)
    assert named.links == (Link(f"https://t.example/b/wp-json/{posts}", PageKind.LISTING, now),)
    guessed = start("https://t.example/blog", "<p>x</p>")
    assert guessed.links == (Link(f"https://t.example/blog/wp-json/{posts}", PageKind.LISTING, now),)
    assert ASKED[SourceKind.WORDPRESS]("https://t.example/").whole
    discouraged = '<meta name="robots" content="noindex, nofollow"><p>x</p>'
    assert start("https://t.example/", discouraged, api) == Extraction()
    assert start("https://t.example/", "<p>x</p>", api, "noindex") == Extraction()


def test_wordpress_marks_its_interface_noindex_and_single_entries_too() -> None:
    url = "https://t.example/wp-json/wp/v2/posts?per_page=50"
    body = [wp_post(1), wp_post(2, yoast_head_json={"robots": {"index": "noindex"}})]
    fetched = Fetched(url, json.dumps(body).encode(), NOW, "application/json", "noindex")
    found = READERS[SourceKind.WORDPRESS](fetched, PageKind.LISTING)
    assert [post.url for post in found.posts] == ["https://t.example/bai-1/"]


def test_wordpress_comments() -> None:
    row = {
        "id": 9, "post": 1, "author_name": "Lan Anh", "date_gmt": "2026-11-19T09:30:00",
        "link": "https://t.example/bai-1/#comment-9", "content": {"rendered": f"<p>{ANSWER}</p>"}, "status": "approved",
    }  # fmt: skip
    url = "https://t.example/wp-json/wp/v2/comments?per_page=50"
    (post,) = read(SourceKind.WORDPRESS, url, [row, row | {"status": "hold"}]).posts
    assert (post.text, post.author, post.url) == (ANSWER, "Lan Anh", "https://t.example/bai-1/#comment-9")
    assert post.thread_url == "https://t.example/wp-json/wp/v2/posts/1"


def test_what_is_asked_for_in_place_of_a_page() -> None:
    def asked(kind: SourceKind, url: str) -> str:
        return ASKED[kind](url).url

    assert asked(SourceKind.WORDPRESS, "https://t.example/blog") == "https://t.example/blog"
    again = "https://t.example/wp-json/wp/v2/comments?per_page=50"
    assert asked(SourceKind.WORDPRESS, again) == again
    assert asked(SourceKind.DISCOURSE, "https://f.example/") == "https://f.example/latest.json"
    assert asked(SourceKind.DISCOURSE, "https://f.example/c/hoc/5") == "https://f.example/c/hoc/5.json"
    assert asked(SourceKind.DISCOURSE, "https://f.example/t/7.json") == "https://f.example/t/7.json"
    local = "https://m.example/api/v1/timelines/public?local=true&limit=40"
    assert asked(SourceKind.MASTODON, "https://m.example/public/local") == local
    assert asked(SourceKind.MASTODON, "https://m.example/public/local?max_id=7") == f"{local}&max_id=7"


# --- Discourse ---------------------------------------------------------------------------------------------
def test_discourse_topics_with_marks_only_where_something_can_be_new() -> None:
    topics = [
        {"id": 7, "posts_count": 45, "last_posted_at": "2026-11-19T08:00:00.000Z", "archetype": "regular"},
        {"id": 8, "posts_count": 1, "archetype": "private_message"}, {"id": 9, "posts_count": 2, "visible": False},
    ]  # fmt: skip
    value = {"topic_list": {"topics": topics, "more_topics_url": "/latest?no_definitions=true&page=1"}}
    links = read(SourceKind.DISCOURSE, "https://f.example/latest.json", value).links
    mark = "45 2026-11-19T08:00:00.000Z"
    assert links == (
        Link("https://f.example/t/7.json", PageKind.THREAD),
        Link("https://f.example/t/7.json?page=2", PageKind.THREAD, mark),
        Link("https://f.example/t/7.json?page=3", PageKind.THREAD, mark),
        Link("https://f.example/latest.json?page=1", PageKind.LISTING, older=True),
    )


def test_discourse_posts_without_quotes_and_hidden_ones() -> None:
    cooked = (
        f'<aside class="quote" data-username="binh"><blockquote>{QUOTED}</blockquote></aside><p>{ANSWER}</p>'
    )
    posts = [
        {"post_number": 1, "username": "an_nhien", "created_at": "2026-11-19T08:00:00.000Z", "post_type": 1,
         "cooked": f"<p>{WORDS}</p>"},
        {"post_number": 2, "username": "gia_bao", "created_at": "2026-11-19T08:05:00.000Z", "post_type": 1,
         "cooked": cooked},
        {"post_number": 3, "username": "x", "post_type": 1, "hidden": True, "cooked": "<p>ẩn</p>"},
        {"post_number": 4, "username": "system", "post_type": 3, "cooked": "<p>đã đóng</p>"},
    ]  # fmt: skip
    value = {"id": 7, "title": "Áo ấm", "post_stream": {"posts": posts}}
    found = read(SourceKind.DISCOURSE, "https://f.example/t/7.json", value).posts
    assert [(p.url, p.text, p.author, p.title) for p in found] == [
        ("https://f.example/t/7/1", WORDS, "an_nhien", "Áo ấm"),
        ("https://f.example/t/7/2", ANSWER, "gia_bao", None),
    ]
    assert {p.thread_url for p in found} == {"https://f.example/t/7"}


# --- Mastodon ----------------------------------------------------------------------------------------------
def status(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number), "created_at": "2026-11-19T08:00:00.000Z", "visibility": "public", "reblog": None,
        "url": f"https://m.example/@an/{number}", "uri": "x", "content": f"<p>{WORDS}</p>", "spoiler_text": "",
        "account": {"acct": "an", "noindex": False}, **more,
    }  # fmt: skip


def test_mastodon_takes_public_words_of_those_who_let_themselves_be_indexed() -> None:
    rows = [
        status(4), status(3, reblog=status(9)), status(2, visibility="unlisted"),
        status(1, account={"acct": "kin", "noindex": True}),
    ]  # fmt: skip
    api = "https://m.example/api/v1/timelines/public?local=true&limit=40"
    link = f'<{api}&max_id=1>; rel="next", <{api}&min_id=4>; rel="prev"'
    found = read(SourceKind.MASTODON, "https://m.example/api/v1/timelines/public?local=true", rows, link)
    assert [(p.url, p.text, p.author) for p in found.posts] == [("https://m.example/@an/4", WORDS, "an")]
    assert found.links == (Link("https://m.example/public/local?max_id=1", PageKind.LISTING, older=True),)
    old = [status(4, created_at="2026-11-01T08:00:00.000Z")]
    assert read(SourceKind.MASTODON, "https://m.example/api/v1/timelines/public", old, link).links == ()


# --- Telegram ----------------------------------------------------------------------------------------------
def test_telegram_messages_own_words_alone() -> None:
    def message(number: int, inner: str, when: str = "2026-11-19T08:00:00+00:00") -> str:
        return (
            f'<div class="tgme_widget_message js-widget_message" data-post="hocduong/{number}">{inner}'
            f'<time datetime="{when}" class="time">15:00</time></div>'
        )

    text = '<div class="tgme_widget_message_text js-message_text" dir="auto">{}</div>'
    reply = f'<a class="tgme_widget_message_reply">{text.format(QUOTED)}</a>'
    forward = '<div class="tgme_widget_message_forwarded_from">Từ kênh khác</div>'
    page = "".join(
        ["<html><body>", message(41, text.format(f"{WORDS}<br/>Ký tên: lớp 9A")),
         message(42, reply + text.format(ANSWER)),
         message(43, forward + text.format(QUOTED)), message(44, '<a class="tgme_widget_message_photo_wrap"></a>'),
         "</body></html>"]
    )  # fmt: skip
    found = read(SourceKind.TELEGRAM, "https://t.me/s/hocduong", page)
    assert [(p.url, p.text) for p in found.posts] == [
        ("https://t.me/hocduong/41", f"{WORDS}\nKý tên: lớp 9A"),
        ("https://t.me/hocduong/42", ANSWER),
    ]
    assert found.links == (Link("https://t.me/s/hocduong?before=41", PageKind.LISTING, older=True),)
    early = message(41, text.format(WORDS), "2026-10-01T08:00:00+00:00")
    assert read(SourceKind.TELEGRAM, "https://t.me/s/hocduong", early).links == ()


# --- XenForo 2 ---------------------------------------------------------------------------------------------
def test_xenforo_posts_and_marks() -> None:
    def post(number: int, author: str, inner: str, more: str = "") -> str:
        return (
            f'<article class="message message--post js-post {more}" data-author="{author}" '
            f'data-content="post-{number}" id="js-post-{number}"><div class="message-cell">'
            f'<h4 class="message-name">{author}</h4></div>'
            f'<header><a href="/threads/ao-am.7/post-{number}"><time class="u-dt" dir="auto" '
            f'datetime="2026-11-19T15:00:00+0700" data-time="1763539200">hôm qua</time></a></header>'
            f'<div class="message-content"><article class="message-body"><div class="bbWrapper">{inner}</div></article>'
            f'</div><aside class="message-signature">chữ ký</aside></article>'
        )

    quote = f'<blockquote class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote">{QUOTED}</blockquote>{ANSWER}'
    page = (
        '<html><body><h1 class="p-title-value">Áo ấm</h1>'
        + post(1, "an_nhien", WORDS) + post(2, "gia_bao", quote) + post(3, "x", "đã xoá", "message--deleted")
        + "</body></html>"
    )  # fmt: skip
    found = read(SourceKind.XENFORO, "https://f.example/threads/ao-am.7/", page, page=PageKind.THREAD)
    assert [(p.url, p.text, p.author, p.title) for p in found.posts] == [
        ("https://f.example/threads/ao-am.7/post-1", WORDS, "an_nhien", "Áo ấm"),
        ("https://f.example/threads/ao-am.7/post-2", ANSWER, "gia_bao", None),
    ]
    assert {p.published_at for p in found.posts} == {datetime(2026, 11, 19, 8, 0, tzinfo=UTC)}
    section = (
        '<div class="structItem structItem--thread"><div class="structItem-title"><a href="/threads/ao-am.7/">Áo ấm</a>'
        '</div><div class="structItem-cell--meta"><dl><dt>Trả lời</dt><dd>12</dd></dl><dl>'
        "<dt>Đọc</dt><dd>1K</dd></dl></div></div>"
    )
    (link,) = read(SourceKind.XENFORO, "https://f.example/forums/hoc.5/", section).links
    assert link == Link("https://f.example/threads/ao-am.7/", PageKind.THREAD, "12")


# --- JSON Feed and JSON-LD ---------------------------------------------------------------------------------
def test_json_feed() -> None:
    items = [
        {"id": "1", "url": "https://t.example/1", "title": "Tin", "content_html": f"<p>{WORDS * 6}</p>",
         "date_published": "2026-11-19T15:00:00+07:00", "authors": [{"name": "Ban biên tập"}]},
        {"id": "2", "url": "https://t.example/2", "summary": "ngắn", "date_modified": "2026-11-19T15:00:00+07:00"},
    ]  # fmt: skip
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "next_url": "https://t.example/feed?page=2",
        "items": items,
    }
    found = read(SourceKind.FEED, "https://t.example/feed.json", feed)
    (post,) = found.posts
    assert (post.author, post.title, post.published_at) == (
        "Ban biên tập", "Tin", datetime(2026, 11, 19, 8, 0, tzinfo=UTC),
    )  # fmt: skip
    assert found.links == (
        Link("https://t.example/2", PageKind.ARTICLE, "2026-11-19T08:00:00+00:00"),
        Link("https://t.example/feed?page=2", PageKind.LISTING, older=True),
    )


def test_json_ld_of_a_page_that_shows_its_posts_by_script_alone() -> None:
    record = {
        "@context": "https://schema.org", "@type": "DiscussionForumPosting", "headline": "Áo ấm", "text": WORDS,
        "url": "https://f.example/t/7", "datePublished": "2026-11-19T15:00:00+07:00",
        "author": {"@type": "Person", "name": "an_nhien"},
        "comment": [{"@type": "Comment", "text": ANSWER, "url": "https://f.example/t/7#2",
                     "author": [{"name": "gia_bao"}],
                     "comment": {"@type": "Comment", "text": "Ừ &amp; cảm ơn nhé.", "author": "my_le"}}],
    }  # fmt: skip
    page = (
        f'<html><script type="application/ld+json">{json.dumps(record)}</script><div id="app"></div></html>'
    )
    posts = read(SourceKind.FORUM, "https://f.example/t/7", page, page=PageKind.THREAD).posts
    assert [(p.text, p.author, p.title) for p in posts] == [
        (WORDS, "an_nhien", "Áo ấm"), (ANSWER, "gia_bao", None), ("Ừ & cảm ơn nhé.", "my_le", None),
    ]  # fmt: skip
    assert posts[0].published_at == datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
    assert structured_posts(parse_html(page), "https://f.example/t/7", NOW)


# --- YouTube -----------------------------------------------------------------------------------------------
CHANNEL = "https://www.youtube.com/channel/UC" + "a" * 22
ACCESS = ApiAccess(BASES[SourceKind.YOUTUBE], "key-of-the-operator")


def comment(id_: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "snippet": {
            "textOriginal": text,
            "authorDisplayName": "an",
            "publishedAt": "2026-11-19T08:00:00Z",
            **more,
        },
    }


def test_youtube_threads_replies_and_what_did_not_come_along() -> None:
    threads = [
        {"id": "T1", "snippet": {"videoId": "vid1", "topLevelComment": comment("T1", WORDS, videoId="vid1"),
                                 "totalReplyCount": 3}, "replies": {"comments": [comment("T1.a", ANSWER)]}},
        {"id": "T2", "snippet": {"videoId": "vid2", "topLevelComment": comment("T2", ANSWER), "totalReplyCount": 0}},
    ]  # fmt: skip
    found = read(SourceKind.YOUTUBE, CHANNEL, {"items": threads, "nextPageToken": "QURT"})
    assert [(p.url, p.text) for p in found.posts] == [
        ("https://www.youtube.com/watch?v=vid1&lc=T1", WORDS),
        (f"{CHANNEL}?lc=T1.a", ANSWER),
        ("https://www.youtube.com/watch?v=vid2&lc=T2", ANSWER),
    ]
    assert found.posts[0].thread_url == found.posts[1].thread_url != found.posts[2].thread_url
    assert found.links == (
        Link(f"{CHANNEL}?parentId=T1", PageKind.THREAD, "3"),
        Link(f"{CHANNEL}?pageToken=QURT", PageKind.LISTING, older=True),
    )
    replies = read(SourceKind.YOUTUBE, f"{CHANNEL}?parentId=T1", {"items": [comment("T1.a", ANSWER)]})
    assert [p.thread_url for p in replies.posts] == [found.posts[0].thread_url]


def test_youtube_is_asked_by_channel_and_never_with_the_key_in_the_address() -> None:
    for url in (CHANNEL, f"{CHANNEL}?parentId=T1&pageToken=QURT"):
        ask = KEYED[SourceKind.YOUTUBE].ask(url, ACCESS)
        assert ask is not None and ask.keyed and ask.headers["X-Goog-Api-Key"] == ACCESS.key
        assert ACCESS.key not in ask.url and ACCESS.key not in repr(ask) and "search" not in ask.url
    for url in (
        "https://www.youtube.com/@someone",
        "https://www.youtube.com/watch?v=x",
        "https://evil.example/channel/",
    ):
        assert KEYED[SourceKind.YOUTUBE].ask(url, ACCESS) is None


@pytest.mark.parametrize(
    ("status", "reason", "word", "rests"),
    [
        (403, "quotaExceeded", "api_quota_used_up", True), (403, "rateLimitExceeded", "api_too_fast", True),
        (403, "commentsDisabled", "api_comments_disabled", False), (403, "forbidden", "api_key_refused", False),
        (400, "keyInvalid", "api_key_refused", False), (404, "channelNotFound", "api_http_404", False),
        (500, "backendError", "api_http_500", False),
    ],
)  # fmt: skip
def test_youtube_errors_in_words(status: int, reason: str, word: str, rests: bool) -> None:
    body = json.dumps({"error": {"code": status, "errors": [{"reason": reason}]}}).encode()
    trouble = KEYED[SourceKind.YOUTUBE].trouble(status, body, NOW)
    assert (trouble.word, trouble.rest is not None) == (word, rests)
    if reason == "quotaExceeded":  # the quota's day ends at midnight in California: 8:00 here
        assert trouble.rest == timedelta(hours=23, minutes=1)


# --- Facebook ----------------------------------------------------------------------------------------------
PAGE = "https://www.facebook.com/123456789"
TOKEN = ApiAccess(BASES[SourceKind.FACEBOOK_PAGE], "token-of-the-operator")


def test_facebook_page_posts_comments_and_no_token_in_any_link() -> None:
    def row(id_: str, text: str, **more: Any) -> dict[str, Any]:
        return {"id": id_, "message": text, "created_time": "2026-11-19T08:00:00+0000",
                "permalink_url": f"https://www.facebook.com/{id_}", **more}  # fmt: skip

    paging = {
        "cursors": {"after": "QVFI"},
        "next": "https://graph.facebook.com/x?access_token=secret&after=QVFI",
    }
    comments = {"data": [row("5_1", ANSWER, **{"from": {"name": "Bình An"}})], "summary": {"total_count": 80}}
    posts = {"data": [row("123456789_55555", WORDS, comments=comments)], "paging": paging}
    value = {"category": "School", "name": "Trường Hoa Sen", "posts": posts}
    found = read(SourceKind.FACEBOOK_PAGE, PAGE, value)
    assert [(p.text, p.author) for p in found.posts] == [(WORDS, "Trường Hoa Sen"), (ANSWER, "Bình An")]
    assert found.links == (
        Link(f"{PAGE}?comments=123456789_55555", PageKind.THREAD, "80"),
        Link(f"{PAGE}?after=QVFI", PageKind.LISTING, older=True),
    )
    more = read(
        SourceKind.FACEBOOK_PAGE,
        f"{PAGE}?comments=123456789_55555",
        {"data": comments["data"], "paging": paging},
    )
    assert more.links == (Link(f"{PAGE}?comments=123456789_55555&after=QVFI", PageKind.THREAD, older=True),)
    assert not read(SourceKind.FACEBOOK_PAGE, PAGE, value | {"category": None}).posts  # not a Page


def test_facebook_is_asked_for_a_page_and_for_what_lies_under_it() -> None:
    ask = KEYED[SourceKind.FACEBOOK_PAGE].ask
    for url, start in (
        (PAGE, "123456789?"),
        (f"{PAGE}?comments=123456789_55555&after=Q", "123456789_55555/comments?"),
    ):
        asked = ask(url, TOKEN)
        assert (
            asked is not None and asked.url.startswith(f"{TOKEN.base}/{start}") and TOKEN.key not in asked.url
        )
    first, others = ask(PAGE, TOKEN), ask(f"{PAGE}?comments=987654321_55555", TOKEN)
    assert (
        first is not None and others is not None and first.url == others.url
    )  # another's post is not asked for
    assert "category" in first.url
    assert ask("https://www.facebook.com/some.one", TOKEN) is None


@pytest.mark.parametrize(
    ("code", "word", "rests"),
    [(4, "api_quota_used_up", True), (32, "api_quota_used_up", True), (190, "api_key_refused", False),
     (10, "api_permission_missing", False), (100, "api_not_a_page", False), (2, "api_code_2", False)],
)  # fmt: skip
def test_facebook_errors_in_words(code: int, word: str, rests: bool) -> None:
    body = json.dumps({"error": {"message": "x", "type": "OAuthException", "code": code}}).encode()
    trouble = KEYED[SourceKind.FACEBOOK_PAGE].trouble(400, body, NOW)
    assert (trouble.word, trouble.rest is not None) == (word, rests)


# --- All ---------------------------------------------------------------------------------------------------
def test_every_kind_that_is_fetched_has_a_reader() -> None:
    assert set(READERS) == set(SourceKind) - {SourceKind.IMPORT}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["items", "snippet", "id", "posts", "data", "topic_list", "topics", "post_stream", "content", "rendered",
             "account", "replies", "comments", "text", "link", "url", "paging", "cursors", "after",
             "cooked", "category"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(JSON, st.sampled_from(sorted(READERS)), st.text(max_size=60))
def test_no_answer_makes_a_reader_raise(value: Any, kind: SourceKind, link: str) -> None:
    for url in (CHANNEL, f"{PAGE}?comments=1_2", "https://f.example/t/7.json?page=x"):
        found = read(kind, url, value, link)
        assert all(post.text for post in found.posts)
