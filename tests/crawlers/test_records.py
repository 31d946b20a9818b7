from __future__ import annotations

from datetime import datetime

from lxml.html import fromstring

from crawlers.markup import Element
from crawlers.records import fit, learned, look_at
from crawlers.times import HANOI

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=HANOI)
COUNT = ("một", "hai", "ba", "bốn", "năm")
SIDEBAR = "<div class='q'><ul>" + "".join(
    f"<li><a href='/{n}'>Bài khác số {n} của cả lớp</a> <i>{n}/11/2026</i></li>" for n in range(1, 9)
)


def _post(n: int, inner: str = "") -> str:
    return (
        f"<div class='k{n}'><b>ban_{n}</b><p>Câu thứ {COUNT[n]} của lớp mình đây</p>"
        f"<i>{n + 1}/11/2026 08:00</i>{inner}</div>"
    )


def _found(body: str) -> list[Element]:
    page = look_at(fromstring(f"<html><body>{body}</body></html>"), NOW)
    elements, worth = learned(page)
    assert (worth > 0) == bool(elements)
    return elements


def test_posts_are_found_without_names_and_menus_are_none() -> None:
    """Words in links weigh nothing: a list of other threads with their dates is no thread."""
    found = _found(f"<div><div>{_post(0)}{_post(1)}{_post(2)}</div>{SIDEBAR}</ul></div></div>")
    assert [node.get("class") for node in found] == ["k0", "k1", "k2"]


def test_answers_within_posts_are_posts() -> None:
    found = _found(f"<main><section>{_post(0, _post(1))}{_post(2, _post(3))}</section></main>")
    assert [node.get("class") for node in found] == ["k0", "k1", "k2", "k3"]


def test_questions_around_answers_of_another_make() -> None:
    def pair(n: int) -> str:
        ask = f"<p>Hỏi câu {COUNT[n]} cho con ạ</p><i>{n + 1}/11/2026 08:00</i>"
        answer = f"<em>{n + 1}/11/2026 15:00</em><p>Thưa, {COUNT[n + 1]} tuần là hợp nhất</p>"
        return f"<div class='h'>{ask}<div class='d'>{answer}</div></div>"

    found = _found(f"<main><div>{pair(0)}{pair(1)}{pair(2)}</div></main>")
    assert [node.get("class") for node in found] == ["h", "d"] * 3


def test_when_somebody_joined_is_no_moment_of_a_post() -> None:
    page = look_at(
        fromstring("<div><dl><dt>Tham gia:</dt> <dd>12/10/2020</dd></dl><i>1/11/2026</i></div>"), NOW
    )
    assert len(page.times) == 1


def test_the_whole_thread_as_one_post_explains_a_page_badly() -> None:
    tree = fromstring(f"<html><body><div id='all'>{_post(0)}{_post(1)}</div></body></html>")
    page = look_at(tree, NOW)
    whole = tree.get_element_by_id("all")
    assert fit(page, {whole}) < 0 < fit(page, {*whole})


def test_a_page_of_one_moment_has_no_posts_to_learn_from() -> None:
    assert _found(_post(0)) == []


def test_what_stands_around_posts_and_says_todays_date_is_none() -> None:
    posts = "".join(_post(n).replace(f"k{n}", "k") for n in range(1, 4))
    found = _found(f"<div><div class='all'>Diễn đàn của lớp mình <i>22/11/2026 11:00</i>{posts}</div></div>")
    assert {node.get("class") for node in found} == {"k"}


def test_a_day_beside_its_hour_is_one_moment() -> None:
    posts = "".join(
        f"<div class='k'><p>Câu thứ {COUNT[n]} của lớp</p><i>{n}/11/2026</i> <i>{n}/11/2026 08:00</i></div>"
        for n in range(1, 4)
    )
    assert len(_found(posts)) == 3


def test_an_opening_post_of_another_make_and_of_the_first_answers_minute_stays() -> None:
    opening = "<div class='o'><p>Cả nhà cho em hỏi mai lớp mình học bài nào ạ</p><i>2/11/2026 08:00</i></div>"
    answers = "".join(_post(n).replace(f"k{n}", "k") for n in range(1, 4))
    assert [node.get("class") for node in _found(f"<div>{opening}{answers}</div>")] == ["o", "k", "k", "k"]
