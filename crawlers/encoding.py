"""Bytes to Vietnamese text, whatever the page claims about itself.

A declared charset is a hint. UTF-8 that is valid is believed; else every candidate is read and the one that
gives the most Vietnamese syllables wins: old pages declare utf-8 and are TCVN3, VNI, VISCII or windows-1258.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache
from typing import Final

_SAMPLE: Final = 60_000  # characters looked at when candidates are compared

_TCVN3: Final = str.maketrans(
    "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)
_VISCII: Final = str.maketrans(
    "".join(map(chr, range(0x80, 0x100))),
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫ"
    "èéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
)
# VNI: a letter, then a sign for its accents; a few letters are one sign.
_VNI_SINGLE: Final = {
    "ñ": "đ",
    "ô": "ơ",
    "ö": "ư",
    "í": "í",
    "ì": "ì",
    "æ": "ỉ",
    "ó": "ĩ",
    "ò": "ị",
    "î": "ỵ",
}
_VNI_ACCENTS: Final = {
    "ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303",
    "ä": "\u0302\u0323",
    "ê": "\u0306", "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309", "ü": "\u0306\u0303",
    "ë": "\u0306\u0323",
}  # fmt: skip
_VNI: Final = {
    **_VNI_SINGLE,
    **{sign.upper(): letter.upper() for sign, letter in _VNI_SINGLE.items()},
    **{
        base + sign: unicodedata.normalize("NFC", root + accents)
        for base, root in (("a", "a"), ("e", "e"), ("o", "o"), ("u", "u"), ("y", "y"), ("ô", "ơ"), ("ö", "ư"))
        for sign, accents in _VNI_ACCENTS.items()
    },
}
_VNI.update({key.upper(): value.upper() for key, value in list(_VNI.items()) if len(key) == 2})
_VNI.update({key[0].upper() + key[1]: value.upper() for key, value in list(_VNI.items()) if len(key) == 2})
_VNI_PATTERN: Final = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_ONSET: Final = "(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvxfjwz])?"
_NUCLEUS: Final = (
    "(?:iê|yê|uô|ươ|oa|oă|oe|uâ|uê|uy|uyê|ia|ya|ua|ưa|ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|iêu|yêu|uôi|ươi"
    "|ươu|oai|oay|uây|uya|oeo|uyu|uơ|oo|[aăâeêioôơuưy])"
)
_SYLLABLE: Final = re.compile(f"{_ONSET}{_NUCLEUS}(?:ch|ng|nh|[cmnpt])?")
_LONGEST_SYLLABLE: Final = 7  # "nghiêng"
_TONES: Final = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
_WORD: Final = re.compile(r"[^\W\d_]+")
_ODD: Final = re.compile("[\ufffd\x80-\x9f¡-©«-¿×÷ƒ‚„†‡ˆ‰‹Œ‘“”•–—˜™›œŸ]|(?<=[^\\W\\d_])[¤§¨ª®¸]")
_MAYBE_ODD: Final = re.compile("[\ufffd\x80-¿×÷ƒ‚„†‡ˆ‰‹Œ‘“”•–—˜™›œŸ]")  # one set: far faster to search for
_MOJIBAKE: Final = re.compile("[ÃÄÅÆáÂ][\x80-\xbfƒ‚„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ¡]|á[º»]")


def _read_vni(latin: str) -> str:
    return _VNI_PATTERN.sub(lambda match: _VNI[match.group()], latin)


def quality(text: str) -> int:
    """Accented words that are Vietnamese syllables less those that are none and signs out of place."""
    sample = unicodedata.normalize("NFC", text[:_SAMPLE])
    odd = len(_ODD.findall(sample)) if _MAYBE_ODD.search(sample) else 0
    return sum(map(_worth, _WORD.findall(sample))) - odd


@lru_cache(maxsize=8192)  # Vietnamese has about as many syllables, and a page repeats few hundred
def _worth(word: str) -> int:
    """1 for an accented Vietnamese syllable, -1 for another accented word, 0 without accents."""
    if word.isascii():
        return 0
    return 1 if len(word) <= _LONGEST_SYLLABLE and _is_syllable(word) else -1


def _is_syllable(word: str) -> bool:
    decomposed = unicodedata.normalize("NFD", word.lower())
    bare = unicodedata.normalize("NFC", decomposed.translate(_TONES))
    return sum(ord(sign) in _TONES for sign in decomposed) <= 1 and _SYLLABLE.fullmatch(bare) is not None


def repair(text: str) -> str:
    """`text` without mojibake, where undoing a wrong reading makes it better Vietnamese; else as it is.

    Undone are UTF-8 read as windows-1252, and TCVN3 and VNI that a page shows by a font of its own.
    """
    if not _MOJIBAKE.search(text) and (text.isascii() or quality(text) >= 0):
        return text
    best, best_score = text, quality(text)
    raw = bytearray()
    for char in text:
        try:
            raw += char.encode("cp1252")
        except UnicodeEncodeError:
            raw += char.encode("latin-1", "ignore") if ord(char) < 256 else char.encode("utf-8", "ignore")
    candidates = [bytes(raw).decode("utf-8", "replace")]
    if all(ord(char) < 256 for char in text):
        candidates += [text.translate(_TCVN3), _read_vni(text)]
    for candidate in candidates:
        score = quality(candidate)
        if score > best_score:
            best, best_score = candidate, score
    return unicodedata.normalize("NFC", best)


def decode(body: bytes, declared: str | None = None) -> str:
    """`body` as text in NFC; never raises. `declared` is the charset of the Content-Type header, if any."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return unicodedata.normalize("NFC", body.decode(name, "replace").removeprefix("\ufeff"))
    try:
        return unicodedata.normalize("NFC", body.decode("utf-8"))
    except UnicodeDecodeError:
        return unicodedata.normalize("NFC", _best_guess(body, declared))


def _best_guess(body: bytes, declared: str | None) -> str:
    latin = body.decode("latin-1")
    broken = body.decode("utf-8", "replace")
    if broken.count("\ufffd") * 20 < sum(byte > 127 for byte in body) / 2:
        return broken  # UTF-8 with a few bad bytes: cut in the middle of a letter
    head = body[: _SAMPLE * 2]
    names = ["cp1258"]
    if declared is not None and declared.lower() not in ("utf-8", "utf8"):
        names.insert(0, declared)
    best, best_score = "latin-1", quality(latin)
    for name in (*names, "tcvn3", "viscii", "vni"):
        score = quality(_read(head, name))
        if score > best_score:
            best, best_score = name, score
    return _read(body, best)


def _read(body: bytes, name: str) -> str:
    if name == "tcvn3":
        return body.decode("latin-1").translate(_TCVN3)
    if name == "viscii":
        return body.decode("latin-1").translate(_VISCII)
    if name == "vni":
        return _read_vni(body.decode("cp1252", "replace"))
    try:
        return body.decode(name, "replace")
    except (LookupError, ValueError, TypeError):  # an unknown or unfit name; a page may declare anything
        return body.decode("latin-1")
