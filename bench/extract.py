"""Extraction on hand-labelled pages of many layouts, beside trafilatura alone. One JSON line.

    .venv/bin/python bench/extract.py

One set a folder (tests/crawlers/layouts*), reported apart: `layouts` are the pages the readers were written against;
`layouts_unseen` and those after it were written and labelled before any reader had been tried on them
(docs/contributors.md has the figure of each first reading).

A post counts as found when its own words, and nothing else, are a text of ours (white space aside); author and time
are looked at on the posts that were found. trafilatura gives no posts: a labelled post counts as found where its words
stand in the text, and of that text's words those of no labelled post count as wrong.

`names_taken` is the same pages with every class name and id replaced by a meaningless one, the same throughout a page:
what is left of the readers where no name they know is met. Attributes that say who or when stay as they are.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import trafilatura

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from crawlers.extract import Fetched  # noqa: E402
from crawlers.spiders import READERS  # noqa: E402
from lachan.domain.post import RawPost, SourceKind  # noqa: E402
from lachan.pipeline.ports import PageKind  # noqa: E402

LAYOUTS: Final = ROOT / "tests" / "crawlers" / "layouts"
SETS: Final = sorted(LAYOUTS.parent.glob("layouts*"))  # every set that is labelled, the readers' own first
NOW: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # when the pages were read
_TAG: Final = re.compile(rb"<[a-zA-Z][^<>]*>")
_NAMES: Final = re.compile(rb"""(?<=[\s"'])(class|id)\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+)""", re.IGNORECASE)
_LETTERS: Final = bytes.maketrans(b"0123456789abcdef", b"bcdfghjklmnpqrvw")  # no vowel, no digit: no word


@dataclass(frozen=True)
class Score:
    """Counts of posts: labelled, extracted, both; of those that are both, with the right author and time."""

    labelled: int = 0
    extracted: int = 0
    found: int = 0
    author: int = 0
    time: int = 0

    def plus(self, other: Score) -> Score:
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def figures(self) -> dict[str, float]:
        precision, recall = self.found / max(self.extracted, 1), self.found / max(self.labelled, 1)
        return {
            "precision": round(precision, 3),
            "recall": round(recall, 3),
            "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 3),
            "author": round(self.author / max(self.found, 1), 3),
            "time": round(self.time / max(self.found, 1), 3),
        }


def labels(folder: Path = LAYOUTS) -> dict[str, dict[str, Any]]:
    """Per file: url, kind of source, and the posts as a person reads them (author or time None where none stands)."""
    found: dict[str, dict[str, Any]] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    return found


def read(
    name: str, label: Mapping[str, Any], folder: Path = LAYOUTS, *, names: bool = True
) -> tuple[RawPost, ...]:
    """The posts of a layout's page; without its class names and ids if `names` is false."""
    page = (folder / name).read_bytes()
    fetched = Fetched(label["url"], page if names else without_names(page, name), NOW, "text/html")
    return READERS[SourceKind(label["kind"])](fetched, PageKind.THREAD).posts


def without_names(page: bytes, key: str) -> bytes:
    """`page` with each class name and id replaced by one that means nothing; the same for the same, by `key`."""

    def meaningless(match: re.Match[bytes]) -> bytes:
        given = match[2].strip(b"\"'").split()
        digests = (blake2b(one, digest_size=5, key=key.encode()[:64]).hexdigest() for one in given)
        return match[1] + b'="' + b" ".join(one.encode().translate(_LETTERS) for one in digests) + b'"'

    return _TAG.sub(lambda tag: _NAMES.sub(meaningless, tag[0]), page)


def score(name: str, label: Mapping[str, Any], folder: Path = LAYOUTS, *, names: bool = True) -> Score:
    """How the reader does on one page; without its class names and ids if `names` is false."""
    posts = {_flat(post.text): post for post in read(name, label, folder, names=names)}
    found = author = time = 0
    for row in label["posts"]:
        post = posts.get(_flat(row["text"]))
        if post is None:
            continue
        found += 1
        author += post.author == row["author"]
        time += post.published_at == (datetime.fromisoformat(row["time"]) if row["time"] else None)
    return Score(len(label["posts"]), len(posts), found, author, time)


def alone(name: str, label: Mapping[str, Any], folder: Path = LAYOUTS) -> tuple[int, int, int, int]:
    """trafilatura: (posts labelled, posts found, words extracted, words of labelled posts among them)."""
    html = (folder / name).read_bytes()
    text = _flat(trafilatura.extract(html, include_comments=True, favor_recall=True) or "")
    found, right = 0, 0
    for row in label["posts"]:
        if (own := _flat(row["text"])) in text:
            found, right = found + 1, right + len(own.split())
    return len(label["posts"]), found, len(text.split()), right


def _flat(text: str) -> str:
    return " ".join(text.split())


def _both(folder: Path) -> dict[str, Any]:
    """One set's figures: all of it, then each page's, and trafilatura's beside them."""
    total, taken, by_layout = Score(), Score(), {}
    took: list[float] = []
    plain = [0, 0, 0, 0]
    for name, label in labels(folder).items():
        began = time.process_time()
        one = score(name, label, folder)
        took.append(time.process_time() - began)
        other = alone(name, label, folder)
        bare = score(name, label, folder, names=False)
        total, taken = total.plus(one), taken.plus(bare)
        by_layout[name] = {
            **one.figures(),
            "names_taken_f1": bare.figures()["f1"],
            "trafilatura": _plain(other),
        }
        plain = [a + b for a, b in zip(plain, other, strict=True)]
    return {
        "layouts": len(by_layout),
        "posts": total.labelled,
        **total.figures(),
        "ms_per_page": round(1000 * statistics.median(took), 1),  # of a processor, the middle page's
        "names_taken": taken.figures(),
        "by_layout": by_layout,
        "trafilatura": _plain(plain),
    }


def _plain(counts: Sequence[int]) -> dict[str, float]:
    labelled, found, words, right = counts
    return {"recall": round(found / labelled, 3), "precision_words": round(right / max(words, 1), 3)}


def main() -> None:
    print(json.dumps({"bench": "extract", **{folder.name: _both(folder) for folder in SETS}}))


if __name__ == "__main__":
    main()
