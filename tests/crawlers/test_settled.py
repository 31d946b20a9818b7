from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import fromstring

from crawlers.moments import own_time
from crawlers.settled import settle_times

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def _moments(html: str) -> list[str | None]:
    tree = fromstring(f"<div>{html}</div>")
    settle_times(tree, NOW)
    found = [own_time(node, NOW) for node in tree.iter("i")]
    return [moment.strftime("%d/%m %H:%M") if moment is not None else None for moment in found]


def test_one_date_tells_which_figure_is_the_month() -> None:
    assert _moments("<i>11/19/2026 8:05:41 PM</i><i>11/12/2026 9:17:02 AM</i>") == [
        "19/11 13:05",
        "12/11 02:17",
    ]
    assert _moments("<i>19/11/2026 20:05</i><i>11/10/2026 09:17</i>") == ["19/11 13:05", "11/10 02:17"]


def test_a_date_that_would_lie_ahead_tells_it_too() -> None:
    assert _moments("<i>11/12/2026 9:17:02 AM</i>") == ["12/11 02:17"]


def test_dates_that_contradict_each_other_are_left() -> None:
    assert _moments("<i>19/11/2026 20:05</i><i>11/19/2026 20:05</i>")[0] == "19/11 13:05"


def test_ages_where_all_that_is_marked_alike_says_when() -> None:
    row = "<p><a href='/@an'>An</a><i class='t'>{}</i></p>"
    page = "".join(row.format(said) for said in ("4 giờ", "58 phút", "Hôm qua lúc 20:14"))
    assert _moments(page) == ["20/11 05:00", "20/11 08:02", "19/11 13:14"]


@pytest.mark.parametrize(
    "page",
    [
        "<p>Nướng <i class='t'>4 giờ</i></p><p>Ninh <i>58 phút</i></p>",
        "".join(
            f"<p><b>x</b><i class='t'>{said}</i></p>" for said in ("4 giờ", "2 giờ", *("gạo", "muối") * 3)
        ),
    ],
    ids=["each alone", "among other words"],
)
def test_how_long_a_thing_lasts_is_no_moment(page: str) -> None:
    assert not any(_moments(page))


def test_an_exact_moment_behind_an_age_stays() -> None:
    row = "<p><b>x</b><time datetime='2026-11-19T08:00:00+07:00'><i class='t'>{}</i></time></p>"
    tree = fromstring(f"<div>{row.format('1 ngày')}{row.format('1 ngày')}</div>")
    settle_times(tree, NOW)
    assert all(own_time(node, NOW) == datetime(2026, 11, 19, 1, tzinfo=UTC) for node in tree.iter("time"))
