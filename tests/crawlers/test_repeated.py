"""Quotes that no mark sets apart are found by the words that an earlier post said."""

from __future__ import annotations

from lxml.html import fromstring

from crawlers.markup import region, visible_text
from crawlers.repeated import Said, without_signatures
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


def _signed(*texts: str, author: str = "An") -> list[str]:
    posts = [RawPost("https://f.example/1", text, author, None, None, None) for text in texts]
    return [post.text for post in without_signatures(posts)]


def test_what_one_author_signs_posts_with_is_read_once() -> None:
    sign = "\n_______\nCơm sôi bớt lửa"
    assert _signed(f"Luộc chín tới.{sign}", f"Thêm vôi cũng được.{sign}") == [
        f"Luộc chín tới.{sign}",
        "Thêm vôi cũng được.",
    ]


def test_lines_under_a_rule_that_come_once_or_in_the_same_words_again_stay() -> None:
    once = "Việc cần làm\n----\nmua vở"
    assert _signed(once, "Mình mua rồi.") == [once, "Mình mua rồi."]
    assert _signed(once, once) == [once, once]
