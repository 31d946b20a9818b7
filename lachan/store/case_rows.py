"""Between cases as values and cases as rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from lachan.domain.assessment import Assessment, Label, Reason, Span
from lachan.domain.case import Case, CasePost, CaseState, Third
from lachan.domain.measure import Measure
from lachan.domain.place import UNMARKED, PlaceMarks
from lachan.domain.post import Post
from lachan.domain.taxonomy import AgeBand, Category, Context, Route, severity
from lachan.store.columns import local_day, micros
from lachan.store.scope import Scope

#: One step of severity is worth this much waiting. Severity × age cannot be indexed, for it changes with the
#: clock; `opened_at - severity * 6 h` puts a graver case before a milder one that is up to so much older, and
#: lets the milder one overtake later, as the product would.
_HEAD_START: Final = timedelta(hours=6)
#: Urgent cases stand before all others: their rank is moved this far (a century) to the front.
_URGENT: Final = 100 * 365 * 86_400 * 1_000_000


def queue_rank(opened_at: datetime, categories: Sequence[Category], urgent: bool) -> int:
    """Smaller is handled sooner: microseconds, urgent first, then severity against age."""
    return micros(opened_at - severity(categories) * _HEAD_START) - (_URGENT if urgent else 0)


def pack_categories(categories: Sequence[Category]) -> str:
    """Joined by commas, in order."""
    return ",".join(category.value for category in categories)


def unpack_categories(packed: str) -> tuple[Category, ...]:
    return tuple(Category(word) for word in packed.split(",") if word)


def case_values(scope: Scope, case: Case) -> dict[str, Any]:
    """Every column but `id`, `version`, `post_count` (rises by joins alone) and `has_text`."""
    words = None
    if case.reason is not None or case.return_note is not None:
        packed = json.dumps([case.reason, case.return_note], ensure_ascii=False)
        words = scope.keys.seal(packed, case.delete_text_at, purpose="text")
    places = None
    if case.place_marks != UNMARKED:
        packed = json.dumps(
            [sorted(case.place_marks.meant), sorted(case.place_marks.struck)], ensure_ascii=False
        )
        places = scope.keys.seal(packed, case.delete_text_at, purpose="text")
    return {
        "route": case.route.value,
        "state": case.state.value,
        "source": case.source,
        "categories": pack_categories(case.categories),
        "context": case.context.value,
        "urgent": case.urgent,
        "age": case.age.value,
        "opened_at": case.opened_at,
        "published_at": case.published_at,
        "day": local_day(case.published_at or case.opened_at),
        "captured_day": local_day(case.opened_at),
        "queue_rank": queue_rank(case.opened_at, case.categories, case.urgent),
        "delete_text_at": case.delete_text_at,
        "claimed_by": case.claimed_by,
        "claimed_until": case.claimed_until,
        "decided_by": case.decided_by,
        "decided_at": case.decided_at,
        "measure": case.measure.value if case.measure else None,
        "words_sealed": words,
        "citations": json.dumps(case.citations),
        "approved_by": case.approved_by,
        "disagreed_by": case.disagreed_by,
        "third": case.third.value if case.third else None,
        "closed_at": case.closed_at,
        "overturned": case.overturned,
        "linked_case": case.linked_case,
        "places_sealed": places,
    }


def case_words(scope: Scope, sealed: bytes | None) -> tuple[str | None, str | None]:
    """The written reason and the approver's note; None where there is none or the key is destroyed."""
    packed = scope.opened(sealed)
    if packed is None:
        return None, None
    reason, note = json.loads(packed)
    return reason, note


def place_marks(scope: Scope, sealed: bytes | None) -> PlaceMarks:
    """What people corrected of the places; nothing where nobody did or the key is destroyed."""
    packed = scope.opened(sealed)
    if packed is None:
        return UNMARKED
    meant, struck = json.loads(packed)
    return PlaceMarks(frozenset(meant), frozenset(struck))


def case_of(scope: Scope, row: Any) -> Case:
    reason, note = case_words(scope, row.words_sealed)
    return Case(
        id=row.id,
        route=Route(row.route),
        state=CaseState(row.state),
        source=row.source,
        categories=unpack_categories(row.categories),
        context=Context(row.context),
        urgent=row.urgent,
        age=AgeBand(row.age),
        opened_at=row.opened_at,
        published_at=row.published_at,
        delete_text_at=row.delete_text_at,
        post_count=row.post_count,
        version=row.version,
        claimed_by=row.claimed_by,
        claimed_until=row.claimed_until,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        measure=Measure(row.measure) if row.measure else None,
        reason=reason,
        return_note=note,
        citations=tuple(json.loads(row.citations)),
        approved_by=row.approved_by,
        disagreed_by=row.disagreed_by,
        third=Third(row.third) if row.third else None,
        closed_at=row.closed_at,
        overturned=row.overturned,
        linked_case=row.linked_case,
        place_marks=place_marks(scope, row.places_sealed),
    )


def pack_content(post: Post, assessment: Assessment, position: int) -> str:
    """What is sealed of a post: all that quotes it or tells where it stands. Its thread only of the first post of a
    review case: words that rise are counted by it, and by nothing else."""
    counted = position == 1 and assessment.route is Route.REVIEW
    return json.dumps(
        {
            "text": post.text,
            "url": post.url,
            "thread": post.thread if counted else "",
            "spans": [[span.start, span.end, span.category.value] for span in assessment.spans],
            "reasons": [[reason.code, reason.start, reason.end] for reason in assessment.reasons],
        },
        ensure_ascii=False,
    )


def post_of(scope: Scope, row: Any) -> CasePost:
    """With text and URL "", no spans and no reasons where the key is destroyed."""
    packed = scope.opened(row.content_sealed)
    content: dict[str, Any] = {"text": "", "url": "", "spans": [], "reasons": []}
    if packed is not None:
        content = json.loads(packed)
    return CasePost(
        id=row.id,
        case=row.case_id,
        text=content["text"],
        url=content["url"],
        source=row.source,
        captured_at=row.captured_at,
        published_at=row.published_at,
        content_hash=row.content_hash,
        assessment=Assessment(
            route=Route(row.route),
            context=Context(row.context),
            model=row.model,
            labels=tuple(Label(Category(word), score) for word, score in json.loads(row.labels)),
            spans=tuple(Span(start, end, Category(word)) for start, end, word in content["spans"]),
            reasons=tuple(Reason(*parts) for parts in content["reasons"]),
            urgent=row.urgent,
            age=AgeBand(row.age),
        ),
    )


def standing(scope: Scope, sealed: bytes | None) -> tuple[str, str] | None:
    """(thread, text); None when it was dropped or its key destroyed. Rows of before know no thread."""
    packed = scope.opened(sealed)
    if packed is None:
        return None
    content = json.loads(packed)
    return str(content.get("thread", "")), str(content["text"])


def first_text(scope: Scope, sealed: bytes | None) -> str | None:
    """The text alone."""
    found = standing(scope, sealed)
    return None if found is None else found[1]
