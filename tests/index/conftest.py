from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.index.server import server


@pytest.fixture(scope="session")
def search_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an Elasticsearch-protocol server, shared; every index takes a name of its own."""
    with server(tmp_path_factory.mktemp("search-server")) as url:
        yield url
