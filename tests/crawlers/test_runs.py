from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.markup import parse_html
from crawlers.thread import thread_posts

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SAID = [
    "Mai lớp mình học bù tiết toán nhé các bạn",
    "Dạ, em mang thêm thước cho cả tổ",
    "Ai có bút chì cho mình mượn với ạ",
]
RULED = "<hr>".join(
    f"<b>ban_{n}</b> <i>{n + 1}/11/2026 08:00</i><br>{said}<br>" for n, said in enumerate(SAID)
)
HEADED = "".join(
    f"<a name='m{n}'></a><h3>Học bù</h3><address>ban_{n}</address><i>{n + 1}/11/2026 08:00</i><pre>{said}</pre>"
    for n, said in enumerate(SAID)
)  # fmt: skip
LISTED = "".join(
    f"<dt><b>ban_{n}</b> <i>{n + 1}/11/2026 08:00</i></dt><dd>{said}</dd>" for n, said in enumerate(SAID)
)


@pytest.mark.parametrize("html", [RULED, HEADED, f"<dl>{LISTED}</dl>"])
def test_posts_that_nothing_holds(html: str) -> None:
    tree = parse_html(f"<html><body><h1>Lớp 7C</h1>{html}<hr><p>Trang của lớp</p></body></html>")
    found = [
        (post.author, post.text, post.published_at)
        for post in thread_posts(tree, "https://f.example/t/1", NOW)
    ]
    found[-1] = (
        found[-1][0],
        found[-1][1].removesuffix("\nTrang của lớp"),
        found[-1][2],
    )  # what ends the page
    assert found == [
        (f"ban_{n}", said, datetime(2026, 11, n + 1, 1, 0, tzinfo=UTC)) for n, said in enumerate(SAID)
    ]
