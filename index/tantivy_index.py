"""`SearchIndex` on Tantivy: in this process, in files, several readers and one writer at a time.

A writer lives for one `apply`, so that any process may be the next. Tantivy commits durably and in one step; a
kill before that leaves the state before. Deleted words stay in its files until `rebuild`.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, Final

import tantivy

from index.asked import SORT_FIELDS, Asked, Cursor, Page, answer, asked, read_cursor
from index.ast import Phrase
from index.counting import Counted, counted, counts
from index.document import SCHEMA, to_tantivy
from index.folder import Folder
from index.likeness import candidates, least, telling
from index.ranking import Lexicon, Plan, plan
from index.tantivy_query import below, like, matched
from lachan.domain.errors import LachanError
from lachan.pipeline.ports import (
    IndexAnswer,
    IndexDocument,
    IndexHit,
    Reader,
    SearchRequest,
    SortBy,
)

_APPLY_HEAP: Final = 32_000_000  # bytes
_REBUILD_HEAP: Final = 256_000_000  # bytes: larger first segments, fewer merges
_BLOCK: Final = 256  # hits: among so many of equal score the newest are certain to come first
_TRIES: Final = 5  # a generation can be swapped away between reading its name and opening it
_SNAPSHOTS: Final = 16  # that are kept for whoever pages through hits by relevance
_SNAPSHOT_SECONDS: Final = 300
_UNREADABLE: Final = "the search index cannot be read; run: lachan index rebuild"
_NOT_WRITTEN: Final = "the search index could not be written, nothing changed: look for space on its disk"

_Ranked = list[tuple[float, int, int]]  # (score, key of `newest`, case), best first


class TantivyIndex:
    """The index in the folder `location`, made at the first write. Safe to share between threads."""

    def __init__(self, location: Path, reader: Reader | None = None) -> None:
        self._folder = Folder(location)
        self._reader = reader
        self._opening = Lock()
        self._generation: Path | None = None
        self._index: tantivy.Index | None = None
        self._seen: tuple[int, int] | None = None
        self._snapshots: OrderedDict[str, tuple[float, tantivy.Searcher]] = OrderedDict()

    def apply(self, add: Sequence[IndexDocument], remove: Sequence[int]) -> None:
        """Removes, then adds; a case twice in `add` counts once, the last. All or nothing, durable on return.

        Raises ConflictError while another process writes, InputError for a document that cannot be indexed.
        """
        documents = {document.case: to_tantivy(document) for document in add}
        if not documents and not remove:
            return
        with self._folder.locked():
            generation = self._folder.current()
            self._folder.sweep(generation)
            if generation is None:
                generation = self._folder.fresh()
                _make(generation)
                self._folder.switch(generation)
            with _writing(generation, _APPLY_HEAP) as writer:
                for case in {*remove, *documents}:
                    writer.delete_documents_by_term("case", case)
                for document in documents.values():
                    writer.add_document(document)

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """A fresh generation beside the old, which answers until the swap; returns how many cases it holds.

        A case twice in `documents` counts once, the last. Whatever is raised leaves the old generation in use.
        """
        with self._folder.locked():
            generation = self._folder.fresh()
            cases: set[int] = set()
            try:
                _make(generation)
                with _writing(generation, _REBUILD_HEAP) as writer:
                    for document in documents:
                        made = to_tantivy(document)
                        if document.case in cases:
                            writer.delete_documents_by_term("case", document.case)
                        cases.add(document.case)
                        writer.add_document(made)
            except BaseException:
                shutil.rmtree(generation)
                raise
            self._folder.switch(generation)
            return len(cases)

    def search(self, request: SearchRequest) -> IndexAnswer:
        """Raises QueryError for a query that cannot be read, InputError for a page that cannot be, LachanError for an
        index that must be rebuilt."""
        wanted = asked(request, self._reader)
        after = read_cursor(request.cursor, wanted.sort) if request.cursor else None
        searcher = self._searcher()
        if searcher is None or searcher.num_docs == 0:
            return IndexAnswer(0, (), by_place=wanted.by_place)
        if wanted.sort is SortBy.RELEVANCE:
            searcher = self._snapshot(after.snapshot if after else "") or searcher
            total, hits, cursor = _by_score(searcher, wanted, request, after)
            if cursor is not None:
                cursor = replace(cursor, snapshot=self._keep(searcher, after.snapshot if after else ""))
        else:
            total, hits, cursor = _by_key(searcher, wanted, request, after)
        return answer(wanted, (total, hits, cursor), _counted(searcher, wanted, request))

    def similar(self, text: str, case: int, limit: int) -> tuple[IndexHit, ...]:
        """The same words weigh as in a search; raises LachanError for an index that must be rebuilt."""
        searcher = self._searcher()
        if searcher is None or searcher.num_docs == 0:
            return ()
        frequencies = {word: searcher.doc_freq("folded", word) for word in candidates(text)}
        words = telling(frequencies, searcher.num_docs)
        if not words:
            return ()
        query = like([Phrase((word,)) for word in words], least(len(words)), case)
        _, ranked = _ranked(searcher, Plan(query, ranked=True), min(limit, searcher.num_docs))
        return tuple(IndexHit(each, score) for score, _, each in ranked[:limit])

    def rows(self) -> dict[int, int]:
        """Every case in the index, with its digest."""
        searcher = self._searcher()
        if searcher is None or searcher.num_docs == 0:
            return {}
        hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
        addresses = [address for _, address in hits]
        return dict(
            zip(_values(searcher, "case", addresses), _values(searcher, "digest", addresses), strict=True)
        )

    def cases(self) -> set[int]:
        """Every case in the index."""
        return set(self.rows())

    def close(self) -> None:
        """Let go of open files. The next search opens them again."""
        with self._opening:
            self._generation = self._index = self._seen = None
            self._snapshots.clear()

    def _keep(self, searcher: tantivy.Searcher, name: str) -> str:
        """Scores shift with every case published, so pages by relevance are cut from one state of the index, as long
        as it is not rebuilt: what was deleted must not be held on to."""
        with self._opening:
            name = name if name in self._snapshots else secrets.token_hex(8)
            self._snapshots[name] = (time.monotonic() + _SNAPSHOT_SECONDS, searcher)
            self._snapshots.move_to_end(name)
            while len(self._snapshots) > _SNAPSHOTS:
                self._snapshots.popitem(last=False)
            return name

    def _snapshot(self, name: str) -> tantivy.Searcher | None:
        with self._opening:
            until, searcher = self._snapshots.get(name, (0.0, None))
            return searcher if time.monotonic() < until else None

    def _searcher(self) -> tantivy.Searcher | None:
        """The last commit of any process; None before the first."""
        with self._opening:
            for _ in range(_TRIES):
                generation = self._folder.current()
                if generation is None:
                    return None
                try:
                    meta = (generation / "meta.json").stat()
                    if self._index is None or generation != self._generation:
                        self._snapshots.clear()
                        self._index = _opened(generation)
                    elif self._seen != (meta.st_ino, meta.st_mtime_ns):
                        self._index.reload()
                    self._generation, self._seen = generation, (meta.st_ino, meta.st_mtime_ns)
                    return self._index.searcher()
                except (OSError, ValueError):
                    self._index = None
            raise LachanError(_UNREADABLE)


def _opened(generation: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(generation))
    index.config_reader("manual")
    return index


def _make(generation: Path) -> None:
    """An empty index in an empty folder."""
    try:
        tantivy.Index(SCHEMA, str(generation))
    except (OSError, ValueError) as error:
        raise LachanError(_NOT_WRITTEN) from error


@contextmanager
def _writing(generation: Path, heap: int) -> Iterator[tantivy.IndexWriter]:
    """A writer that commits at a good end and leaves nothing otherwise. The engine's errors become LachanError."""
    try:
        writer = _opened(generation).writer(heap, 1)
    except (OSError, ValueError) as error:
        raise LachanError(_UNREADABLE) from error
    done = False
    try:
        yield writer
        writer.commit()
        done = True
    except (OSError, ValueError) as error:
        raise LachanError(_NOT_WRITTEN) from error
    finally:
        if not done:
            with suppress(OSError, ValueError):
                writer.rollback()
        with suppress(OSError, ValueError):  # ends its threads and frees the engine's lock; merging may wait
            writer.wait_merging_threads()


def _by_key(searcher: tantivy.Searcher, wanted: Asked, request: SearchRequest, after: Cursor | None) -> Page:
    """A page in the order of a field whose values are unique: the next one begins below the last one's."""
    field = SORT_FIELDS[wanted.sort]
    query = matched(wanted.node)
    total = None
    if after is not None:
        total = _total(searcher, query)
        query = below(query, field, after.key)
    offset = request.offset if after is None else 0
    end = min(offset + request.limit, searcher.num_docs)
    found = searcher.search(query, max(end + 1, 1), order_by_field=field)
    addresses = [address for _, address in found.hits[offset : end + 1]]
    keys, cases = _values(searcher, field, addresses), _values(searcher, "case", addresses)
    page = cases[: end - offset] if end > offset else []
    more = bool(page) and len(cases) > len(page)
    cursor = Cursor(wanted.sort, keys[len(page) - 1]) if more else None
    return _count(found) if total is None else total, tuple(IndexHit(case, 0.0) for case in page), cursor


def _by_score(
    searcher: tantivy.Searcher, wanted: Asked, request: SearchRequest, after: Cursor | None
) -> Page:
    """A page by relevance. The next page begins after the last one's last case, wherever that stands should the
    snapshot be gone; where the case is gone, too, below its old score."""
    start = request.offset if after is None else after.rank + 1
    end = min(start + request.limit, searcher.num_docs)
    planned = plan(wanted.node, _lexicon(searcher))
    total, ranked = _ranked(searcher, planned, end + (0 if after is None else _BLOCK))
    if after is not None:
        stands = [rank for rank, (_, _, case) in enumerate(ranked) if case == after.case]
        worse = (
            rank for rank, (score, key, _) in enumerate(ranked) if (score, key) < (after.score, after.key)
        )
        start = stands[0] + 1 if stands else next(worse, len(ranked))
        end = start + request.limit
    page = ranked[start:end]
    cursor = None
    if page and start + len(page) < total:
        score, key, case = page[-1]
        cursor = Cursor(wanted.sort, key, float(score), start + len(page) - 1, case)
    return total, tuple(IndexHit(case, score) for score, _, case in page), cursor


def _ranked(searcher: tantivy.Searcher, planned: Plan, end: int) -> tuple[int, _Ranked]:
    """The best `end`. Tantivy orders equal scores by place in its files. They are put in order here, within blocks
    that begin at the same ranks for every page, so that pages are cuts of one order."""
    if end == 0:
        return _total(searcher, planned.query), []
    if planned.head is not None:
        best = _best(searcher.search(planned.head.query, _whole_blocks(end), count=False), end)
        if len(best) >= end and best[end - 1][0] > planned.head.others:
            return _total(searcher, planned.query), _in_order(searcher, best)
    found = searcher.search(planned.query, _whole_blocks(end))  # as fast as asking for the page alone
    return _count(found), _in_order(searcher, _best(found, end))


def _whole_blocks(end: int) -> int:
    return (end // _BLOCK + 1) * _BLOCK


def _best(found: tantivy.SearchResult, end: int) -> list[tuple[float, tantivy.DocAddress]]:
    """The best `end`, and what has the last one's score."""
    hits = found.hits
    cut = end
    while 0 < cut < len(hits) and _score(hits[cut]) == _score(hits[cut - 1]):
        cut += 1
    return [(_score(hit), hit[1]) for hit in hits[:cut]]


def _score(hit: tuple[float, tantivy.DocAddress]) -> float:
    """Without the last digits: the engine adds 32-bit numbers, in no fixed order."""
    return round(hit[0], 3)


def _in_order(searcher: tantivy.Searcher, best: list[tuple[float, tantivy.DocAddress]]) -> _Ranked:
    addresses = [address for _, address in best]
    order = _values(searcher, "newest", addresses)
    cases = _values(searcher, "case", addresses)
    hits = list(zip((score for score, _ in best), order, cases, strict=True))
    blocks = [sorted(hits[start : start + _BLOCK], reverse=True) for start in range(0, len(hits), _BLOCK)]
    return [hit for block in blocks for hit in block]


def _lexicon(searcher: tantivy.Searcher) -> Lexicon:
    # every case is urgent or not: the one way to learn how many there are with those deleted, as words are counted
    cases = sum(searcher.doc_freq("urgent", value) for value in ("yes", "no"))
    return Lexicon(cases, searcher.doc_freq)


def _counted(searcher: tantivy.Searcher, wanted: Asked, request: SearchRequest) -> Counted:
    """The facets and the histogram that `request` asks for, over all hits."""
    asked_for = counts(request.facets, wanted.step)
    found = _aggregated(searcher, matched(wanted.node), asked_for) if asked_for else {}
    return counted(found, request.facets, wanted.step)


def _total(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """How many cases are found; sooner than by searching, which gives each its score."""
    found = _aggregated(searcher, query, {"cases": {"value_count": {"field": "case"}}})
    return int(found["cases"]["value"])


def _aggregated(
    searcher: tantivy.Searcher, query: tantivy.Query, wanted: dict[str, Any]
) -> Mapping[str, Any]:
    try:
        return searcher.aggregate(query, wanted)
    except ValueError as error:
        raise LachanError(_UNREADABLE) from error


def _count(found: tantivy.SearchResult) -> int:
    untyped: Any = found  # tantivy's stubs forget it
    return int(untyped.count)


def _values(searcher: tantivy.Searcher, field: str, addresses: list[tantivy.DocAddress]) -> list[int]:
    return [int(value) for value in searcher.fast_field_values(field, addresses) if value is not None]
