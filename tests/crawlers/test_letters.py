from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import fromstring

from crawlers.letters import gather_letters

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HEAD = "From: {who} &lt;a at b.example&gt;\nDate: Sun, {day} Nov 2026 08:20:11 +0700\nSubject: Kệ sách\n\n"
RULE = "\n------------------------------\n\nMessage: 2\n"


def _found(body: str) -> list[tuple[str | None, str | None, list[str]]]:
    made = gather_letters(fromstring(f"<html><body>{body}</body></html>"), NOW)
    return [
        (e.get("data-author"), e.find("time").get("datetime"), [p.text for p in e.iter("p")]) for e in made
    ]


def _one(said: str) -> list[str]:
    ((_, _, lines),) = _found(f"<pre>{HEAD.format(who='An', day=15)}{said}</pre>")
    return lines


def test_letters_one_after_another_in_one_text() -> None:
    first, second = HEAD.format(who="Ống Tre", day="08"), HEAD.format(who='"Cô Ba"', day=15)
    assert _found(f"<pre>Mục lục\n 1. Kệ sách (An)\n{first}Chào cả nhóm.\n{RULE}{second}Cảm ơn.\n</pre>") == [
        ("Ống Tre", "2026-11-08T01:20:11+00:00", ["Chào cả nhóm."]),
        ("Cô Ba", "2026-11-15T01:20:11+00:00", ["Cảm ơn."]),
    ]


def test_who_and_when_in_one_line() -> None:
    body = "<pre id='e1'>From: An @ 2026-11-14 12:03 UTC (<a href='x'>raw</a>)\n  To: nhom\n\nChào.</pre>"
    assert _found(body) == [("An", "2026-11-14T12:03:00+00:00", ["Chào."])]


def test_lines_that_a_mailer_broke_are_joined_and_others_are_not() -> None:
    long = "Sáng nay tôi dời kệ truyện tranh ra quét thì thấy chân kệ có đường mối,\nmay sách chưa sao."
    assert _one(f"{long}\n\nMuối    Ngày\n  3%    4\n- một\n- hai") == [
        long.replace("\n", " "),
        "Muối Ngày",
        "3% 4",
        "- một",
        "- hai",
    ]


def test_quotes_and_signatures_are_nobodys_words() -> None:
    said = "On Sun, Nov 15, 2026 at 8:20 AM An &lt;a@b.example&gt;\nwrote:\n&gt;<i> Hỏi?\n</i>\nĐáp.\n"
    assert _one(f"{said}\n-- \nAn, sạp số 3\n") == ["Đáp."]
    assert _one("Cô nói:\n\nmai nghỉ.") == ["Cô nói:", "mai nghỉ."]


def test_what_the_archive_writes_under_every_letter() -> None:
    block = "<pre>{}{}\n\n<a href='#'>^</a> permalink raw reply {}+ messages</pre>"
    body = "".join(
        block.format(HEAD.format(who="An", day=day), f"Lá thứ {day}.", day) for day in (11, 12, 13)
    )
    assert [said for *_, said in _found(body)] == [[f"Lá thứ {day}."] for day in (11, 12, 13)]


def test_the_page_of_one_letter() -> None:
    head = "<h1>Kệ sách</h1><b>Ống Tre</b> <a href='mailto:a@b.example'>a at b.example</a><br>"
    when = "<i>Sun, 15 Nov 2026 08:20:11 +0700</i><hr>"
    assert _found(f"{head}{when}<pre>Chào cả nhóm.\n\nMai họp nhé.</pre>") == [
        ("Ống Tre", "2026-11-15T01:20:11+00:00", ["Chào cả nhóm.", "Mai họp nhé."])
    ]


@pytest.mark.parametrize(
    "body",
    [
        "<pre>for i in 1 2 3; do echo $i; done</pre>",
        "<pre>From: Hà Nội\nTo: Huế\nGiá: 300\n\nVé tàu</pre>",
        "<p>From: An</p><p>Date: 15/11/2026</p>",
    ],
    ids=["a program", "a ticket without a date", "not preformatted"],
)
def test_other_text_holds_no_letters(body: str) -> None:
    assert _found(body) == []
