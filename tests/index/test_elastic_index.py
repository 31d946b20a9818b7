from __future__ import annotations

import random
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elastic_transport import ConnectionError
from elasticsearch import Elasticsearch

from classifiers.normalise import normalise
from index import elastic_index, open_index
from index.document import to_fields
from lachan.domain.errors import LachanError, QueryError, Unavailable
from lachan.pipeline.ports import SearchIndex, SearchRequest
from tests.index.contract import Make, SearchContract
from tests.index.random_queries import random_query
from tests.index.sentences import SENTENCES, document


class TestElasticsearch(SearchContract):
    @pytest.fixture(scope="class")
    def make(self, search_server: str) -> Make:
        return lambda: open_index(f"{search_server}/test-{secrets.token_hex(6)}", normalise)


def _open(server: str, name: str) -> SearchIndex:
    return open_index(f"{server}/{name}", normalise)


def _indices(server: str, name: str) -> list[str]:
    with Elasticsearch(server) as client:
        return sorted(client.indices.get(index=f"{name}-*", ignore_unavailable=True))


def test_a_rebuild_swaps_and_leaves_one_index(search_server: str) -> None:
    name = f"swap-{secrets.token_hex(4)}"
    index = _open(search_server, name)
    index.apply(SENTENCES, [])
    (before,) = _indices(search_server, name)
    with Elasticsearch(search_server) as client:
        client.indices.create(index=f"{name}-left-by-a-kill")
    assert index.rebuild([document(5, "con vịt")]) == 1
    (after,) = _indices(search_server, name)
    assert after != before
    assert _open(search_server, name).cases() == {5}


def test_no_text_is_kept_whole(search_server: str) -> None:
    """The test server keeps it all the same; what we ask for is what counts."""
    name = f"source-{secrets.token_hex(4)}"
    _open(search_server, name).apply(SENTENCES, [])
    (made,) = _indices(search_server, name)
    with Elasticsearch(search_server) as client:
        mappings = client.indices.get_mapping(index=made)[made]["mappings"]
    assert mappings["_source"] == {"enabled": False}
    assert not any(field.get("store") for field in mappings["properties"].values())
    assert set(mappings["properties"]) == set(to_fields(SENTENCES[0]))


def test_another_format_asks_for_a_rebuild(search_server: str) -> None:
    name = f"format-{secrets.token_hex(4)}"
    with Elasticsearch(search_server) as client:
        client.indices.create(index=f"{name}-old", aliases={name: {}}, mappings={"_meta": {"format": 1}})
    index = _open(search_server, name)
    for attempt in (index.cases, lambda: index.search(SearchRequest("gà")), lambda: index.apply([], [1])):
        with pytest.raises(LachanError, match="run: lachan index rebuild"):
            attempt()
    assert index.rebuild(SENTENCES) == len(SENTENCES)
    assert len(index.cases()) == len(SENTENCES)


def test_a_bulk_that_breaks_off_is_completed_by_the_next(
    search_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_index, "_BULK_ROWS", 10)
    index = _open(search_server, f"broken-{secrets.token_hex(4)}")
    index.apply(SENTENCES[:1], [])
    sent = elastic_index.streaming_bulk

    def broken(*arguments: Any, **options: Any) -> Iterator[Any]:
        for number, answer in enumerate(sent(*arguments, **options)):
            yield answer
            if number == 10:
                raise ConnectionError("cut off")

    monkeypatch.setattr(elastic_index, "streaming_bulk", broken)
    with pytest.raises(Unavailable):
        index.apply(SENTENCES, [])
    with pytest.raises(Unavailable):
        index.rebuild(SENTENCES)
    monkeypatch.setattr(elastic_index, "streaming_bulk", sent)
    index.apply(SENTENCES, [])
    assert index.rows() == {each.case: each.digest for each in SENTENCES}


def test_random_queries_find_what_they_find_in_tantivy(search_server: str, tmp_path: Path) -> None:
    engines = [_open(search_server, f"random-{secrets.token_hex(4)}"), open_index(str(tmp_path), normalise)]
    for index in engines:
        index.rebuild(SENTENCES)
    dice, answered = random.Random(7), 0

    def answer(index: SearchIndex, request: SearchRequest) -> object:
        try:
            found = index.search(request)
        except QueryError as error:
            return error.position
        return found.total, {hit.case for hit in found.hits}

    for _ in range(300):
        request = SearchRequest(random_query(dice), limit=50, loose=dice.random() < 0.1)
        one, other = (answer(index, request) for index in engines)
        assert one == other, request
        answered += isinstance(one, tuple)
    assert answered > 100


def test_a_server_that_does_not_answer_is_said_so() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        index = open_index(f"http://127.0.0.1:{nobody.getsockname()[1]}/x")
        with pytest.raises(Unavailable, match="LACHAN_INDEX_URL"):
            index.search(SearchRequest("gà"))
