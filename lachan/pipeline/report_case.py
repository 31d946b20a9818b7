"""Cases that a person opens from a report: of a child's need, or of the page that was reported.

What the reporter wrote goes into neither. A protection case holds the officer's own words; a review case holds
the words of the public page that the officer pointed at, and nothing else of that page.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lachan.domain.assessment import Assessment, Label
from lachan.domain.case import KEEP_UNDECIDED, Case
from lachan.domain.errors import ConflictError, InputError, RefusedError
from lachan.domain.post import Post, Source, SourceState
from lachan.domain.privacy import mask
from lachan.domain.report import MAX_TEXT, PublicReport, Reporter, check_length
from lachan.domain.source_rules import belongs
from lachan.domain.taxonomy import AgeBand, Audience, Category, Context, Route
from lachan.pipeline.assess import MIN_COPY_LENGTH
from lachan.pipeline.near_copy import minhash_bands
from lachan.pipeline.ports import NewCase, PageFetcher, Unit

MIN_QUOTE: Final = 10  # code points: shorter words stand on every page
#: In the place of a source and of a model, where a person and no crawl or judge spoke.
FROM_REPORT: Final = "public-report"
BY_PERSON: Final = "person"


@dataclass(frozen=True)
class Seen:
    """What a person saw in a report when they open a case from it."""

    categories: tuple[Category, ...]
    urgent: bool
    age: AgeBand


def protect_case(report: PublicReport, seen: Seen, need: str, now: datetime) -> NewCase:
    """A protection case in an officer's words, masked as a victim's are; its clocks count from the report."""
    words = need.strip()
    if not words:
        raise InputError("write what the child needs, without names and addresses")
    check_length(words, MAX_TEXT)
    context = Context.VICTIM if report.reporter is Reporter.CHILD else Context.WITNESS
    post = _post(report, FROM_REPORT, "", mask(words, wide=True).text)
    return NewCase(post, _judged(seen, Route.PROTECT, context), now + KEEP_UNDECIDED)


def review_case(
    report: PublicReport, seen: Seen, quote: str, source: str, near_copy: bytes, now: datetime
) -> NewCase:
    """A review case of words on a public page; nothing in it leads to the report. `near_copy` is the key under
    which copies are recognised."""
    bands = minhash_bands(quote, near_copy) if len(quote) >= MIN_COPY_LENGTH else ()
    post = _post(report, source, report.url, quote)
    judged = _judged(seen, Route.REVIEW, Context.PROMOTING)
    return NewCase(post, judged, now + KEEP_UNDECIDED, bands)


def open_case(unit: Unit, new: NewCase) -> Case:
    """Raises InputError where no category was chosen."""
    if not new.assessment.labels:
        raise InputError("choose at least one category")
    (case,) = unit.cases.open_many([new])
    return case


def checked_quote(quote: str) -> str:
    """`quote` with single blanks. Raises InputError for one that says too little or too much."""
    words = _tidy(quote)
    if len(words) < MIN_QUOTE:
        raise InputError(f"copy the harmful words from the page, at least {MIN_QUOTE} characters")
    check_length(words, MAX_TEXT)
    return words


def source_of(sources: Sequence[Source], url: str) -> Source:
    """The registered place that holds `url`. Raises RefusedError where none is read."""
    for source in sources:
        if source.state is SourceState.ACTIVE and belongs(source, url):
            return source
    raise RefusedError("this address lies in no place that is read: answer whom to turn to instead")


def check_on_page(fetcher: PageFetcher, url: str, quote: str) -> None:
    """Fetch the page once and look for the words.

    Raises RefusedError when the page is gone or does not say so, SourceRefused when it may not be read,
    ConflictError when it cannot be reached now.
    """
    try:
        page = fetcher.text_of(url)
    except OSError:
        raise ConflictError("the page cannot be reached now: try again later") from None
    if page is None:
        raise RefusedError("the page is gone: there is nothing left to review")
    if quote not in _tidy(page):
        raise RefusedError("these words do not stand on the page: copy them exactly")


def _judged(seen: Seen, route: Route, context: Context) -> Assessment:
    labels = tuple(Label(category, 1.0) for category in seen.categories)
    return Assessment(route, context, BY_PERSON, labels, urgent=seen.urgent, age=seen.age)


def _post(report: PublicReport, source: str, url: str, text: str) -> Post:
    """Its fingerprint is drawn: these words are not a post as a crawl would meet it."""
    mark = secrets.token_hex(32)
    return Post(mark, source, text, url, None, None, report.told_at, Audience.GENERAL)


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
