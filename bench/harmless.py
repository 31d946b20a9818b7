"""How much real harmless text the shipped judge flags. One JSON line; `--show` prints what it flagged, to mend it.

    python bench/harmless.py FILE... [--posts 6000] [--news 2000] [--show] [--model FOLDER]

FILE: .csv with a column `free_text` or `text` (rows whose `label_id` is not 0 are left out), .json with a list of
objects that have a `sentence`, .txt or .txt.xz with one paragraph a line, of which those that mention children or
crimes are taken. Of each as many as asked, drawn by a hash of the text, so that two runs read the same. For measuring
only: nothing is kept, nothing is learnt.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import heapq
import json
import lzma
import re
import time
from collections.abc import Iterator
from pathlib import Path

from classifiers import default_folder, load_judge
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import JudgeInput

MENTIONS = re.compile(
    r"trẻ em|học sinh|thiếu niên|bé (?:gái|trai)|cháu bé|nữ sinh|nam sinh|ma túy|đánh nhau|bạo hành|xâm hại|"
    r"đua xe|lừa đảo|mua bán người|tự tử",
    re.IGNORECASE,
)
SHORTEST = 20  # characters of a news paragraph: under that it is a headline's rest


def texts(path: Path) -> Iterator[str]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("label_id", "0") == "0":
                    yield row.get("free_text") or row.get("text") or ""
    elif path.suffix == ".json":
        yield from (row["sentence"] for row in json.loads(path.read_text("utf-8")))
    else:
        with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
            yield from (line.strip() for line in lines if len(line) > SHORTEST and MENTIONS.search(line))


def drawn(path: Path, count: int) -> list[str]:
    """`count` different texts with the lowest hashes."""
    return heapq.nsmallest(
        count,
        {text for text in texts(path) if text.strip()},
        key=lambda text: hashlib.md5(text.encode()).digest(),
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("files", nargs="+", type=Path)
    options.add_argument("--posts", type=int, default=6_000, help="of each file of posts")
    options.add_argument("--news", type=int, default=2_000, help="of each file of paragraphs")
    options.add_argument("--show", action="store_true")
    options.add_argument("--model", type=Path, default=default_folder())
    given = options.parse_args()
    judge = load_judge(given.model)
    result: dict[str, object] = {"model": judge.name}
    read = flagged = 0
    began = time.process_time()
    for path in given.files:
        chosen = drawn(path, given.posts if path.suffix in (".csv", ".json") else given.news)
        outcomes = judge.outcomes([JudgeInput(text) for text in chosen])
        found = [
            (text, one) for text, one in zip(chosen, outcomes, strict=True) if one.route is not Route.NONE
        ]
        result[f"{path.parent.name}/{path.name}"] = {"read": len(chosen), "flagged": len(found)}
        read, flagged = read + len(chosen), flagged + len(found)
        if given.show:
            for text, one in found:
                print(one.route.value, *(str(label.category) for label in one.labels), "|", text)
    result |= {"read": read, "flagged": flagged, "share": round(flagged / read, 6)}
    print(json.dumps(result | {"cpu_s": round(time.process_time() - began, 1)}, ensure_ascii=False))


if __name__ == "__main__":
    main()
