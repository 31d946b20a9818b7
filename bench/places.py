"""How near the place marker comes to hand-labelled posts, and how fast it is. Prints one line of JSON.

    python bench/places.py [--posts FILE]     FILE: lines of JSON with `text`, to time instead of the labelled posts

`in_view` is the half of tests/index/places.tsv that the marker was made with, `held_out` the other; `one_place` is the
share of labelled units that it settles on alone. `posts_per_second` is of one process that has read the posts once,
processor time, best of five; `load_s` and `load_mib` are of the gazetteer.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from index.gazetteer import gazetteer
from index.places import mentions
from tests.index.place_posts import posts, score


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--posts", type=Path)
    asked = parser.parse_args()
    began = time.perf_counter()
    gazetteer()
    load = time.perf_counter() - began
    gazetteer.cache_clear()
    tracemalloc.start()
    gazetteer()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    all_posts = list(posts())
    texts = [post.text for post in all_posts] * 10
    if asked.posts:
        texts = [
            str(json.loads(line)["text"]) for line in asked.posts.read_text("utf-8").splitlines() if line
        ]
    marked = sum(bool(mentions(text)) for text in texts)
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for text in texts:
            mentions(text)
        best = min(best, time.process_time() - began)
    print(
        json.dumps(
            {
                "bench": "places",
                "in_view": score(post for post in all_posts if not post.held_out).row(),
                "held_out": score(post for post in all_posts if post.held_out).row(),
                "posts_timed": len(texts),
                "posts_with_places": marked,
                "code_points": round(sum(map(len, texts)) / len(texts), 1),
                "posts_per_second": round(len(texts) / best),
                "load_s": round(load, 3),
                "load_mib": round(held / 2**20, 1),
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
