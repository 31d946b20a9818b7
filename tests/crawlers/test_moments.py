from __future__ import annotations

from datetime import datetime

import pytest
from lxml.html import fromstring

from crawlers.moments import own_time, stated_time
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
