from __future__ import annotations

from datetime import UTC, datetime

from crawlers.article import article_post
from crawlers.markup import parse_html

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
URL = "https://bao.example/tin-vui-cuoi-tuan-8.html"
PARAGRAPHS = "".join(
    f"<p>Đoạn thứ {n} kể về buổi dọn bờ sông của học sinh trong xã, ai cũng vui và mệt nhưng không ai bỏ về sớm.</p>"
    for n in range(1, 5)
)


def test_structured_article() -> None:
    tree = parse_html(
        f"""<html><head><link rel="canonical" href="{URL}"><script type="application/ld+json">
        {{"@context": "https://schema.org", "@graph": [{{"@type": "NewsArticle", "headline": "Tin vui",
        "datePublished": "2026-10-12T08:15:00+07:00", "author": [{{"name": "Thu Cúc"}}]}}]}}</script></head>
        <body><article><h1>Tin vui</h1><div class="article-body">{PARAGRAPHS}<div class="related">Xem thêm</div></div>
        </article></body></html>"""
    )
    post = article_post(tree, URL + "?x=1", NOW)
    assert post is not None
    assert (post.url, post.title, post.author) == (URL, "Tin vui", "Thu Cúc")
    assert post.published_at == datetime(2026, 10, 12, 1, 15, tzinfo=UTC)
    assert post.text.count("\n") == 3 and "Xem thêm" not in post.text


def test_an_unknown_layout_is_left_to_trafilatura() -> None:
    tree = parse_html(
        f"<html><body><nav><a href='/'>Trang chủ</a></nav><h1>Tin vui</h1><div class='zzz'>{PARAGRAPHS}</div>"
        "<footer>Liên hệ quảng cáo</footer></body></html>"
    )
    post = article_post(tree, URL, NOW)
    assert post is not None and "Đoạn thứ 4" in post.text and "quảng cáo" not in post.text


def test_a_canonical_address_elsewhere_is_not_believed() -> None:
    tree = parse_html(
        f"<html><head><link rel='canonical' href='https://other.example/x'></head><body><h1>T</h1>"
        f"<div class='article-body'>{PARAGRAPHS}</div></body></html>"
    )
    post = article_post(tree, URL, NOW)
    assert post is not None and post.url == URL


def test_no_article() -> None:
    assert article_post(parse_html("<html><body></body></html>"), URL, NOW) is None


def test_a_form_that_asks_for_a_password_is_no_article() -> None:
    form = "<form><p>Nội dung này được bảo vệ, hãy nhập mật khẩu để xem bài viết.</p><input type='password'></form>"
    assert (
        article_post(
            parse_html(f"<main><h1>Bài</h1><div class='entry-content'>{form}</div></main>"), URL, NOW
        )
        is None
    )
    beside = f"<nav>{form}</nav><main><h1>Bài</h1><div class='entry-content'>{PARAGRAPHS}</div></main>"
    assert article_post(parse_html(beside), URL, NOW) is not None


def test_links_to_other_articles_are_no_words_of_this_one() -> None:
    related = "<div><strong>Tin liên quan:</strong> <a href='/gat'>Xong mùa gặt</a></div>"
    own = "<p>Xem thêm: <a href='/x'>bảng giờ</a> ở cổng trường mỗi sáng thứ hai nhé.</p>"
    tree = parse_html(
        f"<html><body><h1>T</h1><div class='article-body'>{PARAGRAPHS}{related}{own}</div></body></html>"
    )
    post = article_post(tree, URL, NOW)
    assert post is not None and "Xong mùa gặt" not in post.text and "bảng giờ" in post.text
