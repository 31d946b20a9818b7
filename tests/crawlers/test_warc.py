from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.warc import warc_rows
from lachan.domain.errors import InputError
from lachan.domain.post import SourceKind
from tests.crawlers.hostile_site import thread
from tests.crawlers.world import source

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PLACE = source("s", "https://f.example/dien-dan/")
WORDS = "Chiều nay nhóm mình học toán ở thư viện, ai rảnh thì qua học cùng cho vui."


def archive(path: Path, *pages: tuple[str, str, str, str]) -> Path:
    """(address, status, content type, body) of each response."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "test"}))
        for url, status, kind, body in pages:
            headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            more = {"WARC-Date": "2026-11-18T05:00:00Z"}
            data = io.BytesIO(body.encode())
            writer.write_record(
                writer.create_warc_record(url, "response", data, http_headers=headers, warc_headers_dict=more)
            )
    return path


HTML = "text/html; charset=utf-8"


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_pages_of_the_source_alone_are_read(tmp_path: Path, name: str) -> None:
    hidden = thread("ẩn", head='<meta name="robots" content="noindex">')
    path = archive(
        tmp_path / name,
        ("https://f.example/dien-dan/threads/a.1/", "200 OK", HTML, thread(WORDS, "Mình qua nhé.")),
        ("https://f.example/rieng/threads/b.2/", "200 OK", HTML, thread("ngoài nguồn")),
        ("https://other.example/dien-dan/threads/a.1/", "200 OK", HTML, thread("nơi khác")),
        ("https://f.example/dien-dan/threads/c.3/", "404 Not Found", HTML, thread("mất rồi")),
        ("https://f.example/dien-dan/anh.png", "200 OK", "image/png", "x"),
        ("https://f.example/dien-dan/threads/d.4/", "200 OK", HTML, hidden),
        ("https://f.example/dien-dan/threads/e.5/", "200 OK", HTML, "<p>" + "dài " * 2_000_000),
    )
    rows = list(warc_rows(path, PLACE, NOW))
    assert [(row.line, row.text, row.author) for row in rows] == [
        (2, WORDS, "ban_1"), (2, "Mình qua nhé.", "ban_2"),
    ]  # fmt: skip
    assert rows[0].title == "Chuyện" and rows[0].thread_url == "https://f.example/dien-dan/threads/a.1/"


def test_a_file_that_is_no_archive_or_breaks_off(tmp_path: Path) -> None:
    (tmp_path / "b.warc").write_bytes(b"khong phai warc" * 100)
    whole = archive(
        tmp_path / "c.warc.gz", ("https://f.example/dien-dan/threads/a.1/", "200 OK", HTML, thread(WORDS))
    )
    (tmp_path / "d.warc.gz").write_bytes(b"\x1f\x8b" + whole.read_bytes()[40:])
    (tmp_path / "e.warc.gz").write_bytes(whole.read_bytes()[:-100])
    for name in ("b.warc", "d.warc.gz", "e.warc.gz"):
        with pytest.raises(InputError, match="no whole WARC file"):
            list(warc_rows(tmp_path / name, PLACE, NOW))


def test_a_source_without_pages_takes_no_archive(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc", ("https://f.example/dien-dan/", "200 OK", HTML, thread(WORDS)))
    with pytest.raises(InputError, match="JSON Lines or CSV"):
        list(warc_rows(path, source("s", "https://f.example/dien-dan/", SourceKind.IMPORT), NOW))
