"""When a post was written, as pages say it: ISO, epoch, Vietnamese dates, "3 giờ trước", "hôm qua lúc 21:05"."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

HANOI: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")  # no summer time since 1975
_MAX_LENGTH: Final = 200  # a longer string is no time
_MAX_AGE: Final = 12
_ABOUT: Final = timedelta(hours=1)  # that "3 giờ trước" may be from the moment
_EARLIEST: Final = 1995  # before the web in Vietnam
_UNIT_SECONDS: Final = {
    "giay": 1, "second": 1, "sec": 1, "phut": 60, "minute": 60, "min": 60, "gio": 3600, "tieng": 3600,
    "hour": 3600, "ngay": 86400, "day": 86400, "tuan": 604800, "week": 604800, "thang": 2592000,
    "month": 2592000, "nam": 31536000, "year": 31536000, "h": 3600, "g": 3600, "p": 60,
}  # fmt: skip
_SHORT_UNITS: Final = {"m": "minute", "d": "day", "w": "week", "y": "year"}
_WEEKDAYS: Final = {
    "hai": 0, "2": 0, "monday": 0, "ba": 1, "3": 1, "tuesday": 1, "tu": 2, "4": 2, "wednesday": 2, "nam": 3,
    "5": 3, "thursday": 3, "sau": 4, "6": 4, "friday": 4, "bay": 5, "7": 5, "saturday": 5, "sunday": 6,
}  # fmt: skip
_MONTHS: Final = {
    "mot": 1, "gieng": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8,
    "chin": 9, "muoi mot": 11, "muoi hai": 12, "muoi": 10, "chap": 12,
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_NUMBER_WORDS: Final = {"mot": 1, "a": 1, "an": 1, "nua": 0, "vai": 3, "hai": 2, "ba": 3}

_ISO: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
    r"\s?(?:Z|(?:UTC|GMT)(?!\s?[+-]\s?\d)|[+-]\d{2}:?\d{2})?"
)
_ISO_ZONE: Final = re.compile(r"\s?(?:Z|UTC|GMT)$")
_EPOCH: Final = re.compile(r"\d{10}(?:\d{3})?")
_ISO_AND_EPOCH: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ][\d:.]{5,15} (\d{10}(?:\d{3})?)")
_MAIL: Final = re.compile(r"(?:[a-z]{3}, )?\d{1,2} [a-z]{3} \d{4} \d{2}:\d{2}", re.IGNORECASE)
_AGO: Final = re.compile(
    rf"\b(?:(\d{{1,4}})\s*|({'|'.join(_NUMBER_WORDS)})\s+)({'|'.join(_UNIT_SECONDS)})s?\s+(?:truoc|ago)\b"
)
_JUST_NOW: Final = re.compile(r"\b(?:vua xong|moi day|vua moi|just now|bay gio)\b")
_CLOCK: Final = re.compile(
    r"\b(\d{1,2})(?::|h|g|gio )\s?(\d{2})(?::(\d{2}))?\s?(sa|ch|am|pm|sang|chieu|toi)?\b"
)
_DAY_WORD: Final = re.compile(r"\b(hom nay|today|hom qua|yesterday|hom kia)\b")
_WEEKDAY: Final = re.compile(
    r"\b(?:(?:thu|t)\s?(hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|cn"
    r"|(monday|tuesday|wednesday|thursday|friday|saturday|sunday))"
    r"\b(?:\s+luc|\s+at|,)?\s+\d{1,2}[:h]\d{2}"
)
_NUMERIC: Final = re.compile(r"(?<!\d)(\d{1,2})[/\-.](\d{1,2})[/\-.](\d{4}|\d{2})(?!\d)")
_WORDED: Final = re.compile(
    rf"\b(\d{{1,2}})(?:\s*(?:thang|thg|th)\.?\s*|\s+)(\d{{1,2}}|{'|'.join(_MONTHS)})[\s,/]+(?:nam\s+)?(\d{{4}})\b"
)
_ENGLISH: Final = re.compile(
    rf"\b({'|'.join(m for m in _MONTHS if len(m) > 2)})\.?\s+(\d{{1,2}}),?\s+(\d{{4}})\b"
)
#: Without a year; in figures only beside an hour: "3/5" is more often a count.
_YEARLESS: Final = re.compile(
    r"(?<![\d/.\-])(\d{1,2})(?:\s*(?:thang|thg)\.?\s*|/)(\d{1,2})(?![\d/.\-]|\s*(?:nam\s+)?\d{4})"
)
_AGE: Final = re.compile(rf"(\d{{1,3}})\s*({'|'.join(_UNIT_SECONDS)}|[mdwy])s?")
#: Every time holds a figure or a piece of one of these words, however its accents are written.
_HINT: Final = re.compile(
    r"\d|ago|now|today|yesterday|xong|đ[âa]y|nay|qua|kia|gi[ơờo]|tr[ưu]|v[ưu]|m[oơớ]|day|ch[uủ]|cn|th[uứư]",
    re.IGNORECASE,
)
_ZONE: Final = re.compile(r"\b(?:gmt|utc)\b(?:\s?([+-])\s?(\d{1,2})\b)?")


class _Accents(dict[int, int | None]):
    """str.translate table that leaves out loose accents."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_ACCENTS: Final = _Accents()


@lru_cache(maxsize=64)  # of one text it is asked twice
def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join((decomposed if decomposed.isascii() else decomposed.translate(_ACCENTS)).split())


#: Words that stand around a time on a page. A line with other words speaks of a time ("hôm qua trời mưa").
_TIME_WORDS: Final = (
    "ago am at an by cap ch chap chieu chu cn cuoi dang day dem edited gio giay gmt gui gan hom hai ba tu "
    "bon nam sau bay tam chin muoi mot giua hour hours hr hrs ict just kia last luc minute minutes min "
    "mins moi month months nay ngay nhat now on phut pm posted qua sa sang second seconds sua t tao thang thg thu "
    "tra loi toi today trua truoc tuan update updated utc vua viet vao week weeks xong year years "
    "yesterday z h g p d m s boi mon tue wed thu fri sat sun monday tuesday wednesday thursday friday "
    "saturday sunday "
)
_AROUND_A_TIME: Final = frozenset(_TIME_WORDS.split()) | _MONTHS.keys()
_FIGURES: Final = re.compile(r"\d{1,2}\s?[:h]\s?\d{2}|\d[/\-.]\d{1,2}[/\-.]\d|\d+\s*[a-z]+\s+(?:truoc|ago)")
_WORD: Final = re.compile(r"[a-z]+")
_OTHER_WORDS: Final = 3  # a name, "trả lời #3": beside a time in figures


def is_mostly_a_time(text: str) -> bool:
    """Whether `text` (in which `parse_time` found one) is a time, and no sentence that mentions one.

    Beside a time in figures three other words may stand; beside one in words alone ("hôm qua") none.
    """
    plain = _plain(text.strip())
    others = sum(word not in _AROUND_A_TIME for word in _WORD.findall(plain))
    return others <= (_OTHER_WORDS if _FIGURES.search(plain) else 0)


def parse_age(text: str, now: datetime) -> datetime | None:
    """The moment that an age alone ("3 ngày", "22h") leads back to; None where `text` says anything else."""
    if len(text) > _MAX_AGE or (age := _AGE.fullmatch(_plain(text.strip()))) is None:
        return None
    unit = _SHORT_UNITS.get(age[2], age[2])
    return now - timedelta(seconds=int(age[1]) * _UNIT_SECONDS[unit])


def parse_time(text: str, now: datetime) -> datetime | None:
    """The moment that `text` names, in UTC; None when it names none, or one after `now` by more than a day.

    `now` is when the page was read. Times without a zone are Vietnam's; a date without an hour is its
    midnight there.
    """
    text = text.strip()
    if not text or len(text) > _MAX_LENGTH:
        return None
    try:
        moment = _exact(text) or _worded(_plain(text), now.astimezone(HANOI)) if _HINT.search(text) else None
        if moment is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
    return moment if moment.year >= _EARLIEST and moment <= now + timedelta(days=1) else None


def _exact(text: str) -> datetime | None:
    if (both := _ISO_AND_EPOCH.fullmatch(text)) is not None:
        text = both[1]  # which needs no zone
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if (match := _ISO.match(text)) is not None:
        moment = datetime.fromisoformat(
            _ISO_ZONE.sub("Z", match.group().strip()).replace(" +", "+").replace(" -", "-")
        )
        return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)
    if _MAIL.match(text):
        moment = parsedate_to_datetime(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)
    return None


def _worded(text: str, now: datetime) -> datetime | None:
    if (ago := _AGO.search(text)) is not None:
        count = int(ago[1]) if ago[1] else _NUMBER_WORDS[ago[2]]
        back = timedelta(seconds=count * _UNIT_SECONDS[ago[3]])
        return _at_the_clock(text, now - back, back, now)
    if _JUST_NOW.search(text):
        return now
    day = _day(text, now)
    if day is None:
        return None
    zone = _ZONE.search(text)
    offset = timezone(timedelta(hours=int((zone[1] or "") + (zone[2] or "0")))) if zone is not None else HANOI
    clock = _CLOCK.search(text)
    if clock is None:
        return day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=offset)
    hour, half = int(clock[1]), clock[4]
    if half in ("ch", "pm", "chieu", "toi") and hour < 12:
        hour += 12
    elif half in ("sa", "am", "sang") and hour == 12:
        hour = 0
    return day.replace(
        hour=hour, minute=int(clock[2]), second=int(clock[3] or 0), microsecond=0, tzinfo=offset
    )


def _at_the_clock(text: str, about: datetime, back: timedelta, now: datetime) -> datetime:
    """An age made exact by the hour beside it: "12:47 (3 giờ trước)"."""
    if (clock := _CLOCK.search(text)) is None or clock[4] or back >= timedelta(days=1):
        return about
    exact = about.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
    return exact if abs(exact - about) <= _ABOUT and exact <= now else about


def _day(text: str, now: datetime) -> datetime | None:
    """The day that is named, as any moment of it."""
    if (word := _DAY_WORD.search(text)) is not None:
        back = {"hom nay": 0, "today": 0, "hom qua": 1, "yesterday": 1, "hom kia": 2}[word[1]]
        return now - timedelta(days=back)
    if (numeric := _NUMERIC.search(text)) is not None:
        year = int(numeric[3])
        return datetime(year + 2000 if year < 100 else year, int(numeric[2]), int(numeric[1]), tzinfo=HANOI)
    if (worded := _WORDED.search(text)) is not None:
        month = int(worded[2]) if worded[2].isdigit() else _MONTHS[worded[2]]
        return datetime(int(worded[3]), month, int(worded[1]), tzinfo=HANOI)
    if (english := _ENGLISH.search(text)) is not None:
        return datetime(int(english[3]), _MONTHS[english[1]], int(english[2]), tzinfo=HANOI)
    if (yearless := _YEARLESS.search(text)) is not None and ("/" not in yearless[0] or _CLOCK.search(text)):
        day = datetime(now.year, int(yearless[2]), int(yearless[1]), tzinfo=HANOI)
        return day if day <= now + timedelta(days=1) else day.replace(year=now.year - 1)
    if (weekday := _WEEKDAY.search(text)) is not None:
        wanted = _WEEKDAYS[weekday[1] or weekday[2] or "sunday"]
        return now - timedelta(days=(now.weekday() - wanted) % 7 or 7)
    return None
