"""`SearchIndex` on Elasticsearch (8 or 9): the same fields, words and trees as Tantivy, on a server.

    name            an alias: what is searched and written
    name-<random>   the index behind it, made from the template `name`; a rebuild makes a new one, fills it and swaps
                    the alias and removes the old one in one step

No text is stored (`_source` is off), only postings and whole values; deleted words leave with the next rebuild. The
analyzer only cuts at spaces: words and folding are ours, so no plugin is needed and both engines find the same.

One publisher at a time is kept by its lease in SQL. A bulk is not all or nothing: what raises may leave a part of it
done, and doing it again completes it.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, Final

from elasticsearch import ApiError, NotFoundError, TransportError
from elasticsearch.helpers import streaming_bulk

from index.asked import SORT_FIELDS, Asked, Cursor, Page, answer, asked, read_cursor
from index.ast import Phrase
from index.counting import Counted, counted, counts
from index.document import FORMAT, NUMBERS, TEXTS, VALUES, to_fields
from index.elastic_query import like, matched, ranked
from index.elastic_server import REBUILD, answering, connect
from index.likeness import candidates, least, telling
from lachan.domain.errors import LachanError, Unavailable
from lachan.pipeline.ports import (
    IndexAnswer,
    IndexDocument,
    IndexHit,
    Reader,
    SearchRequest,
    SortBy,
)

_BULK_ROWS: Final = 1_000
_BULK_BYTES: Final = 8 * 2**20
_BULK_RETRIES: Final = 6  # when the server says 429: it is full, wait 1, 2, 4 ... 30 s
_PAGE: Final = 5_000  # rows read at a time, below `index.max_result_window`
_DEEPEST: Final = 10_000  # `index.max_result_window`: beyond it a cursor leads
_SNAPSHOTS: Final = 64  # points in time that are kept open for whoever pages
_SNAPSHOT: Final = "5m"
_LAST_SHARD_DOC: Final = 2**63 - 1

_SETTINGS: Final[Mapping[str, Any]] = {
    "number_of_shards": 1,  # scores are the same wherever a case lies
    "auto_expand_replicas": "0-1",
}
_MAPPINGS: Final[Mapping[str, Any]] = {
    "_meta": {"format": FORMAT},
    "_source": {"enabled": False},
    "dynamic": "strict",
    "properties": {
        "case": {"type": "long"},
        **{name: {"type": "long"} for name in NUMBERS},
        **{name: {"type": "text", "analyzer": "whitespace"} for name in TEXTS},
        **{name: {"type": "keyword"} for name in VALUES},
    },
}


class ElasticIndex:
    """The index behind the alias `name` at `url`, made at the first write. Safe to share between threads."""

    def __init__(
        self,
        url: str,
        reader: Reader | None = None,
        *,
        api_key: str | None = None,
        authority: str | None = None,
    ) -> None:
        """As `index.elastic_server.connect` has it."""
        self._client, self._name = connect(url, api_key, authority)
        self._reader = reader
        self._lock = Lock()
        self._checked: str | None = None
        self._snapshots: OrderedDict[str, str] = OrderedDict()

    def apply(self, add: Sequence[IndexDocument], remove: Sequence[int]) -> None:
        """Removes, then adds; a case twice in `add` counts once, the last. Durable and visible on return.

        Raises InputError for a document that cannot be indexed, before anything is sent.
        """
        documents = {document.case: to_fields(document) for document in add}
        if not documents and not remove:
            return
        with answering():
            if self._behind() is None:
                self._swap(self._fresh(), None)
            gone = [case for case in dict.fromkeys(remove) if case not in documents]
            self._write(self._name, [*map(_removal, gone), *map(_addition, documents.values())])
            self._client.indices.refresh(index=self._name)

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """A fresh index beside the old, which answers until the swap; returns how many cases it holds.

        A case twice in `documents` counts once, the last. Whatever is raised leaves the old index in use.
        """
        with answering():
            made = self._fresh()
            try:
                cases: set[int] = set()

                def rows() -> Iterator[Mapping[str, Any]]:
                    for document in documents:
                        cases.add(document.case)
                        yield _addition(to_fields(document))

                self._write(made, rows())
                self._client.indices.refresh(index=made)
            except BaseException:
                self._client.indices.delete(index=made, ignore_unavailable=True)
                raise
            self._swap(made, self._alias())
            return len(cases)

    def search(self, request: SearchRequest) -> IndexAnswer:
        """Raises QueryError for a query that cannot be read, InputError for a page that cannot be, LachanError for an
        index that must be rebuilt, Unavailable when the server does not answer."""
        wanted = asked(request, self._reader)
        after = read_cursor(request.cursor, wanted.sort) if request.cursor else None
        with answering():
            if self._behind() is None:
                return IndexAnswer(0, (), by_place=wanted.by_place)
            page, found = self._page(wanted, request, after), self._counted(wanted, request)
        return answer(wanted, page, found)

    def similar(self, text: str, case: int, limit: int) -> tuple[IndexHit, ...]:
        """The same words weigh as in a search; raises as `search` does."""
        words = candidates(text)
        with answering():
            if self._behind() is None or not words:
                return ()
            counted = self._client.search(
                index=self._name,
                size=0,
                track_total_hits=True,
                aggs={"in": {"filters": {"filters": {word: {"term": {"folded": word}} for word in words}}}},
            )
            buckets = counted["aggregations"]["in"]["buckets"]
            frequencies = {word: int(buckets[word]["doc_count"]) for word in words}
            asked_words = telling(frequencies, int(counted["hits"]["total"]["value"]))
            if not asked_words:
                return ()
            query = like([Phrase((word,)) for word in asked_words], least(len(asked_words)), case)
            found = self._client.search(
                index=self._name, query=query, sort=_sort(SortBy.RELEVANCE), size=limit, source=False
            )
        return tuple(IndexHit(int(hit["_id"]), float(hit["sort"][0])) for hit in found["hits"]["hits"])

    def rows(self) -> dict[int, int]:
        """Every case in the index, with its digest, as of one moment."""
        held: dict[int, int] = {}
        with answering():
            if self._behind() is None:
                return held
            moment = self._client.open_point_in_time(index=self._name, keep_alive=_SNAPSHOT)["id"]
            try:
                after: list[Any] | None = None
                while True:
                    found = self._client.search(
                        pit={"id": moment, "keep_alive": _SNAPSHOT},
                        sort=[{"newest": "desc"}, {"_shard_doc": "asc"}],
                        docvalue_fields=[{"field": "digest"}],
                        size=_PAGE,
                        track_total_hits=False,
                        search_after=after,
                    )
                    hits = found["hits"]["hits"]
                    held |= {int(hit["_id"]): int(hit["fields"]["digest"][0]) for hit in hits}
                    if len(hits) < _PAGE:
                        return held
                    after = hits[-1]["sort"]
            finally:
                self._client.close_point_in_time(id=moment)

    def cases(self) -> set[int]:
        """Every case in the index."""
        return set(self.rows())

    def close(self) -> None:
        """Let go of what the server keeps open. The next search goes on."""
        with self._lock:
            open_ones = list(self._snapshots.values())
            self._snapshots.clear()
            self._checked = None
        for moment in open_ones:
            self._forget(moment)

    def _alias(self) -> str | None:
        """The index behind the alias."""
        try:
            return str(next(iter(self._client.indices.get_alias(name=self._name))))
        except NotFoundError:
            return None

    def _behind(self) -> str | None:
        """The same; raises LachanError when it is of another format."""
        name = self._alias()
        if name is None or name == self._checked:
            return name
        mapping = self._client.indices.get_mapping(index=name)[name]["mappings"]
        if mapping.get("_meta", {}).get("format") != FORMAT:
            raise LachanError(REBUILD)
        self._checked = name
        return name

    def _fresh(self) -> str:
        """An empty index under a name of its own."""
        self._client.indices.put_index_template(
            name=self._name,
            index_patterns=[f"{self._name}-*"],
            template={"settings": _SETTINGS, "mappings": _MAPPINGS},
        )
        made = f"{self._name}-{secrets.token_hex(8)}"
        self._client.indices.create(index=made)
        return made

    def _swap(self, made: str, old: str | None) -> None:
        actions: list[Mapping[str, Any]] = [{"add": {"index": made, "alias": self._name}}]
        if old is not None:
            actions.append({"remove_index": {"index": old}})
        self._client.indices.update_aliases(actions=actions)
        for left in self._client.indices.get(index=f"{self._name}-*", ignore_unavailable=True):
            if left != made:  # what a killed rebuild left behind
                self._client.indices.delete(index=left, ignore_unavailable=True)

    def _write(self, index: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Send `rows` bulk by bulk, the next when the last is answered; wait and try again when the server is full."""
        written = streaming_bulk(
            self._client,
            ({**row, "_index": index} for row in rows),
            chunk_size=_BULK_ROWS,
            max_chunk_bytes=_BULK_BYTES,
            max_retries=_BULK_RETRIES,
            initial_backoff=1,
            max_backoff=30,
            raise_on_error=False,
        )
        failed = 0
        for good, item in written:
            if not good and item.get("delete", {}).get("status") != 404:  # gone is gone
                failed += 1
        if failed:
            raise Unavailable(
                f"the search server refused {failed} cases: they are sent again at the next run"
            )

    def _page(self, wanted: Asked, request: SearchRequest, after: Cursor | None) -> Page:
        scored = wanted.sort is SortBy.RELEVANCE
        query = ranked(wanted.node) if scored else matched(wanted.node)
        offset = request.offset if after is None else 0
        size = min(request.limit + 1, _DEEPEST - offset)
        if size < 1:  # beyond what a server reads by offset; a cursor leads there
            count = self._client.count(index=self._name, query=query)["count"]
            return int(count), (), None
        search: dict[str, Any] = {
            "query": query,
            "sort": _sort(wanted.sort),
            "size": size,
            "track_total_hits": True,
            "source": False,
        }
        moment = ""
        if after is not None:
            key = [after.score, after.key] if scored else [after.key]
            search["sort"] = [*search["sort"], {"_shard_doc": "asc"}]
            found, moment = self._in_snapshot(after.snapshot, search_after=[*key, _LAST_SHARD_DOC], **search)
        elif (
            scored and offset == 0
        ):  # scores shift with every case published: the pages after need this moment
            found, moment = self._in_snapshot("", **search)
        else:
            found = self._client.search(index=self._name, from_=offset, **search).body
        hits = found["hits"]["hits"]
        page = hits[: request.limit]
        cursor = None
        if page and len(hits) > len(page):
            last = page[-1]["sort"]
            cursor = Cursor(
                wanted.sort,
                int(last[1] if scored else last[0]),
                float(last[0]) if scored else 0.0,
                snapshot=moment,
            )
        elif moment:
            self._end_snapshot(moment)
        shown = tuple(IndexHit(int(hit["_id"]), float(hit["sort"][0]) if scored else 0.0) for hit in page)
        return int(found["hits"]["total"]["value"]), shown, cursor

    def _in_snapshot(self, name: str, **search: Any) -> tuple[Mapping[str, Any], str]:
        """A search in the point in time called `name`, or in a new one where that is gone; and its name."""
        with self._lock:
            moment = self._snapshots.get(name, "")
        if moment:
            try:
                found = self._client.search(pit={"id": moment, "keep_alive": _SNAPSHOT}, **search)
                return found.body, name
            except NotFoundError:
                pass
        moment = self._client.open_point_in_time(index=self._name, keep_alive=_SNAPSHOT)["id"]
        name, dropped = secrets.token_hex(8), ""
        with self._lock:
            self._snapshots[name] = moment
            if len(self._snapshots) > _SNAPSHOTS:
                _, dropped = self._snapshots.popitem(last=False)
        if dropped:
            self._forget(dropped)
        return self._client.search(pit={"id": moment, "keep_alive": _SNAPSHOT}, **search).body, name

    def _end_snapshot(self, name: str) -> None:
        with self._lock:
            moment = self._snapshots.pop(name, "")
        if moment:
            self._forget(moment)

    def _forget(self, moment: str) -> None:
        try:
            self._client.close_point_in_time(id=moment)
        except (ApiError, TransportError):
            return  # it ends by itself

    def _counted(self, wanted: Asked, request: SearchRequest) -> Counted:
        asked_for = counts(request.facets, wanted.step)
        if not asked_for:
            return counted({}, (), None)
        found = self._client.search(index=self._name, query=matched(wanted.node), size=0, aggs=asked_for)
        return counted(found["aggregations"], request.facets, wanted.step)


def _sort(sort: SortBy) -> list[Mapping[str, Any]]:
    key: list[Mapping[str, Any]] = [{SORT_FIELDS[sort]: "desc"}]
    return [{"_score": "desc"}, *key] if sort is SortBy.RELEVANCE else key


def _addition(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    clean = {
        name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name, value in fields.items()
    }
    return {"_op_type": "index", "_id": str(fields["case"]), "_source": clean}


def _removal(case: int) -> Mapping[str, Any]:
    return {"_op_type": "delete", "_id": str(case)}
