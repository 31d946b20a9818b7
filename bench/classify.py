"""How fast the judge reads a stream that is 95 % harmless, against a torch model of PhoBERT-base's size in the same
run, and how much memory it takes. Prints one line of JSON.

    python bench/classify.py [--posts 20000] [--rival-posts 200] [--harmless FILE] [--million]

The stream is drawn from the shipped labelled posts, or its harmless part from FILE (a text a line: real comments are
easier than the shipped hard ones). The rival has 12 layers of 768 and 64,001 pieces, random weights (speed does not
depend on them), one piece a word, batches of 32 of like length. Both work on one thread, and take turns; their ratio
is one of processor time, so that other programs on the machine change it little. The judge's memory is that of a
process of its own. `--million`: a million posts through that process, memory at the start and
the end. The rival needs torch (dev or `train` extra).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from classifiers import default_folder, labelled, load_judge
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import JudgeInput

HARMFUL = 0.05
BATCH = 256
TURNS = 4
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident() -> float:
    """MiB of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 2**20


def stream(count: int, harmless: Path | None) -> Iterator[str]:
    """Texts drawn with replacement, each made its own by a number at its end: no cache may help."""
    rows = labelled.read(sorted((default_folder().parent / "data").glob("train-*.jsonl")))
    flagged = [row.text for row in rows if row.route is not Route.NONE]
    rest = [row.text for row in rows if row.route is Route.NONE]
    if harmless is not None:
        rest = [line for line in harmless.read_text("utf-8", "replace").splitlines() if line.strip()]
    draw = random.Random(0)
    for at in range(count):
        yield f"{draw.choice(flagged if draw.random() < HARMFUL else rest)} {at}"


def judged(posts: Iterator[str]) -> dict[str, float]:
    """The child process: everything through the judge in batches."""
    judge = load_judge()
    judge.assess(
        [JudgeInput("hs lop 9 nao can pod thi nhan anh")]
    )  # tables are read once; the rival is warm too
    began, worked, first, flagged, done = time.perf_counter(), time.process_time(), 0.0, 0, 0
    batch: list[JudgeInput] = []

    def through() -> None:
        nonlocal flagged, done, first
        flagged += sum(said.route is not Route.NONE for said in judge.assess(batch))
        done += len(batch)
        batch.clear()
        if not first and done >= 40 * BATCH:
            first = resident()  # caches are filled by now

    for text in posts:
        batch.append(JudgeInput(text))
        if len(batch) == BATCH:
            through()
    if batch:
        through()
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    return {
        "posts": done,
        "processor_seconds": round(worked, 3),
        "posts_per_second": round(done / seconds, 1),
        "flagged": flagged,
        "resident_mib_early": round(first or resident()),
        "resident_mib_end": round(resident()),
    }


def child(count: int, harmless: Path | None) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", "--posts", str(count)]
    command += ["--harmless", str(harmless)] if harmless is not None else []
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def rival() -> Callable[[Sequence[str]], float]:
    """Seconds of processor time for texts through a PhoBERT-base-sized network."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    torch.set_num_threads(1)  # as the judge
    words = nn.Embedding(64_001, 768)
    places = nn.Embedding(258, 768)
    layer = nn.TransformerEncoderLayer(768, 12, 3072, activation="gelu", batch_first=True)
    body = nn.TransformerEncoder(layer, 12, enable_nested_tensor=False).eval()
    head = nn.Linear(768, 3)

    def run(texts: Sequence[str]) -> float:
        lengths = sorted(min(256, len(text.split()) + 2) for text in texts)
        began = time.process_time()
        with torch.inference_mode():
            for first in range(0, len(lengths), 32):
                part = lengths[first : first + 32]
                ids = torch.randint(0, 64_001, (len(part), max(part)))
                padding = torch.arange(max(part))[None] >= torch.tensor(part)[:, None]
                states = words(ids) + places(torch.arange(max(part)))[None]
                head(body(states, src_key_padding_mask=padding)[:, 0])
        return time.process_time() - began

    return run


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--rival-posts", type=int, default=200)
    parser.add_argument("--harmless", type=Path)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(judged(stream(given.posts, given.harmless))))
        return
    figures: dict[str, object] = {"bench": "classify", "harmless": "given" if given.harmless else "shipped"}
    try:
        run = rival()
        run(["làm nóng"] * 8)
    except ImportError:
        run = None
        figures["rival"] = "torch is not installed"
    texts = list(stream(given.rival_posts, given.harmless))
    rival_seconds, turns = 0.0, []
    for turn in range(TURNS):
        turns.append(child(given.posts // TURNS, given.harmless))
        if run is not None:
            rival_seconds += run(texts[turn::TURNS])
    posts = int(sum(each["posts"] for each in turns))
    ours = posts / sum(each["processor_seconds"] for each in turns)
    figures |= {
        "posts": posts,
        "posts_per_processor_second": round(ours, 1),
        "flagged": int(sum(each["flagged"] for each in turns)),
        "resident_mib": max(each["resident_mib_end"] for each in turns),
    }
    if run is not None:
        theirs = len(texts) / rival_seconds
        figures |= {"rival_per_processor_second": round(theirs, 2), "ratio": round(ours / theirs, 1)}
    if given.million:
        figures["million"] = child(1_000_000, given.harmless)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
