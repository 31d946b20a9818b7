from __future__ import annotations

from lxml.html import fromstring

from crawlers.boxes import Box
from crawlers.markup import Element
from crawlers.template import Post, common_words, free_words, is_common, where_names_stand, where_words_stand

SAID = ["Mai lớp mình nghỉ nhé cả nhà", "Dạ em cảm ơn cô nhiều", "Cho em hỏi mấy giờ đi ạ"]
TREES = [
    fromstring(
        f"<div><span>{'ABC'[n]}</span><em>ban {'xyz'[n]}</em><div><div>{said}</div></div>"
        f"<b>Trả lời</b><u>{n * 7} lượt</u></div>"
    )
    for n, said in enumerate(SAID)
]


def _posts(*meta: str) -> list[Post]:
    return [Post(list(t.iter()), {n for n in t.iter() if n.tag in meta}, set()) for t in TREES]


def _texts(nodes: list[Element | None]) -> list[str | None]:
    return [None if node is None else node.text_content() for node in nodes]


def test_what_every_post_shows_is_the_pages() -> None:
    common = common_words([Box(tree, frozenset(), False) for tree in TREES])
    pages = [node.tag for node in TREES[0] if is_common(node, common)]
    assert pages == ["span", "b", "u"]  # an initial, a button, a count


def test_of_two_posts_nothing_is_told() -> None:
    assert common_words([Box(tree, frozenset(), False) for tree in TREES[:2]]) == frozenset()


def test_words_stand_where_most_is_said() -> None:
    assert _texts(where_words_stand(_posts("em"), {"trả lời", "# lượt", ""})) == SAID


def test_names_are_short_lines_at_one_place() -> None:
    assert _texts(where_names_stand(_posts())) == ["ban x", "ban y", "ban z"]


def test_what_is_the_same_everywhere_is_no_name() -> None:
    alike = [fromstring(f"<div><b>Trả lời</b><p>{said}.</p></div>") for said in SAID]
    assert where_names_stand([Post(list(t.iter()), set(), set()) for t in alike]) == [None] * 3


def test_where_words_begin_with_the_post_nobody_is_named_before_them() -> None:
    assert where_names_stand([Post([], set(), frozenset()), *_posts()]) == [None] * 4


def test_quotes_that_hold_every_posts_words_are_made_blocks() -> None:
    posts = "".join(
        f"<li><b>ban_{n}</b><div><blockquote>Câu thứ {n}</blockquote></div></li>" for n in range(3)
    )
    tree = fromstring(f"<ul>{posts}</ul>")
    free_words([Box(post, frozenset(), False) for post in tree])
    assert not list(tree.iter("blockquote"))


def test_quotes_with_an_answer_beside_them_stay_quotes() -> None:
    posts = "".join(
        f"<li><b>ban_{n}</b><div><blockquote>Câu {n}</blockquote>Vâng ạ</div></li>" for n in range(3)
    )
    tree = fromstring(f"<ul>{posts}</ul>")
    free_words([Box(post, frozenset(), False) for post in tree])
    assert len(list(tree.iter("blockquote"))) == 3
