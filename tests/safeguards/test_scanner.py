"""The proof that the search for traces can fail: a word planted in each dress is found in it."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import zstandard

from tests.safeguards.scanner import Scanner, canary, fold

WORD = canary(random.Random(7))
AROUND = "xin chào {} cả nhà"
TEXT = AROUND.format(WORD)


def _zipped(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", data)
    return target.getvalue()


def _base64(text: str, shift: int) -> bytes:
    return base64.b64encode(b"x" * shift + text.encode())


DRESSES: dict[str, Callable[[], bytes]] = {
    "utf-8": lambda: TEXT.encode(),
    "NFD": lambda: unicodedata.normalize("NFD", TEXT).encode(),
    "upper case": lambda: TEXT.upper().encode(),
    "without signs": lambda: fold(TEXT).encode(),
    "JSON escapes": lambda: json.dumps(TEXT).encode(),
    "JSON in JSON": lambda: json.dumps(json.dumps(TEXT)).encode(),
    "URL": lambda: quote(TEXT).encode(),
    "URL, small digits and plus": lambda: quote_plus(TEXT).lower().encode(),
    "HTML references": lambda: TEXT.encode("ascii", "xmlcharrefreplace"),
    "UTF-16 LE": lambda: TEXT.encode("utf-16-le"),
    "UTF-16 BE": lambda: TEXT.encode("utf-16-be"),
    "UTF-16 at an odd place": lambda: b"\x07" + TEXT.encode("utf-16-le"),
    "windows-1258": lambda: fold(TEXT).replace("d", "đ").encode("cp1258"),
    "hexadecimal": lambda: TEXT.encode().hex().encode(),
    **{f"base64 at {shift}": lambda shift=shift: _base64(TEXT, shift) for shift in range(3)},  # type: ignore[misc]
    "base64 for addresses": lambda: base64.urlsafe_b64encode(TEXT.encode()),
    "base64 of UTF-16": lambda: base64.b64encode(TEXT.encode("utf-16-le")),
    "zlib": lambda: b"\x00page" + zlib.compress(TEXT.encode()) + b"rest",
    "zlib cut off": lambda: zlib.compress((TEXT + "." * 5 + random.Random(1).randbytes(9000).hex()).encode())[:-9],
    "gzip": lambda: b"log" + gzip.compress(TEXT.encode()),
    "zstandard": lambda: b"log" + zstandard.ZstdCompressor().compress(TEXT.encode()) + b"rest",
    "zip": lambda: _zipped(TEXT.encode()),
    "zip in gzip in zlib": lambda: zlib.compress(gzip.compress(_zipped(TEXT.encode("utf-16-le")))),
}  # fmt: skip


@pytest.mark.parametrize("dress", DRESSES)
def test_a_word_is_found_in_every_dress(dress: str, tmp_path: Path) -> None:
    noise = random.Random(3).randbytes(2000)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file.bin").write_bytes(noise + b"\n" + DRESSES[dress]())
    shifted = noise + b"\n\n" + DRESSES[dress]()
    scanner = Scanner([WORD, canary(random.Random(8))])
    assert scanner.found_in_folder(tmp_path) == {"deep/file.bin": {WORD}}
    assert scanner.found(shifted) == {WORD}


def test_a_file_name_counts(tmp_path: Path) -> None:
    (tmp_path / f"{WORD}.txt").touch()
    assert Scanner([WORD]).found_in_folder(tmp_path)


def test_nothing_is_found_where_nothing_is() -> None:
    scanner = Scanner([canary(random.Random(n)) for n in range(100, 120)])
    noise = random.Random(5).randbytes(300_000)
    assert scanner.found(noise + TEXT.encode() + zlib.compress(noise)) == set()
