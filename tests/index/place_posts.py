"""The posts of places.tsv with their places, and how near a marker comes to them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.gazetteer import Level, Place
from index.places import Mention, mentions
from index.vietnamese import fold

FILE = Path(__file__).with_name("places.tsv")
_MARK = re.compile(r"\{([^|{}]+)\|([^|{}]+)\}")
_UNIT = re.compile(
    r"^(?:(?:tỉnh|tinh|thành phố|thanh pho|tp|quận|quan|q|huyện đảo|huyện|huyen|h|xã|xa|x|phường|phuong|p|thị trấn"
    r"|thi tran|tt|thị xã|thi xa|tx|đặc khu|t)[. ]+|q(?=\d))",
    re.IGNORECASE,
)
_LEVELS = {
    "p": Level.PROVINCE,
    "f": Level.FORMER_PROVINCE,
    "d": Level.FORMER_DISTRICT,
    "c": Level.COMMUNE,
    "o": Level.FORMER_COMMUNE,
}


@dataclass(frozen=True)
class Label:
    """`text[start:end]` is a place: of this level and name (folded), in this unit; `level` None: it may be several."""

    start: int
    end: int
    level: Level | None
    name: str = ""
    parent: str = ""

    def means(self, place: Place) -> bool:
        parent = place.key.replace(" cũ", "").rsplit(", ", 1)[-1]
        if place.level is Level.FORMER_COMMUNE:
            parent = place.key.split(" cũ, ")[1]
        return (
            place.level is self.level
            and fold(place.name.lower()) == self.name
            and (not self.parent or fold(parent.lower()).endswith(self.parent))
        )


@dataclass(frozen=True)
class Post:
    register: str
    text: str
    labels: tuple[Label, ...]

    @property
    def held_out(self) -> bool:
        """Half of the posts, by their text: looked at by nobody while the marker was made."""
        return zlib.crc32(self.text.encode()) % 2 == 1


def posts() -> Iterator[Post]:
    """Raises ValueError for a line that cannot be read."""
    for line in FILE.read_text("utf-8").splitlines():
        if line and line[0] != "#":
            register, given = line.split("\t")
            yield _post(register, given)


def _post(register: str, given: str) -> Post:
    text, labels, at = "", [], 0
    for match in _MARK.finditer(given):
        text += given[at : match.start()]
        at = match.end()
        shown, (code, _, name) = match[1], match[2].partition("=")
        kind, _, parent = code.partition(":")
        start = len(text)
        text += shown
        if kind == "?":
            labels.append(Label(start, len(text), None))
            continue
        bare = fold((name or _UNIT.sub("", shown, count=1)).lower())
        labels.append(Label(start, len(text), _LEVELS[kind], bare, fold(parent.lower())))
    text += given[at:]
    if "{" in text or "}" in text or "|" in text:
        raise ValueError(f"this line cannot be read: {given}")
    return Post(register, text, tuple(labels))


@dataclass
class Score:
    """Mentions: labelled, told, and right ones (the same stretch, the labelled place among those told). `settled`:
    right ones that tell one place alone where the label has one; `settleable`: such labels."""

    posts: int = 0
    labelled: int = 0
    told: int = 0
    right: int = 0
    settled: int = 0
    settleable: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else 1.0

    def row(self) -> dict[str, float]:
        return {
            "posts": self.posts,
            "mentions": self.labelled,
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "one_place": round(self.settled / self.settleable, 4) if self.settleable else 1.0,
        }


def right(label: Label, mention: Mention) -> bool:
    return (label.start, label.end) == (mention.start, mention.end) and (
        label.level is None or any(label.means(place) for place in mention.places)
    )


def score(these: Iterable[Post]) -> Score:
    total = Score()
    for post in these:
        told = mentions(post.text)
        total.posts += 1
        total.labelled += len(post.labels)
        total.told += len(told)
        for label in post.labels:
            hit = next((mention for mention in told if right(label, mention)), None)
            total.right += hit is not None
            total.settleable += label.level is not None
            total.settled += hit is not None and label.level is not None and not hit.ambiguous
    return total
