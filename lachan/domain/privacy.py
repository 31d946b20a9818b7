"""What is kept of people: nothing that leads back to them.

    text -> redact_names (at intake, names seen on the page)  -> mask (before indexing, showing, exporting)
    author -> pseudonym (one thread only)     permalink + text -> fingerprint (to drop what was seen)

Masking errs towards hiding: a hidden harmless word costs little, a shown number or name costs a child.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

NAME_MARK: Final = "[tên]"
NEAR_COPY_GRAM: Final = 5  # code points a shingle
NEAR_COPY_JACCARD: Final = 0.8
NEAR_COPY_MIN_LENGTH: Final = 40  # code points; shorter texts are alike by chance


# --- Hashes ------------------------------------------------------------------------------------------------
def _keyed(secret: bytes, *parts: str) -> str:
    """HMAC-SHA-256 over length-prefixed parts (so that no two lists of parts read alike), hexadecimal."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    message = b"".join(len(part).to_bytes(8, "big") + part for part in encoded)
    return hmac.digest(secret, message, "sha256").hex()


def pseudonym(secret: bytes, thread: str, author: str) -> str:
    """32 hexadecimal digits for an author within one thread; the same author elsewhere gets another.

    Spelling by case, spaces, Unicode form and invisible characters makes no difference.
    """
    return _keyed(secret, "author", thread, _folded_name(author, keep_marks=True))[:32]


def fingerprint(secret: bytes, permalink: str, normalised_text: str) -> str:
    """64 hexadecimal digits by which a post that was read before is known again."""
    return _keyed(secret, "post", permalink, normalised_text)


def thread_key(secret: bytes, thread: str) -> str:
    """64 hexadecimal digits for a thread, for as long as the secret lives: posts of one flood are counted by it."""
    return _keyed(secret, "thread", thread)


def near_copy_shingles(text: str) -> frozenset[str]:
    """The character 5-grams of `text`, case and runs of white space aside; empty below 40 code points."""
    plain = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    if len(plain) < NEAR_COPY_MIN_LENGTH:
        return frozenset()
    return frozenset(plain[i : i + NEAR_COPY_GRAM] for i in range(len(plain) - NEAR_COPY_GRAM + 1))


def jaccard(a: AbstractSet[str], b: AbstractSet[str]) -> float:
    """|a ∩ b| / |a ∪ b|; 0.0 when either is empty (nothing in common is known)."""
    if not a or not b:
        return 0.0
    common = len(a & b)
    return common / (len(a) + len(b) - common)


# --- Names known from the page -----------------------------------------------------------------------------
_IGNORED: Final = "\x00"  # stands for what the eye does not see: zero-width signs, loose accents


class _Folding(dict[int, str]):
    """str.translate table, one code point to one: no accents, small letters, the invisible as `_IGNORED`.

    One to one, so that an offset in the folded text is the same offset in the text.
    """

    def __init__(self, *, keep_marks: bool) -> None:
        super().__init__()
        self._keep_marks = keep_marks

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in "đĐ" and not self._keep_marks:
            folded = "d"
        elif unicodedata.category(char) in ("Cf", "Mn", "Me", "Cc") and char not in "\t\n\r\v\f":
            folded = _IGNORED
        else:
            parts = unicodedata.normalize("NFKC" if self._keep_marks else "NFKD", char).casefold()
            folded = parts[0] if parts else char
        self[code] = folded
        return folded


_PLAIN: Final = _Folding(keep_marks=False)
_MARKED: Final = _Folding(keep_marks=True)
_SHORT_NAME: Final = 3  # letters; "An" must not hide every "ăn"
_LONGEST_GAP: Final = 3  # between two letters: M.i.n.h, M i n h, zero-width signs
_GAP_SIGNS: Final = frozenset("\x00._-·")  # and all white space
_GAPS: Final = re.compile(r"[\s\x00._\-·]+")
_NO_GAPS: Final = {code: None for code in range(128) if chr(code).isspace() or chr(code) in _GAP_SIGNS}
_START: Final = re.compile(r"(?<!\w)(?<!\w\x00)[^\W_]")  # the first letter of a word
_END: Final = re.compile(r"(?!\x00?\w)")
_FEW: Final = 50  # names that are looked for one by one
_AT: Final = re.compile("[@＠﹫]")  # the signs that `_MARKED` folds to @
_MENTION: Final = re.compile(r"(?<![\w.])@\w+(?:[.\-\x00]+\w+)*")
#: Anything but ASCII and the letters of Vietnamese: those fold by Unicode's own tables, far faster than one by one.
_UNUSUAL: Final = re.compile(
    r"[^\t-\r -~"
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]"
)


def _without_accents(text: str) -> str:
    """`text` (in NFC) by `_PLAIN`, offset for offset."""
    if _UNUSUAL.search(text):
        return text.translate(_PLAIN)
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return bare.encode("ascii", "ignore").decode("ascii")


def _folded_name(name: str, *, keep_marks: bool) -> str:
    table = _MARKED if keep_marks else _PLAIN
    folded = unicodedata.normalize("NFC", name).translate(table)
    return "".join(char for char in folded if char.isalnum())


@lru_cache(maxsize=4096)
def _forms(name: str) -> frozenset[tuple[str, bool]]:
    """The letters by which a name is found, each with whether they must agree in their accents."""
    forms: set[tuple[str, bool]] = set()
    words = name.split()
    # people are called by the last two words of a full name: "Nguyễn Thị Minh Anh", "Minh Anh"
    for form in {name, " ".join(words[-2:])} if len(words) > 2 else {name}:
        letters = _folded_name(form, keep_marks=False)
        if letters == "ten" or len(letters) < 2:
            continue
        if len(letters) > _SHORT_NAME:
            forms.add((letters, False))
        else:
            forms.add((_folded_name(form, keep_marks=True), True))
    return frozenset(forms)


@lru_cache(maxsize=16)  # the posts of a page have the same names
def _wanted(names: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The letters of all `names`: those found without accents, those that must agree in them."""
    forms = frozenset[tuple[str, bool]]().union(*map(_forms, names))
    plain = frozenset(form for form, marked in forms if not marked)
    return plain, frozenset(form for form, marked in forms if marked)


_Trie = dict[str, "_Trie"]


@lru_cache(maxsize=16)
def _trie(forms: frozenset[str]) -> _Trie:
    """`forms` letter by letter; "" where one ends. However many begin alike, a text is gone through once."""
    root: _Trie = {}
    for form in forms:
        node = root
        for letter in form:
            node = node.setdefault(letter, {})
        node[""] = {}
    return root


def _spans(folded: str, forms: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where these letters stand as whole words, however spaced; of those that begin together the longest."""
    trie, after = _trie(forms), 0
    for match in _START.finditer(folded):
        start = match.start()
        if start < after:
            continue
        end = _end_of_name(folded, start, trie)
        if end:
            yield start, end
            after = end


def _end_of_name(folded: str, start: int, node: _Trie) -> int:
    """Where the longest name that begins at `start` ends; 0 where none does."""
    end = gap = 0
    for at in range(start, len(folded)):
        char = folded[at]
        below = node.get(char)
        if below is not None:
            node, gap = below, 0
            if "" in node and _END.match(folded, at + 1):
                end = at + 1
        elif gap < _LONGEST_GAP and (char in _GAP_SIGNS or char.isspace()):
            gap += 1
        else:
            break
    return end


def _without_gaps(folded: str) -> str:
    if folded.isascii():
        return folded.translate(_NO_GAPS)
    for sign in " \n.-_·\x00":
        folded = folded.replace(sign, "")
    return _GAPS.sub("", folded) if _GAPS.search(folded) else folded


def redact_names(text: str, names: Iterable[str]) -> str:
    """`text` (in NFC) with every name of `names` and every @mention replaced by `NAME_MARK`.

    Found whatever the case, accents, Unicode form, zero-width signs or spacing; as whole words only. Names of
    up to three letters must agree in their accents, a single letter is no name. Of names of three words and
    more the last two are replaced alone, too.
    """
    text = unicodedata.normalize("NFC", text)
    plain, marked = _wanted(frozenset(names))
    marked_text = text.translate(_MARKED) if marked or _AT.search(text) else ""
    found = [match.span() for match in _MENTION.finditer(marked_text)]
    for forms, folded in ((plain, _without_accents(text) if plain else ""), (marked, marked_text)):
        # most texts hold none of the names, and of a few that is soon seen
        letters = _without_gaps(folded) if 0 < len(forms) <= _FEW else ""
        held = forms if len(forms) > _FEW else frozenset(form for form in forms if form in letters)
        if held:
            found += _spans(folded, held)
    return _replace(text, [(start, end, NAME_MARK) for start, end in _merged(found)]) if found else text


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _replace(text: str, pieces: Iterable[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    position = 0
    for start, end, mark in pieces:
        parts += (text[position:start], mark)
        position = end
    return "".join((*parts, text[position:]))


# --- Masking -----------------------------------------------------------------------------------------------
class DetailKind(StrEnum):
    """What a masked detail is."""

    EMAIL = "email"
    URL = "url"
    HANDLE = "handle"
    PHONE = "phone"
    NUMBER = "number"
    SCHOOL = "school"
    ADDRESS = "address"
    CLASS = "class"
    NAME = "name"


MARKS: Final[dict[DetailKind, str]] = {
    DetailKind.EMAIL: "[thư điện tử]",
    DetailKind.URL: "[liên kết]",
    DetailKind.HANDLE: "[tài khoản]",
    DetailKind.PHONE: "[điện thoại]",
    DetailKind.NUMBER: "[dãy số]",
    DetailKind.SCHOOL: "[trường]",
    DetailKind.ADDRESS: "[địa chỉ]",
    DetailKind.CLASS: "[lớp]",
    DetailKind.NAME: NAME_MARK,
}


@dataclass(frozen=True)
class Detail:
    """A hidden stretch: code points `start` to `end` of the text that was given."""

    kind: DetailKind
    start: int
    end: int


@dataclass(frozen=True)
class Masked:
    """`text` as it may be shown; `details` in order, without overlap, by offsets of the given text."""

    text: str
    details: tuple[Detail, ...]

    def offset(self, original: int) -> int:
        """Where code point `original` of the given text stands in `text`; in a detail, its mark's start."""
        index = bisect_right([detail.start for detail in self.details], original)
        shift = 0
        for detail in self.details[:index]:
            if original < detail.end:
                return detail.start + shift
            shift += len(MARKS[detail.kind]) - (detail.end - detail.start)
        return original + shift


_UPPER: Final = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
_PROPER: Final = rf"[{_UPPER}][\w.]*"
_DIGIT: Final = r"[\doO]"  # "o" is written for 0
_GAP: Final = r"[\s.\-_()\u200b-\u200f\u2060\ufeff]{0,3}"
_TITLES: Final = (
    "em|bạn|cháu|bé|con|thằng|nhỏ|đứa|cậu|chị|anh|cô|thầy|chú|bác|dì|ông|bà|mẹ|ba|bố|"
    "học sinh|giáo viên|hiệu trưởng|nạn nhân|tên là|tên em là|tên mình là|mình là|em là|tên"
)

#: Tried in this order; what an earlier one took, a later one leaves.
_PATTERNS: Final[tuple[tuple[DetailKind, re.Pattern[str]], ...]] = (
    (
        DetailKind.EMAIL,
        re.compile(
            r"[\w.+\-]{1,64}(?:@|\s?(?:\[at\]|\(at\))\s?)\w[\w\-]{0,62}(?:\.\w[\w\-]{0,62}){0,3}\.[^\W\d_]{2,24}\b"
        ),
    ),
    (
        DetailKind.URL,
        re.compile(
            r"(?:https?|hxxps?|ftp)://\S+|\bwww\.\S+"
            r"|\b(?:[a-z0-9\-]{1,63}\.){1,4}(?:com|net|org|vn|me|gg|io|ly|info|xyz|club|top|app|co|link|be|site|online)"
            r"\b(?:/\S*)?",
            re.IGNORECASE,
        ),
    ),
    (
        DetailKind.HANDLE,
        re.compile(
            r"(?<![\w.])@\w+(?:[.\-]+\w+)*"
            r"|\b(?:zalo|fb|facebook|face|insta|instagram|ig|tele|telegram|tiktok|tik tok|discord"
            r"|nick|acc|id)"
            r"\s?(?:em|mình|tui|t|là|của em)?\s?[:=]\s?[\w.\-@]{3,}",
            re.IGNORECASE,
        ),
    ),
    (
        DetailKind.PHONE,
        # nine digits after 0 or +84, however spaced; o for 0
        re.compile(rf"(?<![\w])\(?(?:\+?{_GAP}84|0084|[0oO]){_GAP}(?:{_DIGIT}{_GAP}){{7,9}}{_DIGIT}(?!\w)"),
    ),
    (DetailKind.NUMBER, re.compile(r"(?<!\w)\d(?:[\s.\-]?\d){7,18}(?!\w)")),
    (
        DetailKind.SCHOOL,
        re.compile(
            r"\b(?:(?:trường|truong)\s+)?(?:thcs|thpt|ptth|pt|tiểu học|tieu hoc"
            r"|trung học(?: cơ sở| phổ thông)?|trung hoc(?: co so| pho thong)?"
            r"|mầm non|mam non|mẫu giáo|cấp [123]|cap [123]|gdtx|cao đẳng|đại học)"
            rf"(?:\s+(?-i:(?:{_PROPER}|\d+)))+",
            re.IGNORECASE,
        ),
    ),
    (DetailKind.SCHOOL, re.compile(rf"\b(?:[Tt]rường|[Tt]ruong|TRƯỜNG|TRUONG)(?:\s+{_PROPER})+")),
    (
        DetailKind.ADDRESS,
        re.compile(
            r"\b(?:số\s+nhà|so\s+nha|số|so|nhà|nha)?\s*\d{1,5}(?:/\d{1,5}){0,7}[a-z]?,?\s+"
            r"(?:đường|duong|phố|pho|ngõ|ngo|ngách|ngach|hẻm|hem|kiệt|kiet|tổ|thôn|ấp|xóm|khu phố|quốc lộ)"
            rf"(?:\s+(?-i:(?:{_PROPER}|\d[\d/]*)))*"
            r"|\b(?:ngõ|ngách|hẻm|kiệt|hem|ngach)\s+\d[\d/]*[a-z]?"
            r"|\b(?:số\s+nhà|so\s+nha)\s+\d[\d/]*[a-z]?",
            re.IGNORECASE,
        ),
    ),
    (DetailKind.ADDRESS, re.compile(rf"\b\d{{1,5}}(?:/\d{{1,5}}){{1,7}}[A-Za-z]?(?:\s+{_PROPER})+")),
    (DetailKind.NAME, re.compile(rf"(?<!\w)(?i:{_TITLES})\s+(?P<value>{_PROPER}(?:\s+{_PROPER}){{0,4}})")),
)
#: Hidden for victims only: for others, "lớp 8" is the sign of a minor that an officer must see.
_WIDE_PATTERNS: Final[tuple[tuple[DetailKind, re.Pattern[str]], ...]] = (
    (
        DetailKind.CLASS,
        # not "8h30", "10k"
        re.compile(
            r"\b(?:lớp|lop|khối|khoi)\s+(?:1[0-2]|[1-9])(?:\s?[a-zđ]\d{0,2})?\b"
            r"|\b(?:1[0-2]|[6-9])(?![hkgm])[a-zđ]\d{0,2}\b",
            re.IGNORECASE,
        ),
    ),
    (
        DetailKind.ADDRESS,
        re.compile(
            r"\b(?i:xã|phường|thị trấn|huyện|quận|thôn|ấp|xóm|bản|đường|phố|khu)\s+"
            rf"(?:{_PROPER}|\d+)(?:\s+{_PROPER}){{0,3}}"
        ),
    ),
    (
        DetailKind.NAME,  # not where a sentence begins
        re.compile(
            rf"(?<![\w])(?<!^)(?<![.!?…:\n\"“] )(?<![.!?…:\n\"“])(?P<value>{_PROPER}(?:\s+{_PROPER})+)"
        ),
    ),
)


def mask(text: str, *, wide: bool = False) -> Masked:
    """Hide what leads to a person. `wide` is for victims: class names, communes and any run of names, too.

    Offsets in the answer are those of `text` as given, which is expected in NFC.
    """
    taken: list[Detail] = []
    left = text
    for kind, pattern in (*_PATTERNS, *_WIDE_PATTERNS) if wide else _PATTERNS:
        fresh = []
        for match in pattern.finditer(left):
            start, end = match.span("value") if "value" in pattern.groupindex else match.span()
            while start < end and text[start].isspace():
                start += 1
            while end > start and (text[end - 1].isspace() or text[end - 1] in ".,;"):
                end -= 1
            if start < end:
                fresh.append(Detail(kind, start, end))
        for detail in fresh:
            # a sign that no pattern crosses, so that later ones leave it and offsets stay
            left = left[: detail.start] + "\x01" * (detail.end - detail.start) + left[detail.end :]
        taken += fresh
    taken.sort(key=lambda detail: detail.start)
    return Masked(_replace(text, ((d.start, d.end, MARKS[d.kind]) for d in taken)), tuple(taken))
