"""Pages that once lost words, gave them to another, or kept a reader for ever."""

from __future__ import annotations

from datetime import datetime
from time import process_time

import pytest

from crawlers.markup import parse_html
from crawlers.thread import thread_posts
from crawlers.words import is_taken_away, own_lines
from lachan.domain.alert import VIETNAM
from lachan.domain.post import RawPost

NOW = datetime(2026, 11, 22, 17, tzinfo=VIETNAM)
LETTER = "<pre>From: An\nDate: 12/11/2026 10:20\n\nlời nói ở đây</pre>"


def _read(page: str) -> list[RawPost]:
    tree = parse_html(page)
    assert tree is not None
    return thread_posts(tree, "https://f.example/t/1", NOW)


def test_a_comment_of_the_markup_before_a_moment_is_no_element() -> None:
    posts = "".join(f"<li><!-- x -->1{n}/11/2026 10:20 <b>An {n}</b> xin chào {n}</li>" for n in range(4))
    _read(f"<!-- header --><div><ul>{posts}</ul></div>")


@pytest.mark.parametrize("reference", ["&#1;", "&#xFFFE;", "&#X2", "&#xD800;", "&#99999999999;"])
def test_references_to_what_no_text_may_hold_are_no_words(reference: str) -> None:
    (post,) = _read(LETTER.replace("lời", f"lời{reference}"))
    assert post.text.replace(" ", "").startswith("lời")
    _read(f"<div class=comment>Hỏi<br><b>Ban{reference} giám hiệu trả lời:</b> Có</div>")


@pytest.mark.parametrize(
    "page",
    [
        f"<p>x — a</p><p>xin chào — b {'[]' * 90}x</p>",
        f"<p>lời -- a{' &nbsp;' * 150}x</p>" * 60,
        f"<p>Người gửi: x{'&nbsp;' * 20_000}y</p>",
        f"<a>{'<span></span>' * 20_000}</a>",
    ],
)
def test_signs_and_spaces_without_end_cost_little(page: str) -> None:
    """Each took from nine seconds to for ever; the bound is wide, since machines are slow at times."""
    began = process_time()
    _read(page)
    assert process_time() - began < 8


@pytest.mark.parametrize(
    "plea",
    [
        "Bị nó dọa gửi ảnh cho cả lớp, em sợ quá nên đã xóa",
        "Bị bạn trai cũ dọa, xin ai giúp em gỡ",
        "Bị lộ ảnh rồi, làm sao để gỡ?",
    ],
)
def test_a_plea_that_begins_as_a_remark_does_is_read(plea: str) -> None:
    assert not is_taken_away(plea)


def test_a_sign_before_ones_words_hides_nothing() -> None:
    assert own_lines("Chào mọi người\n>_< em sợ quá") == "Chào mọi người\n>_< em sợ quá"
    assert own_lines("chào\n> 18 tuổi ib") == "chào\n> 18 tuổi ib"
    assert own_lines("An viết:\n> xin chào\n> nhé\nđồng ý") == "đồng ý"


@pytest.mark.parametrize("around", ["<blockquote>{}</blockquote>", '<div style="display:none">{}</div>'])
def test_a_letter_that_is_quoted_or_hidden_is_nobodys_post(around: str) -> None:
    assert len(_read(LETTER)) == 1
    assert _read(around.format(LETTER)) == []


def test_words_that_most_of_a_page_says_are_somebodys_all_the_same() -> None:
    said = "Ai muốn kiếm tiền nhanh thì liên hệ mình nhé, bao ăn ở đầy đủ luôn"
    page = "".join(
        f'<div class="post"><b class="author">An {n}</b><span>1{n}/11/2026 10:00</span><div>{said}</div></div>'
        for n in range(4)
    )
    assert [post.text for post in _read(page)] == [said] * 4


def test_a_day_to_come_in_the_words_turns_no_date() -> None:
    page = "".join(
        f'<div class="post"><b class="author">An</b> <span class="date">0{n}/11/2026</span>'
        f'<div class="content">Lịch thi: 05/12/2026, lời thứ {n}</div></div>'
        for n in (3, 5, 6)
    )
    assert [post.published_at and post.published_at.astimezone(VIETNAM).month for post in _read(page)] == [
        11
    ] * 3


def test_an_address_never_holds_who_wrote() -> None:
    mark = "c-Nguyen_Van_An-20261103102000-T"
    talk = "".join(
        f'<p id="{mark}{n}">Câu thứ {n} của trang này. <a href="/wiki/Thành_viên:Nguyen_Van_An">Nguyen Van An</a> '
        f"10:2{n}, ngày 3 tháng 11 năm 2026 (UTC)</p>"
        for n in range(3)
    )
    posts = _read(talk)
    assert len(posts) == 3
    assert not any("nguyen" in post.url.casefold() for post in posts)


def test_what_a_person_says_in_a_line_makes_nobody_else_its_author() -> None:
    page = (
        '<div class="comment"><b class="author">An</b><div class="content">Em hỏi thầy rồi ạ.'
        "<br><span>Phản hồi của thầy Hùng:</span> Lời bịa ở đây</div></div>"
    )
    assert {post.author for post in _read(page)} == {"An"}
