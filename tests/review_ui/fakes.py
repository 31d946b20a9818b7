"""What the desk reaches only through ports: a page, an index, writers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from lachan.domain.errors import QueryError
from lachan.domain.notice import Notice
from lachan.pipeline.ports import (
    Facet,
    IndexAnswer,
    IndexDocument,
    IndexHit,
    Letterhead,
    ReportFormat,
    ReportKind,
    SearchRequest,
    TimeBucket,
)
from lachan.pipeline.snippet import fold


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


class PagesOnPaper:
    """PageFetcher: every page holds what `texts` says, None where it is gone."""

    def __init__(self) -> None:
        self.texts: dict[str, str | None] = {}

    def text_of(self, url: str) -> str | None:
        if url not in self.texts:
            raise OSError("no such host")
        return self.texts[url]


class ListIndex:
    """SearchIndex in a dict; an unclosed quote cannot be read."""

    def __init__(self) -> None:
        self.documents: dict[int, IndexDocument] = {}

    def apply(self, add: Sequence[IndexDocument], remove: Sequence[int]) -> None:
        for case in remove:
            self.documents.pop(case, None)
        self.documents |= {document.case: document for document in add}

    def search(self, request: SearchRequest) -> IndexAnswer:
        if request.query.count('"') % 2:
            raise QueryError("the quote is not closed", request.query.rindex('"'))
        terms = tuple(fold(request.query.replace('"', "")).split())
        found = [
            IndexHit(document.case, 1.0)
            for document in self.documents.values()
            if any(term in re.findall(r"\w+", fold(document.text)) for term in terms)
            and request.category in (None, *document.categories)
            and all(value in (*document.categories, document.source_kind) for _, value in request.where)
        ]
        page = tuple(found[request.offset : request.offset + request.limit])
        kinds = Counter(self.documents[hit.case].source_kind for hit in found)
        return IndexAnswer(
            len(found),
            page,
            terms,
            facets={Facet.KIND: kinds} if Facet.KIND in request.facets else {},
            histogram=(TimeBucket(date(2026, 11, 16), len(found)),) if found and request.step else (),
        )

    def similar(self, text: str, case: int, limit: int) -> tuple[IndexHit, ...]:
        return tuple(IndexHit(other, 1.0) for other in self.documents if other != case)[:limit]

    def rows(self) -> dict[int, int]:
        return {case: document.digest for case, document in self.documents.items()}

    def cases(self) -> set[int]:
        return set(self.documents)

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        self.documents = {document.case: document for document in documents}
        return len(self.documents)

    def close(self) -> None:
        self.documents = {}


class PlainLetters:
    def html(self, notice: Notice, letterhead: Letterhead, *, demo: bool) -> str:
        return f"<html><head><style>p{{margin:0}}</style></head><body><p>{notice.number}</p></body></html>"

    def docx(self, notice: Notice, letterhead: Letterhead, *, demo: bool) -> bytes:
        return b"PK" + notice.number.encode()


class PlainReports:
    def write(self, kind: ReportKind, first: date, last: date, form: ReportFormat) -> bytes:
        if form is ReportFormat.JSON:
            return json.dumps({"first": first.isoformat(), "last": last.isoformat()}).encode()
        if form is ReportFormat.CSV:
            return f"first,last\n{first},{last}\n".encode()
        return f"<html><body><h1>{kind.value} {first}</h1></body></html>".encode()
