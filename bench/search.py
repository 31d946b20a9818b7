"""How fast the index writes and answers, against SQLite FTS5 in the same run. Prints one line of JSON.

    python bench/search.py [--posts 200000]

Posts are word salads of the sample town's texts (8 to 40 words), so that frequencies are those of the language.
Queries go through the port, as the desk's do: parsing, the total, the order by exact spelling and the words to
highlight included; half are typed without accents. FTS5 is given the same texts already folded (it does not fold
`đ`), and its 20 best are asked for (`ORDER BY rank LIMIT 20`). It counts no total meanwhile; `_with_total` adds a
`count(*)`, which is the same answer for the same question.

By the clock and by processor time: `cpu` figures are what the work takes where nobody else uses the machine's
processors; `load` says how many programs wanted them. Each of our queries is asked three times, the median counts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from index import open_index
from index.vietnamese import fold, words
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import Facet, IndexDocument, SearchRequest, TimeStep

QUERIES = 100  # of each kind
KINDS = ("word", "or", "and", "phrase")
START = datetime(2025, 1, 1, tzinfo=UTC)


def town_words() -> list[str]:
    """The words of the sample town, in their order."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in ("text", "title", "body") and isinstance(inner, str):
                    yield inner
                else:
                    yield from texts(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)

    town = files("lachan.app") / "town"
    pages = sorted(
        (page for page in town.iterdir() if page.name.endswith(".json")), key=lambda page: page.name
    )
    return [
        word for page in pages for text in texts(json.loads(page.read_text("utf-8"))) for word in text.split()
    ]


def posts(count: int, dice: random.Random) -> Iterator[IndexDocument]:
    """Synthetic confirmed cases; runs of one to four words stay together, so that phrases occur."""
    source = town_words()
    categories, measures = list(Category), list(Measure)
    for case in range(1, count + 1):
        length, text = dice.randint(8, 40), list[str]()
        while len(text) < length:
            start = dice.randrange(len(source) - 4)
            text += source[start : start + dice.randint(1, 4)]
        yield IndexDocument(
            case=case,
            text=" ".join(text),
            published_at=START + timedelta(minutes=dice.randrange(500_000)),
            categories=(categories[case % len(categories)],),
            source=f"source-{case % 7}",
            source_kind="forum",
            measure=measures[case % len(measures)],
            urgent=case % 50 == 0,
            severity=3,
        )


def questions(dice: random.Random) -> dict[str, list[tuple[str, str]]]:
    """Per kind, (our query, the same for FTS5); half of ours are typed without accents."""
    source = [found[0] for word in town_words() if (found := words(word))]
    asked: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
    for number in range(QUERIES):
        one, other = dice.sample(source, 2)
        start = dice.randrange(len(source) - 1)
        left, right = source[start : start + 2]
        for kind, ours in (
            ("word", one),
            ("or", f"{one} OR {other}"),
            ("and", f"{one} {other}"),
            ("phrase", f'"{left} {right}"'),
        ):
            first, second = (left, right) if kind == "phrase" else (one, other)
            theirs = {
                "word": f'"{fold(first)}"',
                "or": f'"{fold(first)}" OR "{fold(second)}"',
                "and": f'"{fold(first)}" AND "{fold(second)}"',
                "phrase": f'"{fold(first)} {fold(second)}"',
            }[kind]
            plain = ours if number % 2 else " ".join(w if w == "OR" else fold(w) for w in ours.split(" "))
            asked[kind].append((plain, theirs))
    return asked


def timed(ask: Callable[[str], object], queries: list[str], times: int = 3) -> dict[str, float]:
    """Milliseconds: by the clock, and of processor time."""
    clock, processor = [], []
    for query in queries:
        took, took_processor = [], []
        for _ in range(times):
            start, start_processor = time.perf_counter(), time.thread_time()
            ask(query)
            took.append((time.perf_counter() - start) * 1000)
            took_processor.append((time.thread_time() - start_processor) * 1000)
        clock.append(statistics.median(took))
        processor.append(statistics.median(took_processor))
    return {
        f"{name}{share}_ms": quantile(times, share / 100)
        for name, times in (("p", clock), ("cpu_p", processor))
        for share in (50, 95)
    }


def quantile(times: list[float], share: float) -> float:
    return round(sorted(times)[min(int(len(times) * share), len(times) - 1)], 3)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--posts", type=int, default=200_000)
    count: int = options.parse_args().posts
    made = list(posts(count, random.Random(1)))
    result: dict[str, object] = {"bench": "search", "posts": count}
    with tempfile.TemporaryDirectory() as folder:
        index = open_index(f"{folder}/index")
        start, start_thread, start_all = time.perf_counter(), time.thread_time(), time.process_time()
        index.rebuild(made)
        result["index_posts_per_second"] = round(count / (time.perf_counter() - start))
        # reading the words is one thread's work, the engine's writing another's: on two idle cores the slower counts
        ours_took = time.thread_time() - start_thread
        engine_took = time.process_time() - start_all - ours_took
        result["index_posts_per_cpu_second"] = round(count / max(ours_took, engine_took))
        start = time.perf_counter()
        index.apply(made[:500], range(501, 601))
        result["apply_600_ms"] = round((time.perf_counter() - start) * 1000)
        index.apply(made[500:600], [])
        result["index_mib"] = round(
            sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file()) / 2**20, 1
        )

        fts = sqlite3.connect(f"{folder}/fts.sqlite")
        fts.execute("CREATE VIRTUAL TABLE post USING fts5(text, content='', tokenize='unicode61')")
        start = time.perf_counter()
        with fts:
            fts.executemany(
                "INSERT INTO post(rowid, text) VALUES (?, ?)", ((p.case, fold(p.text.lower())) for p in made)
            )
        result["fts5_posts_per_second"] = round(count / (time.perf_counter() - start))

        def ours(query: str) -> int:
            return index.search(SearchRequest(query)).total

        def theirs(query: str) -> object:
            return fts.execute(
                "SELECT rowid FROM post WHERE post MATCH ? ORDER BY rank LIMIT 20", (query,)
            ).fetchall()

        def with_total(query: str) -> object:
            return theirs(query), fts.execute(
                "SELECT count(*) FROM post WHERE post MATCH ?", (query,)
            ).fetchone()

        for kind, pairs in questions(random.Random(2)).items():
            for query, other_query in pairs[:20]:  # warm up
                ours(query)
                theirs(other_query)
            mine = timed(ours, [query for query, _ in pairs])
            others = {"fts5": theirs, "fts5_with_total": with_total}
            result[kind] = dict(mine)
            for name, ask in others.items():
                took = timed(ask, [query for _, query in pairs], times=1)
                result[f"{kind}_{name}"] = took
                result[f"{kind}_faster_than_{name}"] = {
                    each: round(took[each] / mine[each], 1) for each in mine
                }
        weekly = SearchRequest("", limit=0, facets=(Facet.CATEGORY,), step=TimeStep.WEEK)
        result["weekly_histogram_by_category"] = timed(lambda _: index.search(weekly), [""] * 20)
        result["newest_first"] = timed(ours, ["urgent:yes", "category:selfharm", ""] * 20)
        result["wild_card"] = timed(ours, [f"{word[:2]}*" for word in ("đánh", "nhau", "trường")] * 20)
        index.close()
        fts.close()
    result["load"] = os.getloadavg()
    result["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(result))


if __name__ == "__main__":
    main()
