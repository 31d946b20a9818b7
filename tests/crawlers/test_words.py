from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import fromstring

from crawlers.markup import parse_html, visible_text
from crawlers.thread import thread_posts
from crawlers.words import is_edit, is_taken_away, own_lines

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Bài viết này đã bị ẩn. Lý do: rao vặt sai chỗ.",
        "Nhắc nhở: Bài viết này đã bị quản trị viên hoặc điều hành viên che",
        "Bình luận đã bị người viết gỡ",
        "Nội dung này đã bị khoá vì vi phạm",
        "[đã xoá]",
        "[removed]",
        "(bình luận đã bị gắn cờ)",
    ],
)
def test_remarks_that_a_post_is_gone(text: str) -> None:
    assert is_taken_away(text)


@pytest.mark.parametrize(
    "text",
    [
        "Em bị bố mẹ khoá",
        "bị thầy khoá vì tới trễ",
        "[ảnh] con mèo nhà mình",
        "Bài viết này bị ẩn mấy hôm rồi mà lớp mình vẫn hỏi hoài",
    ],
)
def test_what_somebody_says_is_no_such_remark(text: str) -> None:
    assert not is_taken_away(text)


def test_a_remark_on_an_edit_by_name() -> None:
    html = "<i>Bài này được Ông Hai sửa lần cuối lúc 15-11-2026 06:15</i>"
    assert is_edit(fromstring(html))
    assert not is_edit(fromstring("<p>Bài này được cô sửa, cả <b>lớp</b> chép nhé</p>"))


def test_lines_quoted_as_in_letters() -> None:
    assert own_lines("An viết:\n> mười hai chiếc\nTrường tôi chia ba ca") == "Trường tôi chia ba ca"
    assert own_lines("> mười hai chiếc") == "> mười hai chiếc"
    assert own_lines("Đáp.\n--") == own_lines("Đáp.\n...\n—–") == "Đáp."
    assert own_lines(">.< vui quá\n3 > 2") == ">.< vui quá\n3 > 2"


def test_the_name_of_a_picture_is_no_word_and_its_sign_is_one() -> None:
    image = "Thắng rồi <img src='/smiles/a.gif' alt='{}'> nhé"
    assert visible_text(parse_html(image.format("Very Happy"))) == "Thắng rồi nhé"
    assert visible_text(parse_html(image.format(":)"))) == "Thắng rồi :) nhé"


def test_what_a_component_shows_in_its_shadow_is_seen() -> None:
    rows = "".join(
        f"<x-loi author='{who}'><template shadowrootmode='open'><slot></slot></template>"
        f"<time datetime='2026-11-1{n}T08:00:00+07:00'>x</time><p>Câu thứ {n} của lớp.</p></x-loi>"
        for n, who in enumerate(("Bé Na", "An"))
    )
    shadow = (
        f"<x-trang><template shadowrootmode='open'>{rows}</template></x-trang><template><p>mẫu</p></template>"
    )
    posts = thread_posts(parse_html(f"<html><body>{shadow}</body></html>"), "https://t.example/t/1", NOW)
    assert [(post.author, post.text) for post in posts] == [
        ("Bé Na", "Câu thứ 0 của lớp."),
        ("An", "Câu thứ 1 của lớp."),
    ]


def test_whom_a_quote_names_wrote_no_post() -> None:
    page = (
        "<div class='comment' id='comment-1'><a href='/u/1'>An</a><time datetime='2026-11-19T08:00:00+07:00'>x</time>"
        "<div class='comment-text'><blockquote data-author='Bình'><time datetime='2026-11-18T08:00:00+07:00'>y</time>"
        "<p>đi bơi không</p></blockquote><p>Đi chứ.</p></div></div>"
    )
    (post,) = thread_posts(parse_html(page), "https://t.example/t/1", NOW)
    assert (post.author, post.text) == ("An", "Đi chứ.")
