"""Search over what people confirmed: the search port's backends. SQL is the truth; all of this can be rebuilt.

    IndexDocument -> document.py -> vietnamese.py (exact and folded words) -> the engine
    query text -> query.py -> ast.py -> compile.py (tantivy_query.py or elastic_query.py) -> the engine -> IndexAnswer

vietnamese.py     text as words, exact and folded
document.py       what the index holds of a case; its format number
query.py          the query language, with the place of every error
gazetteer.py      administrative units, old and new, and what they are called; gazetteer.tsv, place_names.tsv
places.py         which places a text names; place_words.py and place_cues.py are its words and cues
place_book.py     the gazetteer as the publisher and the desk ask it
synonyms.py       what else a word may be called; the table is synonyms.tsv
ast.py            what a query means, for any engine
asked.py          a request as one tree, and where its pages begin
counting.py       what to count; counts by day as days, weeks and months
likeness.py       which words tell that two posts are alike
compile.py        what a query finds, in any engine's language
tantivy_query.py  the language of Tantivy
ranking.py        in what order, and the short way to the first hits
folder.py         generations of files, the swap, the writer's lock
tantivy_index.py  the port, in this process
elastic_query.py  the language of Elasticsearch
elastic_server.py the way to the server
elastic_index.py  the port, on a server
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from index.tantivy_index import TantivyIndex
from lachan.domain.errors import InputError
from lachan.pipeline.ports import Reader, SearchIndex


def open_index(
    location: str,
    reader: Reader | None = None,
    *,
    api_key: str | None = None,
    authority: str | None = None,
) -> SearchIndex:
    """The index at `location`: a folder (Tantivy) or an http(s) URL (Elasticsearch, with its `api_key` and the file of
    its certificate `authority`). Nothing is read or made before it is used.

    `reader` reads queries as the judge reads posts: chat spelling and disguises find what they stand for. Raises
    InputError for a URL that cannot be used.
    """
    if "://" not in location:
        return TantivyIndex(Path(location), reader)
    if find_spec("elasticsearch") is None:
        raise InputError("a search server needs its client: pip install 'lachan[elasticsearch]'")
    from index.elastic_index import ElasticIndex  # here, because the package is optional

    return ElasticIndex(location, reader, api_key=api_key, authority=authority)


__all__ = ["open_index"]
