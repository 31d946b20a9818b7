"""Named rules over normalised text: the sign of a minor, the four parts of the two calls, imminent danger, age.

Each rule says which words it held on (offsets of the text it was given), so that the officer can check it.
The rules decide no harm by themselves: they are conditions that the scores of the model must meet too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from classifiers.phrases import CONCEPTS, Hit
from classifiers.syllable import fold
from lachan.domain.assessment import Reason
from lachan.domain.routing import Evidence
from lachan.domain.taxonomy import AgeBand, Category, Context

#: Born in this year or later counts as under 18. Fixed by the release, so that a judgement can be repeated.
FIRST_MINOR_BIRTH_YEAR: Final = 2008
FIRST_CHILD_BIRTH_YEAR: Final = 2011


class Code(StrEnum):
    """Every reason a rule can give."""

    MINOR_WORD = "minor_word"
    MINOR_GRADE = "minor_grade"
    MINOR_AGE = "minor_age"
    MINOR_BIRTH_YEAR = "minor_birth_year"
    AUDIENCE_OF_MINORS = "audience_of_minors"
    CALL_MINORS = "call_minors"
    CALL_PURPOSE = "call_purpose"
    CALL_TO_ACT = "call_to_act"
    CALL_TIME_PLACE_TARGET = "call_time_place_target"
    URGENT_TIME = "urgent_time"
    URGENT_WEAPON = "urgent_weapon"
    URGENT_ALONE = "urgent_alone_with_abuser"
    URGENT_WISH_TO_DIE = "urgent_wish_to_die"
    LISTED_TERM = "listed_term"
    LISTED_ADDRESS = "listed_address"


URGENT_CODES: Final = frozenset(
    {Code.URGENT_TIME, Code.URGENT_WEAPON, Code.URGENT_ALONE, Code.URGENT_WISH_TO_DIE}
)


@dataclass(frozen=True)
class Findings:
    """What the rules found in one text; offsets are those of the text given."""

    hits: tuple[Hit, ...]
    minors: tuple[Reason, ...]
    parts: dict[Category, dict[str, Reason]]
    dangers: tuple[Reason, ...]
    age: AgeBand

    @property
    def evidence(self) -> Evidence:
        """The part that routing reads."""
        return Evidence(
            minor=bool(self.minors),
            call_parts={category: frozenset(parts) for category, parts in self.parts.items()},
        )


@dataclass(frozen=True)
class Signs:
    """What decides whether a text is scored at all, and no more: most texts are let go by it."""

    text: str
    phrases: tuple[Hit, ...]
    minors: tuple[Reason, ...]
    ages: tuple[int, ...]

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """The phrases, and numbers that mean something, in order: what features are made of."""
        numbers = _numbers(self.text, self.minors)
        return tuple(sorted((*self.phrases, *numbers), key=lambda hit: hit.start))

    def findings(self) -> Findings:
        return Findings(
            hits=self.hits,
            minors=self.minors,
            parts=_parts(self.text, self.phrases, self.minors),
            dangers=tuple(_dangers(self.phrases)),
            age=_age(self.text, self.minors, self.ages),
        )


_TEENS: Final = {
    "mười": 10, "mười một": 11, "mười hai": 12, "mười ba": 13, "mười bốn": 14, "mười lăm": 15, "mười sáu": 16,
    "mười bảy": 17, "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
    "muoi": 10, "muoi mot": 11, "muoi hai": 12, "muoi ba": 13, "muoi bon": 14, "muoi lam": 15, "muoi sau": 16,
    "muoi bay": 17, "mot": 1, "bon": 4, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "nam": 5,
}  # fmt: skip
_NUMBER: Final = "|".join(sorted(_TEENS, key=len, reverse=True))

_GRADE: Final = re.compile(
    rf"\b(?:l[ớo]p|kh[ốo]i)\s?(?:(1[0-2]|[1-9])(?!\d)(?!\s?(?:ng\b|người|tháng|buổi))|({_NUMBER})\b)"
    r"|(?<![\d/.,-])\b(?:([6-9])|(1[0-2]))[a-d](?:\d{1,2})?\b(?!\s?(?:m\b|km|tr\b))"
    r"|(?<![\d/.,-])\b[kl](1[0-2]|[6-9])\b(?!\s?(?:\+|gb|mah|h\b|\d))"
    r"|\b(mười(?: một| hai)?) [a-d]\d{0,2}\b",
)
#: Without this, which is sought several times faster, there is no grade; nor an age in years without the next.
_GRADE_SIGN: Final = re.compile(
    r"[lk1-9](?:[ớo]p|h[ốo]i|[0-2]?[a-d]|(?<=[kl])[1-9])|(?:mười|một|hai) [a-d]\b"
)
#: Two ages side by side without "tuổi": "nữ 15-17", "em nào mười sáu, mười bảy", "mấy đứa 16 17".
_AGES: Final = re.compile(
    r"\b(?:bạn|ban|nữ|nu|nam|em|nhóm|nhom|trẻ|tre|gái|gai|trai|đứa|dua|thằng|thang|cháu|chau|hội|hoi|quê|que|tầm|tam|từ|tu|ai|niên|nien"
    r"|bé|be|nhóc|nhoc|nhí|nhi|chừng|chung|cỡ|co)"
    r"(?: (?:nào|nao|cỡ|co|tầm|tam|từ|tu|khoảng|chừng|quê|que|xóm|gái|trai)){0,2}(?: (?!mười|muoi)\w+)? "
    rf"(?:(1[0-7]) ?(?:-|,|/|tới|toi|đến|den)? ?1[0-7]|({_NUMBER}),? (?:tới |toi |đến |den )?(?:{_NUMBER}))\b"
    r"(?! ?(?:h\b|g\b|giờ|gio|k\b|tr|người|nguoi|ngày|ngay|/|%|:|củ|năm|nam|phút|tháng|tiếng|đứa|cái|điểm|bạn))"
)
#: "tôi 17, ..." and "cháu mười sáu. ...": an age that ends its clause.
_SELF_AGE: Final = re.compile(
    r"\b(?:em|tôi|toi|cháu|chau|con|tớ|mình|minh|nó|no)(?: mới| moi| gái| trai|,)? "
    r"(?:(1\.?[0-7])|(mười (?:một|hai|ba|bốn|lăm|sáu|bảy)))"
    r"(?= ?[,.;!]| nhà| tuổi|$)"
)
_YEARS: Final = re.compile(
    rf"\b(?:(\d{{1,2}})(?:\s?(?:-|,|/|đến|den|tới|toi|hoặc|hay|hoac)?\s?(\d{{1,2}}))?|({_NUMBER}))"
    r"\s?(?:tuổi|tuoi|t(?![\w]))(?!\s?(?:nghề|đảng|quân|đời chồng))"
)
_YEARS_SIGN: Final = re.compile(r"t(?:u[ổo]i|(?<=[\d\stiamnuy]t)(?!\w))")
_TURNING: Final = re.compile(
    r"\b(?:em|con|cháu|chau|bé|be|tao|nó|no|mới|moi|tuổi|tuoi|mình|minh|nữ|nu|nam|gái|gai|trai|trẻ|tre|mấy đứa)"
    r" (?:(?:mới|moi|có|co|gần|gan|chừng|tầm|khoảng|đứa|sinh|nào|nao|đủ|du|vừa|vua|tròn|tron) ){0,2}"
    r"(?<!\d)(1[0-7]|[6-9])"
    r"(?!\d)(?!\s?(?:giờ|gio|h\b|k\b|tr|triệu|trieu|tháng|thang|ngày|ngay|người|nguoi|năm|nam|cái|cai|lần|lan|"
    r"điểm|diem|phút|phut|tiếng|tieng|kg|cm|m\b|con|đứa|dua|quả|qua|chai|cây|cay|bộ|%|/|:|\.\d|,\d|-|bạn|ban|câu|môn))"
)
_BIRTH: Final = re.compile(
    r"\b2k([01]?\d)\b"
    r"|\b(?:sinh|sinh năm|sinh nam|sinh nhật|sn|năm sinh|nam sinh|tụi|bọn|lứa|lũ)\s?(?:năm|nam)?\s?(20\d\d)\b"
)
_UNDER: Final = re.compile(
    r"(?:\b(?:dưới|duoi|chưa đủ|chua du|chưa tới|chưa|chua|gần|gan)\s|<\s?)(1[0-8])\b(?!\s?(?:h\b|giờ|k\b|tr|%))"
)
_MONTHS: Final = re.compile(
    r"\b(?:bé|be|con|cháu|chau|trai|gái|gai)\b[^.!?]{0,24}?"
    r"\b(?:\d{1,2}|hai|ba|bốn|mấy|vài) ?(?:tháng|thang|ngày|ngay)\b(?: tuổi| tuoi)?"
)
_YEARS_IN_WORDS: Final = re.compile(
    r"\b(?:gái|trai|con|đứa|nhất|tròn|em|bé|tuổi|mới|nữ|nam|từ|lứa|lớn|nhỏ|gai|dua|nhat|tron|moi|nu) "
    r"(?:mới |vừa |tròn |tầm )?"
    r"(mười (?:hai|ba|bốn|tư|lăm|sáu|bảy)|muoi (?:hai|ba|bon|tu|lam|sau|bay))\b"
    r"(?! (?:giờ|gio|phút|phut|ngày|ngay|tháng|thang|năm|nam|triệu|trieu|nghìn|nghin|người|nguoi|cây|con|quả|cái))"
)
#: "mười lăm mười sáu", "mười lăm đến mười bảy": two such numbers side by side are ages unless they count something.
_TWO_AGES: Final = re.compile(
    r"\b(mười (?:ba|bốn|tư|lăm|sáu|bảy)),? (?:đến |tới |hay |hoặc )?mười (?:bốn|tư|lăm|sáu|bảy|tám)\b"
    r"(?! (?:giờ|phút|ngày|tháng|năm|triệu|nghìn|ngàn|người|cây|con|quả|cái|điểm|lần|cuốn|trang|đồng))"
)
#: "mưoi sáu", "mười sau": a number in words that has lost some of its marks.
_TEN_AND: Final = re.compile(r"\bm[uư][oơờ]i (?:một|mot|hai|ba|bốn|bon|tư|tu|lăm|lam|sáu|sau|bảy|bay)\b")
_WHOLE: Final = {fold(word): word for word in ("mười", "một", "hai", "ba", "bốn", "tư", "lăm", "sáu", "bảy")}
_CLOCK: Final = re.compile(
    r"\b(?:[01]?\d|2[0-4])\s?(?:h|g|giờ|gio)(?:\s?\d{1,2})?\b|\b(?:[01]?\d|2[0-3]):[0-5]\d\b"
    r"|\b(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mười một|mười hai) (?:giờ|rưỡi)\b|\bt[2-7]\b|\bcn\b"
)

_SUM: Final = re.compile(
    r"\b\d[\d.,]*\s?(?:k|tr|triệu|trieu|củ|cu|cành|canh|xị|xi|nghìn|nghin|ngàn|ngan|đồng|dong|chai|lít|lit|đ|%)\b"
    r"|\b(?:trăm|chục|nghìn|ngàn|triệu|tram|chuc|nghin|ngan|trieu)\b"
)
_QUESTION: Final = re.compile(
    r"\?|\b(?:không ạ|ạ|khong a|được không|duoc khong|đúng không|sao|gì|ai|đâu)\b(?=\s*(?:[?.!]|$))"
)
_NUMBER_CONCEPT: Final = {
    Code.MINOR_GRADE.value: "grade",
    Code.MINOR_AGE.value: "age_minor",
    Code.MINOR_BIRTH_YEAR.value: "birth_year",
}
_CLEARLY_CHILD: Final = re.compile(
    r"\b(?:tiểu học|tieu hoc|mẫu giáo|mau giao|mầm non|mam non|cấp 1|cấp 2|cap 1|cap 2|cấp hai|cap hai|cấp một|"
    r"trung học cơ sở|sơ sinh|so sinh|mới sinh|moi sinh|mới đẻ|trẻ em|tre em|trẻ con|tre con|con nít|con nit|"
    r"trẻ nhỏ|tre nho|bé gái|be gai|bé trai|be trai|em bé|thiếu nhi|nhi đồng|sắp sinh|các bé|mấy bé)\b"
)

_CALLS: Final = ((Category.YOUTH_VIOLENCE_CALL, "fight"), (Category.YOUTH_RACING_CALL, "race"))


def _reason(code: Code, start: int, end: int) -> Reason:
    return Reason(code.value, start, end)


def _of(hits: Iterable[Hit], concept: str) -> Hit | None:
    """The longest hit of a concept, the first of equals."""
    return max((hit for hit in hits if hit.concept == concept), key=lambda h: h.end - h.start, default=None)


def _with_marks(match: re.Match[str]) -> str:
    """Of the same length, so that offsets stay."""
    return " ".join(_WHOLE[fold(word)] for word in match[0].split(" "))


def _years(text: str) -> Iterable[re.Match[str]]:
    return _YEARS.finditer(text) if _YEARS_SIGN.search(text) else ()


def _minors(text: str, hits: Iterable[Hit]) -> tuple[list[Reason], list[int]]:
    """Reasons, and the ages in years that they name (a grade counts as the age it begins at)."""
    reasons: list[Reason] = []
    ages: list[int] = []
    text = _TEN_AND.sub(_with_marks, text)
    for match in _GRADE.finditer(text) if _GRADE_SIGN.search(text) else ():
        number = match[1] or match[3] or match[4] or match[5]
        grade = int(number) if number else _TEENS[match[2] or match[6]]
        if grade <= 12:
            reasons.append(_reason(Code.MINOR_GRADE, match.start(), match.end()))
            ages.append(grade + 5)
    for match in _years(text):
        years = int(match[1]) if match[1] else _TEENS[match[3]]
        if 0 < years < 18:
            reasons.append(_reason(Code.MINOR_AGE, match.start(), match.end()))
            ages.append(years)
    for pattern in (_TURNING, _UNDER):
        for match in pattern.finditer(text):
            reasons.append(_reason(Code.MINOR_AGE, match.start(), match.end()))
            ages.append(int(match[1]) - (pattern is _UNDER))
    for pattern in (_AGES, _SELF_AGE):
        for match in pattern.finditer(text):
            years = int(match[1].replace(".", "")) if match[1] else _TEENS[match[2]]
            if 10 <= years < 18:
                reasons.append(_reason(Code.MINOR_AGE, match.start(), match.end()))
                ages.append(years)
    for pattern in (_YEARS_IN_WORDS, _TWO_AGES):
        for match in pattern.finditer(text):
            reasons.append(_reason(Code.MINOR_AGE, match.start(), match.end()))
            ages.append(_TEENS.get(match[1], 14))
    for match in _MONTHS.finditer(text):
        if not re.search(r"m[èe]o|ch[óo]\b|c[úu]n", match[0]):
            reasons.append(_reason(Code.MINOR_AGE, match.start(), match.end()))
            ages.append(1)
    for match in _BIRTH.finditer(text):
        year = 2000 + int(match[1]) if match[1] else int(match[2])
        if FIRST_MINOR_BIRTH_YEAR <= year <= FIRST_MINOR_BIRTH_YEAR + 20:
            reasons.append(_reason(Code.MINOR_BIRTH_YEAR, match.start(), match.end()))
            ages.append(12 if year >= FIRST_CHILD_BIRTH_YEAR else 16)
    pets = [hit for hit in hits if hit.concept == "pet_be"]
    for hit in hits:
        if hit.concept == "minor" and not any(p.start <= hit.start < p.end for p in pets):
            reasons.append(_reason(Code.MINOR_WORD, hit.start, hit.end))
    return reasons, ages


def _within(hit: Hit, reasons: Iterable[Reason]) -> bool:
    return any(
        r.start is not None and r.end is not None and r.start <= hit.start and hit.end <= r.end
        for r in reasons
    )


def _parts(text: str, hits: Sequence[Hit], minors: Sequence[Reason]) -> dict[Category, dict[str, Reason]]:
    """For each call category the parts that stand in the text. A word may serve as one part only.

    Who names a game, a sport, a show or a helping hand calls to that: the violent purpose does not stand.
    """
    found: dict[Category, dict[str, Reason]] = {}
    peaceful = _of(hits, "peaceful_purpose") is not None
    clock = _CLOCK.search(text)
    for category, concept in _CALLS:
        parts: dict[str, Reason] = {}
        if minors:
            first = minors[0]
            parts["minors"] = Reason(Code.CALL_MINORS.value, first.start, first.end)
        purpose = _of(hits, concept)
        if purpose and not peaceful:
            parts["purpose"] = _reason(Code.CALL_PURPOSE, purpose.start, purpose.end)
        taken = [(h.start, h.end) for h in hits if h.concept == concept]
        free = [h for h in hits if (h.start, h.end) not in taken and not _within(h, minors)]
        call = _of(free, "call")
        if call:
            parts["call"] = _reason(Code.CALL_TO_ACT, call.start, call.end)
        named = _of(free, "time") or _of(free, "place")
        if named is None and category is Category.YOUTH_VIOLENCE_CALL:
            named = _of(free, "target")
        if clock:
            parts["target"] = _reason(Code.CALL_TIME_PLACE_TARGET, clock.start(), clock.end())
        elif named:
            parts["target"] = _reason(Code.CALL_TIME_PLACE_TARGET, named.start, named.end)
        found[category] = parts
    return found


def _numbers(text: str, reasons: Iterable[Reason]) -> list[Hit]:
    """Ages, grades, clock times, sums and questions as hits, so that features can pair them with phrases."""
    found = [
        (_NUMBER_CONCEPT[reason.code], reason.start, reason.end)
        for reason in reasons
        if reason.code in _NUMBER_CONCEPT
    ]
    for match in _years(text):
        if match[1] and 18 <= int(match[1]) < 100:
            found.append(("age_adult", match.start(), match.end()))
    for concept, pattern in (("clock", _CLOCK), ("sum", _SUM), ("question", _QUESTION)):
        found.extend((concept, match.start(), match.end()) for match in pattern.finditer(text))
    spaces = [at for at, char in enumerate(text) if char == " "]
    return [
        Hit(concept, (at := bisect_left(spaces, start)), at, start, end)
        for concept, start, end in found
        if start is not None and end is not None
    ]


def _dangers(hits: Sequence[Hit]) -> list[Reason]:
    """Signs of imminent danger. The judge asks the model too before it says urgent."""
    dangers: list[Reason] = []
    for concept, code in (
        ("soon", Code.URGENT_TIME),
        ("weapon", Code.URGENT_WEAPON),
        ("alone_abuser", Code.URGENT_ALONE),
        ("wish_to_die", Code.URGENT_WISH_TO_DIE),
    ):
        hit = _of(hits, concept)
        if hit:
            dangers.append(_reason(code, hit.start, hit.end))
    return dangers


def _age(text: str, minors: Sequence[Reason], ages: Sequence[int]) -> AgeBand:
    if ages:
        return AgeBand.CHILD_U16 if min(ages) < 15 else AgeBand.MINOR_U18
    if _CLEARLY_CHILD.search(text):
        return AgeBand.CHILD_U16
    return AgeBand.MINOR_U18 if minors else AgeBand.AGE_UNKNOWN


def signs(text: str) -> Signs:
    """The signs of a minor in `text`, which is normalised (`classifiers.normalise`)."""
    phrases = tuple(CONCEPTS.hits(text))
    minors, ages = _minors(text, phrases)
    return Signs(text, phrases, tuple(minors), tuple(ages))


def find(text: str) -> Findings:
    """Every rule over `text`, which is normalised."""
    return signs(text).findings()


def dangers_of(dangers: Iterable[Reason], context: Context) -> tuple[Reason, ...]:
    """The signs of danger that mean something in this context: who sells names a time without any danger,
    but a child who wishes to die, or is alone with an abuser, is in danger now."""
    meant = (
        {Code.URGENT_TIME, Code.URGENT_WEAPON, Code.URGENT_WISH_TO_DIE}
        if context is Context.PROMOTING
        else set(URGENT_CODES)
    )
    return tuple(reason for reason in dangers if reason.code in meant)
