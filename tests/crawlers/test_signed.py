from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import fromstring

from crawlers.signed import gather_signed

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SIGNED = "<a href='/wiki/{space}:{who}'>{who}</a> (<a href='/wiki/T:{who}'>thảo luận</a>) {when} (UTC)"
WHEN = "10:20, ngày {} tháng 11 năm 2026"


def _found(body: str) -> list[tuple[str | None, str | None, list[str]]]:
    made = gather_signed(fromstring(f"<html><body>{body}</body></html>"), NOW)
    return [
        (e.get("data-author"), e.find("time").get("datetime"), [p.text for p in e.iter("p")]) for e in made
    ]


def _by(who: str, day: int, space: str = "Thành_viên") -> str:
    return SIGNED.format(space=space, who=who, when=WHEN.format(day))


def _at(day: int) -> str:
    return f"2026-11-{day:02}T10:20:00+00:00"


@pytest.mark.parametrize("space", ["Thành_viên", "Th%C3%A0nh_vi%C3%AAn", "User"])
def test_posts_in_a_tree_of_answers(space: str) -> None:
    body = (
        f"<h2>Lá dong</h2><p>Câu hỏi đầu tiên.</p><p>Và câu thứ hai. {_by('An', 3, space)}</p>"
        f"<dl><dd>Trả lời đây. {_by('Bình', 4, space)}<dl><dd>Cảm ơn nhé. {_by('An', 5, space)}</dd></dl></dd></dl>"
    )
    assert _found(body) == [
        ("An", _at(3), ["Câu hỏi đầu tiên.", "Và câu thứ hai."]),
        ("Bình", _at(4), ["Trả lời đây."]),
        ("An", _at(5), ["Cảm ơn nhé."]),
    ]


def test_a_name_after_a_dash() -> None:
    body = "".join(f"<p>Câu thứ {n} của lớp. — Bé {n}a (thảo luận) 10:20, {n}/11/2026</p>" for n in (3, 4))
    assert _found(body) == []  # a name has no figures
    body = body.replace("Bé 3a", "Bé Ba").replace("Bé 4a", "Bé Tư")
    assert [(who, said) for who, _, said in _found(body)] == [
        ("Bé Ba", ["Câu thứ 3 của lớp."]),
        ("Bé Tư", ["Câu thứ 4 của lớp."]),
    ]


def test_somebody_named_in_the_words_signs_nothing() -> None:
    other = "<a href='/wiki/User:Chi'>Chi</a>"
    body = f"<p>Hỏi {other} nhé. {_by('An', 3)}</p><p>Ừ, {other} biết đó. {_by('Bình', 4)}</p>"
    assert [(who, said) for who, _, said in _found(body)] == [
        ("An", ["Hỏi Chi nhé."]),
        ("Bình", ["Ừ, Chi biết đó."]),
    ]


def test_what_stands_in_headings_tables_and_quotes_is_nobodys() -> None:
    body = (
        "<p>Mời mọi người dự buổi gói bánh.</p><div><h2>Lá dong</h2><a href='#'>sửa</a> 5 bình luận</div>"
        f"<p>Một câu hỏi. {_by('An', 3)}</p><table><tr><td>Bảng dài</td></tr></table>"
        f"<blockquote>Một câu hỏi.</blockquote><p>Một câu đáp. {_by('Bình', 4)}</p><p>Không ai ký câu này.</p>"
    )
    assert [said for *_, said in _found(body)] == [["Một câu hỏi."], ["Một câu đáp."]]


@pytest.mark.parametrize(
    "body",
    [
        f"<p>Chỉ một câu. {_by('An', 3)}</p>",
        "<ul><li><a href='/t/1'>Chuyện lớp mình hôm nay</a> <a href='/u/1'>An</a> 10:20 3/11/2026</li></ul>"
        * 3,
        f"<div>{_by('An', 3)}: viết trước, ký sau thì không phải chữ ký ở cuối lời</div>" * 3,
    ],
    ids=["one", "a list of links", "names before words"],
)
def test_pages_without_signed_posts(body: str) -> None:
    assert _found(body) == []
