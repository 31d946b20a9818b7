"""What a letter says, part by part: form of NĐ 30/2020 (Phụ lục I), content by LEGAL's list. Pure.

Law is cited in one place, the bases, and only from `Notice.citations`; no phrase cites anything. A public
advisory carries no address and none of the text: it would lead people there.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote, urlsplit

from lachan.domain import citation
from lachan.domain.errors import InputError
from lachan.domain.measure import NOTICE_MEASURES, TWO_PERSON, Measure
from lachan.domain.notice import Notice, NoticeState, PageCheck
from lachan.domain.privacy import mask
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import Letterhead
from lachan.reports.labels import label
from lachan.reports.period import VIETNAM

#: Telling the account holder at once could endanger a child: the platform asks first.
ASK_FIRST: Final = frozenset(
    {Category.CHILD_SEXUAL_CONTENT, Category.GROOMING_SOLICITATION, Category.CHILD_TRAFFICKING}
)
_TAKEDOWNS: Final = (Measure.REMOVAL_REQUEST, Measure.OWNER_REMOVAL_REQUEST)
_WITHDRAWN: Final = (NoticeState.WITHDRAWN, NoticeState.RESTORED)
_DRAFTS: Final = (NoticeState.DRAFT, NoticeState.SUBMITTED, NoticeState.REJECTED, NoticeState.APPROVED)


@dataclass(frozen=True)
class Letter:
    """The parts in order; every string is clear text without control characters, still to be escaped."""

    marks: tuple[str, ...]
    nation: str
    motto: str
    parent_body: str
    issuer: str
    number: str
    dateline: str
    subject: str
    to: str
    recipient: str
    bases: tuple[str, ...]
    opening: str
    facts: tuple[tuple[str, str], ...]
    asks_title: str
    asks: tuple[str, ...]
    closing: tuple[str, ...]
    signer_title: tuple[str, ...]
    signer_name: str
    receivers_title: str
    receivers: tuple[str, ...]
    contact: str
    reply_title: str
    reply_about: str
    reply_lines: tuple[str, ...]


@cache
def phrases() -> dict[str, Any]:
    """The fixed Vietnamese of the letters, from `phrases.json`."""
    read: dict[str, Any] = json.loads(
        files("lachan.reports").joinpath("phrases.json").read_text(encoding="utf-8")
    )
    return read


def compose(notice: Notice, letterhead: Letterhead, *, demo: bool) -> Letter:
    """Raises InputError for a measure that is no letter, no citation, or one that is not in the release."""
    if notice.measure not in NOTICE_MEASURES:
        raise InputError(f"{notice.measure.value} does not become a letter")
    if not notice.citations:
        raise InputError("a letter needs a legal basis: choose at least one citation")
    text, head = phrases(), phrases()["head"]
    own = text["measure"][notice.measure.value]
    told = text["tell"]["inform" if ASK_FIRST.isdisjoint(notice.categories) else "ask_first"]
    words = {
        "issuer": clean(letterhead.issuer),
        "issuer_code": clean(letterhead.issuer_code),
        "recipient": clean(notice.recipient),
        "number": notice.number,
        "code": clean(notice.code),
        "contact": clean(letterhead.contact),
        "tell": told,
        "advice": " ".join(text["advice"][category.value] for category in notice.categories),
    }
    return Letter(
        marks=_marks(notice, demo),
        nation=head["nation"],
        motto=head["motto"],
        parent_body=clean(letterhead.parent_body).upper(),
        issuer=words["issuer"].upper(),
        number=head["number"].format_map(words),
        dateline=_dateline(notice, letterhead),
        subject=head["subject"].format(subject=own["subject"]),
        to=head["to"],
        recipient=words["recipient"],
        bases=_bases(notice),
        opening=own["opening"].format_map(words),
        facts=_facts(notice),
        asks_title=own["asks_title"],
        asks=tuple(ask.format_map(words) for ask in own["asks"]),
        closing=_closing(notice, words),
        signer_title=tuple(clean(line).upper() for line in letterhead.signer_title.splitlines()),
        signer_name=clean(letterhead.signer_name),
        receivers_title=text["sign"]["receivers"],
        receivers=(text["sign"]["as_above"], text["sign"]["file"].format_map(words)),
        contact=text["closing"]["contact"].format_map(words),
        reply_title=text["reply"]["title"] if own["reply"] else "",
        reply_about=text["reply"]["about"].format_map(words) if own["reply"] else "",
        reply_lines=tuple(text["reply"]["lines"]) if own["reply"] else (),
    )


def _marks(notice: Notice, demo: bool) -> tuple[str, ...]:
    mark = phrases()["mark"]
    marks = [mark["demo"]] if demo else []
    marks += [mark["draft"]] if notice.state in _DRAFTS else []
    marks += [mark["withdrawn"]] if notice.state in _WITHDRAWN else []
    return tuple(marks)


def _dateline(notice: Notice, letterhead: Letterhead) -> str:
    """Days under 10 and months 1 and 2 are written with two digits; blank until the letter is issued."""
    head = phrases()["head"]
    at = (notice.issued_at or notice.drafted_at).astimezone(VIETNAM)
    issued = notice.issued_at is not None
    return str(
        head["dateline"].format(
            place=clean(letterhead.place),
            day=f"{at.day:02d}" if issued else head["blank_day"],
            month=(f"{at.month:02d}" if at.month <= 2 else at.month) if issued else head["blank_day"],
            year=at.year,
        )
    )


def _bases(notice: Notice) -> tuple[str, ...]:
    head = phrases()["head"]
    rows = [citation.get(each) for each in notice.citations]
    forms = [head["basis"]] * (len(rows) - 1) + [head["last_basis"]]
    return tuple(
        form.format(place=row.place, summary=row.summary[:1].lower() + row.summary[1:])
        for form, row in zip(forms, rows, strict=True)
    )


def _facts(notice: Notice) -> tuple[tuple[str, str], ...]:
    name = phrases()["fact"]
    categories = "; ".join(label("category", category.value) for category in notice.categories)
    facts = [(name["reference"], notice.number), (name["category"], categories)]
    # An officer writes the necessity freely, and what it names is a child's more often than not.
    necessity = mask(clean(notice.necessity), wide=notice.measure is Measure.PUBLIC_ADVISORY).text
    if notice.measure is Measure.PUBLIC_ADVISORY:
        return (
            *facts,
            (name["captured"], _moment(notice.captured_at)),
            (name["necessity"], necessity),
        )
    facts += [
        (name["url"], clean_url(notice.url)),
        (name["host"], clean(_host(notice.url))),
        (name["captured"], _moment(notice.captured_at)),
        (name["hash"], clean(notice.content_hash)),
        (name["description"], clean(notice.description)),
        (name["necessity"], necessity),
    ]
    looked = notice.page_check not in (PageCheck.UNCHECKED, PageCheck.UNCHECKABLE)
    if looked and notice.checked_at is not None:
        found = label("page_check", notice.page_check.value)
        facts.append((name["check"], name["checked"].format(found=found, moment=_moment(notice.checked_at))))
    return tuple(facts)


def _closing(notice: Notice, words: dict[str, str]) -> tuple[str, ...]:
    closing = phrases()["closing"]
    appeal = closing["appeal" if notice.measure in _TAKEDOWNS else "appeal_no_removal"]
    by = closing["approval" if notice.measure in TWO_PERSON else "review"]
    return (by, appeal.format_map(words), closing["route"])


def _moment(at: datetime) -> str:
    here = at.astimezone(VIETNAM)
    return str(phrases()["fact"]["moment"].format(time=f"{here:%H:%M:%S}", date=f"{here:%d/%m/%Y}"))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _unprintable(sign: str) -> bool:
    """Controls, invisible format signs (they can turn the writing direction), lone surrogates, private use."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn")


def clean(text: str) -> str:
    """On one line, without signs that cannot be printed: what the reader sees is what is written."""
    return " ".join("".join(" " if _unprintable(sign) else sign for sign in text).split())


def clean_url(url: str) -> str:
    """The same address with invisible signs and spaces percent-encoded, as a browser would send them."""
    return "".join(
        quote(sign, errors="replace") if _unprintable(sign) or sign.isspace() else sign
        for sign in url.strip()
    )
