"""Quotes that no mark sets apart are found by the words that an earlier post said."""

from __future__ import annotations

from lxml.html import fromstring

from crawlers.markup import region, visible_text
from crawlers.repeated import Said
from lachan.domain.post import RawPost


def _left(html: str, *before: tuple[str, str]) -> str:
    said = Said()
    for author, text in before:
        said.add(RawPost("https://f.example/1", text, author, None, None, None))
    body = fromstring(html)
    nodes = list(region(body))
    return visible_text(body, set(said.quotes(nodes, frozenset())))


def test_an_earlier_posts_words_and_who_said_them_are_left_out() -> None:
    quote = "<div><div>Nguyên văn bởi <b>An</b></div><div>mai lớp mình học bài nào</div></div>"
    left = _left(f"<div>{quote}Bài mười hai nhé.</div>", ("An", "Cho hỏi mai lớp mình học bài nào"))
    assert left == "Bài mười hai nhé."


def test_words_that_only_begin_as_others_did_stay() -> None:
    html = "<div><p>mai lớp mình học bài nào thì báo Bình</p><p>Cảm ơn.</p></div>"
    assert _left(html, ("An", "mai lớp mình học bài nào")) == visible_text(fromstring(html))


def test_short_words_are_nobodys() -> None:
    assert _left("<div><p>Cảm ơn bạn</p><p>nhé</p></div>", ("An", "Cảm ơn bạn")) == "Cảm ơn bạn\nnhé"


def test_a_page_that_says_one_thing_a_thousand_times() -> None:
    before = [("An", "một hai ba bốn năm")] * 1_000
    assert _left("<div><p>một hai ba bốn năm</p><p>sáu</p></div>", *before) == "sáu"
