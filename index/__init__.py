"""Search over what people confirmed: the search port's backends. SQL is the truth; all of this can be rebuilt.

    IndexDocument -> document.py -> vietnamese.py (exact and folded words) -> tantivy_index.py -> folder.py
    query text -> query.py -> ast.py -> compile.py -> tantivy_index.py -> IndexAnswer

vietnamese.py     text as words, exact and folded
document.py       what the index holds of a case; its format number
query.py          the query language, with the place of every error
ast.py            what a query means, for any engine
compile.py        the same as a Tantivy query, and the order of hits
folder.py         generations of files, the swap, the writer's lock
tantivy_index.py  the port
"""

from __future__ import annotations

from pathlib import Path

from index.tantivy_index import TantivyIndex
from lachan.pipeline.ports import SearchIndex


def open_index(location: str) -> SearchIndex:
    """The index in the folder `location`; nothing is read or made before it is used."""
    return TantivyIndex(Path(location))


__all__ = ["open_index"]
