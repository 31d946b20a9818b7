"""`SearchIndex` on Tantivy: in this process, in files, several readers and one writer at a time.

A writer lives for one `apply`, so that any process may be the next. Tantivy commits durably and in one step; a
kill before that leaves the state before. Deleted words stay in its files until `rebuild`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final

import tantivy

from index.ast import And, Is, Node, Since, Until
from index.compile import highlights, plan
from index.document import SCHEMA, to_tantivy
from index.folder import Folder
from index.query import parse
from lachan.domain.errors import InputError, LachanError
from lachan.pipeline.ports import IndexAnswer, IndexDocument, IndexHit, SearchRequest

_APPLY_HEAP: Final = 32_000_000  # bytes
_REBUILD_HEAP: Final = 256_000_000  # bytes: larger first segments, fewer merges
_BLOCK: Final = 256  # hits: among so many of equal score the newest are certain to come first
_TRIES: Final = 5  # a generation can be swapped away between reading its name and opening it
_UNREADABLE: Final = "the search index cannot be read; run: lachan index rebuild"
_NOT_WRITTEN: Final = "the search index could not be written, nothing changed: look for space on its disk"

_Ranked = list[tuple[float, int]]  # (score, case), best first


class TantivyIndex:
    """The index in the folder `location`, made at the first write. Safe to share between threads."""

    def __init__(self, location: Path) -> None:
        self._folder = Folder(location)
        self._opening = Lock()
        self._generation: Path | None = None
        self._index: tantivy.Index | None = None
        self._seen: tuple[int, int] | None = None

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
        """Raises QueryError for a query that cannot be read, InputError for a negative page, LachanError for an
        index that must be rebuilt. Equal scores: the newest first, then the later case."""
        if request.limit < 0 or request.offset < 0:
            raise InputError("limit and offset count from 0 up")
        node = _narrowed(parse(request.query), request)
        searcher = self._searcher()
        if searcher is None or searcher.num_docs == 0:
            return IndexAnswer(0, ())
        asked = plan(node)
        end = min(request.offset + request.limit, searcher.num_docs)
        total, ranked = (
            _ranked(searcher, asked.query, end) if asked.ranked else _newest(searcher, asked.query, end)
        )
        page = tuple(IndexHit(case, score) for score, case in ranked[request.offset : end])
        return IndexAnswer(total, page, highlights(node, searcher))

    def cases(self) -> set[int]:
        """Every case in the index."""
        searcher = self._searcher()
        if searcher is None or searcher.num_docs == 0:
            return set()
        hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
        return set(_values(searcher, "case", [address for _, address in hits]))

    def close(self) -> None:
        """Let go of open files. The next search opens them again."""
        with self._opening:
            self._generation = self._index = self._seen = None

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


def _narrowed(node: Node, request: SearchRequest) -> Node:
    """The query within the request's days and category."""
    limits: list[Node] = []
    if request.category is not None:
        limits.append(Is("category", request.category.value))
    if request.first is not None:
        limits.append(Since(request.first))
    if request.last is not None:
        limits.append(Until(request.last))
    return And((node, *limits)) if limits else node


def _newest(searcher: tantivy.Searcher, query: tantivy.Query, end: int) -> tuple[int, _Ranked]:
    found = searcher.search(query, max(end, 1), order_by_field="newest")
    cases = _values(searcher, "case", [address for _, address in found.hits])
    return _count(found), [(0.0, case) for case in cases]


def _ranked(searcher: tantivy.Searcher, query: tantivy.Query, end: int) -> tuple[int, _Ranked]:
    """The best `end`. Tantivy orders equal scores by place in its files. They are put in order here, within blocks
    that begin at the same ranks for every page, so that pages are cuts of one order."""
    found = searcher.search(query, (end // _BLOCK + 1) * _BLOCK)  # as fast as asking for the page alone
    scores = [round(score, 3) for score, _ in found.hits]  # the engine adds 32-bit numbers, in no fixed order
    cut = end
    while 0 < cut < len(scores) and scores[cut] == scores[cut - 1]:
        cut += 1
    addresses = [address for _, address in found.hits[:cut]]
    order = _values(searcher, "newest", addresses)
    cases = _values(searcher, "case", addresses)
    hits = list(zip(scores, order, cases, strict=False))
    blocks = [sorted(hits[start : start + _BLOCK], reverse=True) for start in range(0, len(hits), _BLOCK)]
    return _count(found), [(score, case) for block in blocks for score, _, case in block]


def _count(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # tantivy's stubs forget it


def _values(searcher: tantivy.Searcher, field: str, addresses: list[tantivy.DocAddress]) -> list[int]:
    return [int(value) for value in searcher.fast_field_values(field, addresses) if value is not None]
