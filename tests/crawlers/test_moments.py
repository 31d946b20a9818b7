from __future__ import annotations

from datetime import datetime

import pytest
from lxml.html import fromstring

from crawlers.moments import own_time, stated_time, with_its_hour
from crawlers.times import HANOI

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("html", "meant"),
    [
        ("<span>Hôm qua lúc 21:05</span>", "2026-11-21 21:05"),
        ("<p><b>Hôm qua</b> lúc 21:05</p>", "2026-11-21 21:05"),
        ("<span data-tip='Thứ Ba, ngày 17 tháng 11 năm 2026 lúc 5:55:12'>5 ngày trước</span>", "2026-11-17 05:55"),
        ("<a aria-label='18 tháng 11 lúc 20:15'>3 ngày</a>", "2026-11-18 20:15"),
        ("<span title='2026-11-14 03:40:09Z, Giấy phép: CC'>14 thg 11</span>", "2026-11-14 10:40"),
        ("<i data-utime='1791767700'>x</i>", "2026-10-12 08:15"),
        ("<a href='/p/1'>22 giờ</a>", "2026-11-21 14:00"),
        ("<div>2026-11-12 21:44 | Phân loại hàng: Xanh rêu, 500ml</div>", "2026-11-12 21:44"),
        ("<i data-epoch='1791767700'>x</i>", "2026-10-12 08:15"),
        ("<i created='1791767700000'>x</i>", "2026-10-12 08:15"),
    ],
)  # fmt: skip
def test_what_an_element_says(html: str, meant: str) -> None:
    moment = own_time(fromstring(html), NOW)
    assert moment is not None and moment.astimezone(HANOI).strftime("%Y-%m-%d %H:%M") == meant


@pytest.mark.parametrize(
    "html",
    [
        "<b>12 tháng</b>",  # how long a thing is warranted
        "<i data-id='1791767700'>x</i>",  # a number of the page's own
        "<p>Hôm qua trời mưa to quá</p>",
        "<img alt='12/10/2026'>",
    ],
)
def test_what_is_no_moment(html: str) -> None:
    assert own_time(fromstring(html), NOW) is None


def test_the_first_that_states_one() -> None:
    tree = fromstring("<p title='Bài của An'><b title='12/10/2026'></b><i title='13/10/2026'></i></p>")
    moment = stated_time(tree.iter(), NOW)
    assert moment is not None and moment.astimezone(HANOI).day == 12


@pytest.mark.parametrize(
    ("near", "meant"),
    [
        ("<span title='Giờ người gửi: 14/11/2026 19:12'>19:12</span>", "2026-11-14 19:12"),
        ("<span>7:12 CH</span>", "2026-11-14 19:12"),
        ("<span title='15/11/2026 19:12'>19:12</span>", "2026-11-14 00:00"),
        ("<p>19:12 tập trung nhé</p>", "2026-11-14 00:00"),
    ],
)
def test_a_day_and_its_hour_in_two_elements(near: str, meant: str) -> None:
    tree = fromstring(f"<div><i>14/11/2026</i>{near}</div>")
    nodes = list(tree.iter("*"))
    day = own_time(nodes[1], NOW)
    assert day is not None
    assert with_its_hour(nodes[1], day, nodes, NOW).astimezone(HANOI).strftime("%Y-%m-%d %H:%M") == meant
