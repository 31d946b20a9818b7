"""The way to an Elasticsearch server: its address, its client, and its errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import BulkIndexError

from lachan.domain.errors import InputError, LachanError, Unavailable

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_SECONDS: Final = 30  # for one request; a bulk takes far less

REBUILD: Final = "the search index is of another version or damaged; run: lachan index rebuild"
_DOWN: Final = (
    "the search server cannot be reached or refuses: look at LACHAN_INDEX_URL, its key and the server"
)


def connect(url: str, api_key: str | None, authority: str | None) -> tuple[Elasticsearch, str]:
    """A client, and the name of the index there; nothing is sent yet.

    `url` is https://host:port/name; plain http only on this machine. A host may stand for several addresses: they are
    tried one after the other. `authority`: a file of certificates that the server's is checked against, else those of
    the system. Raises InputError for a URL that cannot be used.
    """
    parts = urlsplit(url)
    name = parts.path.strip("/") or "lachan"
    if parts.username or parts.password or parts.query or "/" in name or name != name.lower():
        raise InputError(
            "LACHAN_INDEX_URL reads https://host:9200/name; the key goes to LACHAN_INDEX_API_KEY"
        )
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise InputError("a search server on another machine is reached by https alone")
    port = parts.port or (443 if parts.scheme == "https" else 9200)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    checked: dict[str, Any] = {"ca_certs": authority} if authority else {}
    client = Elasticsearch(
        f"{parts.scheme}://{host}:{port}",
        api_key=api_key,
        request_timeout=_SECONDS,
        retry_on_timeout=True,
        max_retries=3,
        **checked,
    )
    return client, name


@contextmanager
def answering() -> Iterator[None]:
    """The client's errors become LachanError for an index that is not there, Unavailable for all else."""
    try:
        yield
    except NotFoundError as error:
        raise LachanError(REBUILD) from error
    except (ApiError, TransportError, BulkIndexError) as error:
        raise Unavailable(_DOWN) from error
