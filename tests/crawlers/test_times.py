from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.times import HANOI, is_mostly_a_time, parse_age, parse_time

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=HANOI)  # a Sunday


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("3 giờ trước", "2026-11-22 09:00"), ("Một phút trước", "2026-11-22 11:59"),
        ("5 phut truoc", "2026-11-22 11:55"),
        ("2 ngày trước", "2026-11-20 12:00"), ("vừa xong", "2026-11-22 12:00"),
        ("hôm qua lúc 21:05", "2026-11-21 21:05"),
        ("Hôm nay, 08:15", "2026-11-22 08:15"), ("12/10/2026 08:15", "2026-10-12 08:15"),
        ("08:15 12/10/2026", "2026-10-12 08:15"), ("12-10-26, 8:15 CH", "2026-10-12 20:15"),
        ("21h05 ngày 12.10.2026", "2026-10-12 21:05"), ("ngày 12 tháng 10 năm 2026", "2026-10-12 00:00"),
        ("12 Tháng mười 2026 lúc 7:05 SA", "2026-10-12 07:05"),
        ("Thứ Hai, 12/10/2026, 08:15 (GMT+7)", "2026-10-12 08:15"),
        ("12/10/2026 01:15 (GMT+0)", "2026-10-12 08:15"), ("Thứ hai lúc 14:30", "2026-11-16 14:30"),
        ("Chủ nhật lúc 9:00", "2026-11-15 09:00"), ("Oct 12, 2026 at 8:15 PM", "2026-10-12 20:15"),
        ("2026-10-12T01:15:00Z", "2026-10-12 08:15"), ("2026-10-12 08:15", "2026-10-12 08:15"),
        ("09:35 (2 giờ trước)", "2026-11-22 09:35"), ("05:00, 2 giờ trước", "2026-11-22 10:00"),
        ("2026-10-12 01:15 UTC", "2026-10-12 08:15"), ("2026-10-12 08:15 -0500", "2026-10-12 20:15"),
        ("2026-10-12T08:15:00.000+0700", "2026-10-12 08:15"), ("Mon, 12 Oct 2026 08:15:00 +0700", "2026-10-12 08:15"),
        ("1791767700", "2026-10-12 08:15"), ("1791767700000", "2026-10-12 08:15"),
        ("2026-10-12T01:15:00 1791767700", "2026-10-12 08:15"), ("10:12 18/11", "2026-11-18 10:12"),
        ("18 tháng 11 lúc 20:15", "2026-11-18 20:15"), ("31/12 10:00", "2025-12-31 10:00"),
        ("2026-11-14 03:40:09Z, Giấy phép: CC BY-SA 4.0", "2026-11-14 10:40"),
        ("Đăng bởi cô Ba lúc 12/10/2026 lúc 08:15", "2026-10-12 08:15"),
    ],
)  # fmt: skip
def test_what_pages_say(said: str, meant: str) -> None:
    moment = parse_time(said, NOW)
    assert moment is not None
    assert moment.astimezone(HANOI).strftime("%Y-%m-%d %H:%M") == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "xin chào",
        "31/02/2026",
        "99/99/9999",
        "12/10/2027",
        "12/10/1890",
        "9" * 10,
        "x" * 500,
        "3/5",
        "3 ngày",
    ],
)
def test_what_is_no_time(said: str) -> None:
    assert parse_time(said, NOW) is None


@given(st.text(max_size=60) | st.from_regex(r"[0-9a-zT:/\-+ ]{0,30}", fullmatch=True))
def test_any_text(said: str) -> None:
    moment = parse_time(said, NOW)
    assert moment is None or moment.tzinfo is not None


@pytest.mark.parametrize(
    "text",
    [
        "Hôm qua lúc 14:48",
        "3 giờ trước",
        "hôm qua",
        "Đăng lúc 08:15 12/10/2026",
        "Thứ bảy, 21/11/2026 lúc 9:05",
        "bởi nam_92 » 12/10/2026 08:15",
        "Vừa xong",
        "Yesterday at 9:05 PM",
    ],
)
def test_a_time(text: str) -> None:
    assert is_mostly_a_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hôm qua trời mưa to, đường ngập tới mắt cá chân",
        "hôm nay vui",
        "Bây giờ ai còn thức không",
        "Chiều nay 17:30 cả lớp mình đi đá bóng nhé",
    ],
)
def test_a_sentence_that_mentions_one(text: str) -> None:
    assert not is_mostly_a_time(text)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("3 ngày", "11-19 12:00"), ("22h", "11-21 14:00"), ("5m", "11-22 11:55"), ("2 tuần rồi", None)],
)
def test_an_age_alone(said: str, meant: str | None) -> None:
    moment = parse_age(said, NOW)
    assert (moment and moment.astimezone(HANOI).strftime("%m-%d %H:%M")) == meant
