from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.markup import parse_html
from crawlers.thread import thread_posts

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SAID = ("Tuần sau các cháu có học bơi không ạ?", "Thư viện mở buổi trưa không ạ?", "Nhớ gốc bàng quá.")


def _read(answer: str, around: str = "<div>{}</div>") -> list[tuple[str | None, str]]:
    rows = "".join(
        "<div class='x'><b>Bé {}</b><i>{}/11/2026 08:00</i><p>{}</p>{}</div>".format(
            ["Na", "Cúc", "Sen"][n], n + 10, said, around.format(answer) if n == 0 else ""
        )
        for n, said in enumerate(SAID)
    )
    tree = parse_html(f"<html><body><h1>Sổ góp ý</h1>{rows}</body></html>")
    return [(post.author, post.text) for post in thread_posts(tree, "https://t.example/gop-y", NOW)]


@pytest.mark.parametrize(
    ("answer", "who"),
    [
        ("<b>Ban giám hiệu trả lời:</b> <i>Sang tháng học lại ạ.</i>", "Ban giám hiệu"),
        ("<div>Phản hồi của Người bán</div><div>Sang tháng học lại ạ.</div>", "Người bán"),
        ("<b>Quản trang:</b> Sang tháng học lại ạ.", "Quản trang"),
        ("<h4>Cô Ba đã phản hồi:</h4><p>Sang tháng học lại ạ.</p>", "Cô Ba"),
    ],
)
def test_an_answer_is_a_post_of_its_own(answer: str, who: str) -> None:
    assert _read(answer) == [
        ("Bé Na", SAID[0]),
        (who, "Sang tháng học lại ạ."),
        ("Bé Cúc", SAID[1]),
        ("Bé Sen", SAID[2]),
    ]


@pytest.mark.parametrize(
    "said",
    [
        "<b>Nhớ mang:</b> áo phao",
        "<b>Cô Ba trả lời:</b>",
        "Hôm qua thầy trả lời: chưa biết",
    ],
)
def test_what_is_no_answer_stays_with_its_author(said: str) -> None:
    found = _read(said, "<p>{}</p>")
    assert [author for author, _ in found] == ["Bé Na", "Bé Cúc", "Bé Sen"]


def test_within_words_that_have_a_name_nobody_answers() -> None:
    body = "<p>Em hỏi rồi.</p><p><b>Shop:</b> hết hàng nhé</p>"
    page = (
        "<div class='comment' id='comment-1'><a href='/u/1'>An</a><time datetime='2026-11-19T08:00:00+07:00'>x</time>"
        f"<div class='comment-text'>{body}</div></div>"
    )
    (post,) = thread_posts(parse_html(page), "https://t.example/t/1", NOW)
    assert post.text == "Em hỏi rồi.\nShop: hết hàng nhé"
