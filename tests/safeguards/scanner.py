"""Looks for a word in bytes, in every dress in which a program might have kept it.

    bytes -> as text (UTF-8, UTF-16, windows-1258) -> escapes undone -> folded -> is the word in it?
          -> base64 and hexadecimal forms of its spellings
          -> compressed streams, found by their first bytes, unpacked and looked through again

Words must be long and rare, so that folding finds them and nothing else.
"""

from __future__ import annotations

import base64
import html
import io
import random
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import zstandard

_DEPTH: Final = 3  # streams within streams
_LARGEST: Final = 64 * 1024 * 1024  # bytes unpacked of one stream
_ZLIB_HEADS: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_ESCAPE: Final = re.compile(r"\\+u([0-9a-fA-F]{4})")


def fold(text: str) -> str:
    """No case, no tones, no đ: what is left of a word in the most careless copy."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def canary(dice: random.Random, *, plain: bool = False) -> str:
    """A word that stands nowhere else: twelve letters no language puts together, with Vietnamese signs inside
    (or, for an address, without)."""
    letters = [dice.choice("bcdghklmnpqrstvx") for _ in range(12)]
    if not plain:
        for place, sign in zip(dice.sample(range(12), 3), ("ế", "ữ", "đ"), strict=True):
            letters[place] = sign
    return "".join(letters)


class Scanner:
    """Finds any of the words. Words that differ in signs only are one."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = {word: fold(word) for word in words}
        self._coded = {word: set(_coded(word)) for word in words}

    def found(self, data: bytes, depth: int = _DEPTH) -> set[str]:
        """The words that are in `data`, in whatever form."""
        missing = dict(self._words)
        texts = [data.decode("utf-8", "ignore"), data.decode("cp1258", "ignore")]
        for start in (0, 1):
            texts += [data[start:].decode(name, "ignore") for name in ("utf-16-le", "utf-16-be")]
        for text in texts:
            for form in _unescaped(text):
                folded = fold(form)
                for word in [word for word, bare in missing.items() if bare in folded]:
                    del missing[word]
        for word in list(missing):
            if any(code in data for code in self._coded[word]):
                del missing[word]
        hits = set(self._words) - set(missing)
        if missing and depth:
            for inner in unpacked(data):
                hits |= self.found(inner, depth - 1)
        return hits

    def found_in_folder(self, folder: Path) -> dict[str, set[str]]:
        """By file, for every file beneath: what is in its bytes and in its name."""
        hits = {}
        for path in sorted(folder.rglob("*")):
            here = self.found(str(path.relative_to(folder)).encode())
            if path.is_file():
                here |= self.found(path.read_bytes())
            if here:
                hits[str(path.relative_to(folder))] = here
        return hits


def _unescaped(text: str) -> Iterator[str]:
    yield text
    if "\\" in text:
        yield _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if "%" in text:
        yield unquote(text, errors="ignore")
    if "&" in text:
        yield html.unescape(text)


def _spellings(word: str) -> set[str]:
    forms = {word, word.casefold(), word.upper(), fold(word)}
    return {unicodedata.normalize(form, spelled) for form in ("NFC", "NFD") for spelled in forms}


def _coded(word: str) -> Iterator[bytes]:
    """Hexadecimal, and base64 at each of its three alignments, without the ends that depend on neighbours."""
    for spelled in _spellings(word):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            raw = spelled.encode(encoding)
            yield raw.hex().encode()
            yield raw.hex().upper().encode()
            for shift in range(3):
                end = len(raw) - (len(raw) + shift) % 3
                whole = base64.b64encode(b"\0" * shift + raw[:end])
                inner = whole[4 if shift else 0 :].rstrip(b"=")
                yield inner
                yield inner.replace(b"+", b"-").replace(b"/", b"_")


def unpacked(data: bytes) -> Iterator[bytes]:
    """What is inside every compressed stream that begins anywhere in `data`, as far as it can be read."""
    for head in _ZLIB_HEADS:
        for place in _places(data, head):
            yield from _stream(zlib.decompressobj(), data, place)
    for place in _places(data, b"\x1f\x8b\x08"):
        yield from _stream(zlib.decompressobj(wbits=31), data, place)
    for place in _places(data, b"\x28\xb5\x2f\xfd"):
        yield from _zstandard(data, place)
    for place in _places(data, b"PK\x03\x04"):
        yield from _zip(data[place:])


def _places(data: bytes, head: bytes) -> Iterator[int]:
    place = data.find(head)
    while place != -1:
        yield place
        place = data.find(head, place + 1)


def _stream(unpacker: zlib._Decompress, data: bytes, place: int) -> Iterator[bytes]:
    parts = []
    try:  # bit by bit: a stream that breaks off has said something before
        for start in range(place, len(data), 4096):
            parts.append(unpacker.decompress(data[start : start + 4096], _LARGEST))
            if unpacker.eof:
                break
    except zlib.error:
        pass
    if got := b"".join(parts):
        yield got


def _zstandard(data: bytes, place: int) -> Iterator[bytes]:
    parts = []
    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data[place:])) as reader:
            while part := reader.read(4096):
                parts.append(part)
    except zstandard.ZstdError:
        pass
    if parts:
        yield b"".join(parts)


def _zip(data: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error):
        return
