"""Extraction on hand-labelled pages of many layouts, beside trafilatura alone. One JSON line.

    .venv/bin/python bench/extract.py

A post counts as found when its own words, and nothing else, are a text of ours (white space aside); author and time
are looked at on the posts that were found. trafilatura gives no posts: a labelled post counts as found where its words
stand in the text, and of that text's words those of no labelled post count as wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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
NOW: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # when the pages were read


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


def labels() -> dict[str, dict[str, Any]]:
    """Per file: url, kind of source, and the posts as a person reads them."""
    found: dict[str, dict[str, Any]] = json.loads((LAYOUTS / "labels.json").read_text(encoding="utf-8"))
    return found


def read(name: str, label: Mapping[str, Any]) -> tuple[RawPost, ...]:
    """The posts of a layout's page."""
    fetched = Fetched(label["url"], (LAYOUTS / name).read_bytes(), NOW, "text/html")
    return READERS[SourceKind(label["kind"])](fetched, PageKind.THREAD).posts


def score(name: str, label: Mapping[str, Any]) -> Score:
    """How the reader does on one page."""
    posts = {_flat(post.text): post for post in read(name, label)}
    found = author = time = 0
    for row in label["posts"]:
        post = posts.get(_flat(row["text"]))
        if post is None:
            continue
        found += 1
        author += post.author == row["author"]
        time += post.published_at == datetime.fromisoformat(row["time"])
    return Score(len(label["posts"]), len(posts), found, author, time)


def alone(name: str, label: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """trafilatura: (posts labelled, posts found, words extracted, words of labelled posts among them)."""
    html = (LAYOUTS / name).read_bytes()
    text = _flat(trafilatura.extract(html, include_comments=True, favor_recall=True) or "")
    found, right = 0, 0
    for row in label["posts"]:
        if (own := _flat(row["text"])) in text:
            found, right = found + 1, right + len(own.split())
    return len(label["posts"]), found, len(text.split()), right


def _flat(text: str) -> str:
    return " ".join(text.split())


def main() -> None:
    total, by_layout = Score(), {}
    plain = [0, 0, 0, 0]
    for name, label in labels().items():
        one = score(name, label)
        total = total.plus(one)
        by_layout[name] = one.figures()["f1"]
        plain = [a + b for a, b in zip(plain, alone(name, label), strict=True)]
    print(
        json.dumps(
            {
                "bench": "extract",
                "layouts": len(by_layout),
                "posts": total.labelled,
                **total.figures(),
                "by_layout": by_layout,
                "trafilatura": {
                    "recall": round(plain[1] / plain[0], 3),
                    "precision_words": round(plain[3] / max(plain[2], 1), 3),
                },
            }
        )
    )


if __name__ == "__main__":
    main()
