"""Vietnam's administrative units, before and since 1 July 2025, and which name means which.

    gazetteer.tsv (units, made by bench/gazetteer.py) + place_names.tsv (what people call them) -> gazetteer()

Read when first asked for: some 14,000 units, a tenth of a second, about 15 MB.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files
from typing import Final

from index.vietnamese import fold, words

#: How a unit's name begins.
KINDS: Final = (
    "Thành phố",
    "Thị trấn",
    "Thị xã",
    "Đặc khu",
    "Phường",
    "Huyện",
    "Quận",
    "Tỉnh",
    "Xã",
)
_SHORT_KINDS: Final = {"tp": "Thành phố", "tx": "Thị xã", "tt": "Thị trấn"}


class Level(IntEnum):
    """How large a unit is, and whether it is one today; a smaller number is a larger unit."""

    PROVINCE = 0
    FORMER_PROVINCE = 1  # abolished on 1 July 2025
    FORMER_DISTRICT = 2  # all were
    COMMUNE = 3
    FORMER_COMMUNE = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A unit. `key` names it among all ("Xã Nghĩa Hưng, Ninh Bình"); `within` are the keys of what it lies in, today's
    and yesterday's; `found_as`, the keys that a text which names it is found under: today's communes, and what it
    lies in. A commune of before may have gone to several."""

    key: str
    kind: str  # one of `KINDS`
    name: str  # without the kind
    level: Level
    within: tuple[str, ...] = ()
    found_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it may stand in a text: `spelled`, its words in their spelling; `place`, what it means so."""

    spelled: tuple[str, ...]
    kind: str
    place: Place


@dataclass(frozen=True)
class Gazetteer:
    """`names`: folded words, joined by spaces -> all that are called so. `longest`: the first folded word -> the most
    words a name that begins so has; `heads`: the first two; `alone`: names of one word
    that may stand without a unit word. `firsts`: the first words of names that may stand without
    a cue. The sets hold folded names; `place_names.tsv` says what they are."""

    places: Mapping[str, Place]
    names: Mapping[str, tuple[Name, ...]]
    longest: Mapping[str, int]
    heads: frozenset[str]
    alone: frozenset[str]
    firsts: frozenset[str]
    short: Mapping[str, tuple[Place, ...]]
    known: frozenset[str]
    clear: frozenset[str]
    weak: frozenset[str]
    named: frozenset[str]

    def called(self, name: str) -> tuple[Place, ...]:
        """The places that `name` may mean, with or without accents or kind ("huyen nghia hung"); () for none. Keys
        mean their own place alone."""
        if name in self.places:
            return (self.places[name],)
        kind, rest = split_kind(name)
        typed = tuple(map(canonical, words(rest.replace("'", ""))))
        found = {
            each.place.key: each.place
            for each in self.names.get(" ".join(map(fold, typed)), ())
            if (not kind or fold(each.kind.lower()) == fold(kind.lower()))
            and all(one in (other, fold(other)) for one, other in zip(typed, each.spelled, strict=True))
        }
        return tuple(found.values())

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys that texts on what is called `name` are found under: of the largest units so called and what else
        is called so in them; for communes of before, of those of today that they went to."""
        called = self.called(name) or self.short.get(name.lower(), ())
        top = min((place.level for place in called), default=Level.COMMUNE)
        largest = {place.key for place in called if place.level is top}
        keys: dict[str, None] = {}
        for place in called:
            inside = place.level is Level.COMMUNE and top is Level.FORMER_DISTRICT
            if place.key in largest or (inside and not largest.isdisjoint(place.within)):
                if place.level is Level.FORMER_COMMUNE:
                    told = [key for key in place.found_as if self.places[key].level is Level.COMMUNE]
                else:
                    told = [place.key]
                keys.update(dict.fromkeys(told))
        return tuple(keys)


def split_kind(name: str) -> tuple[str, str]:
    """("Xã", "Nghĩa Hưng") of "xã Nghĩa Hưng" or "xa nghia hung"; ("", name) where it begins with no kind."""
    folded = fold(name)
    for kind in KINDS:
        if folded.startswith(fold(kind) + " ") and len(folded) == len(name):
            return kind, name[len(kind) + 1 :].strip()
    short, _, rest = name.partition(" ")
    kind = _SHORT_KINDS.get(short.lower().removesuffix("."), "")
    return (kind, rest.strip()) if kind else ("", name)


_Y: Final = re.compile(r"(?<=[hklmst])[yỳýỷỹỵ]$|(?<=^qu)[yỳýỷỹỵ]$")
_I: Final = dict(zip("yỳýỷỹỵ", "iìíỉĩị", strict=True))
#: Spellings of names from other languages that all stand on signposts.
_SAME: Final = {"đắc": "đắk", "đăk": "đắk", "đak": "đắk", "dak": "dak", "dac": "dak", "lăk": "lắk"}


def canonical(word: str) -> str:
    """One spelling of a word of `index.vietnamese.words`: `mỹ` and `mĩ`, `quy` and `qui`, `đắk` and `đăk` are the
    same."""
    word = _SAME.get(word, word)
    return _Y.sub(lambda match: _I[match.group()], word)


def distinct(names: Iterable[Name]) -> tuple[Place, ...]:
    """What they mean, each once; no commune of before beside the one of today that it went to."""
    places = {name.place.key: name.place for name in names}
    return tuple(
        place
        for place in places.values()
        if place.level is not Level.FORMER_COMMUNE or places.keys().isdisjoint(place.found_as)
    )


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The units and names of this release."""
    places = {place.key: place for place in _units((files("index") / "gazetteer.tsv").read_text("utf-8"))}
    called = defaultdict[str, list[Name]](list)
    for place in places.values():
        _call(called, place.name, place.kind, place)
    short: dict[str, tuple[Place, ...]] = {}
    sets: dict[str, set[str]] = {"k": set(), "c": set(), "w": set(), "n": set()}
    for tag, name, *keys in _rows((files("index") / "place_names.tsv").read_text("utf-8")):
        meant = tuple(places[key] for key in keys)
        if tag == "a":
            kind, rest = split_kind(name)
            for place in meant:
                _call(called, rest, kind or place.kind, place)
        elif tag == "s":
            short[name.lower()] = meant
        else:
            sets[tag].add(_folded(name))
    longest: dict[str, int] = {}
    for name in called:
        first, count = name.partition(" ")[0], name.count(" ") + 1
        longest[first] = max(count, longest.get(first, 0))
    large = {
        name for name, each in called.items() if any(one.place.level <= Level.FORMER_PROVINCE for one in each)
    }
    return Gazetteer(
        places,
        {name: tuple(each) for name, each in called.items()},
        longest,
        frozenset(" ".join(name.split(" ", 2)[:2]) for name in called if " " in name),
        frozenset(
            name
            for name, each in called.items()
            if " " not in name
            and any(one.place.level <= Level.FORMER_DISTRICT and one.spelled[0].isalpha() for one in each)
        ),
        frozenset(name.partition(" ")[0] for name in (*large, *sets["k"], *sets["c"])),
        short,
        *(frozenset(sets[tag]) for tag in "kcwn"),
    )


def _folded(name: str) -> str:
    return " ".join(fold(canonical(word)) for word in words(name))


def _call(called: defaultdict[str, list[Name]], name: str, kind: str, place: Place) -> None:
    spelled = tuple(map(canonical, words(name.replace("'", ""))))  # "M'Drắk" is one word
    called[" ".join(map(fold, spelled))].append(Name(spelled, kind, place))


def _rows(text: str) -> Iterator[list[str]]:
    return (line.split("\t") for line in text.splitlines() if line and line[0] != "#")


def _units(text: str) -> Iterator[Place]:
    """The places of a `gazetteer.tsv`; what a line lies in stands above it."""
    province: list[list[str]] = []
    for row in _rows(text):
        if row[0] == "p" and province:
            yield from _province(province)
            province = []
        province.append(row)
    yield from _province(province)


def _province(rows: Sequence[list[str]]) -> Iterator[Place]:
    kind, name = split_kind(rows[0][1])
    today = Place(rows[0][1], kind, name, Level.PROVINCE, found_as=(rows[0][1],))
    yield today
    communes = [f"{row[1]}, {name}" for row in rows if row[0] == "c"]
    sources: list[dict[str, None]] = [{} for _ in communes]  # what each was, in the order of the table
    former: tuple[str, ...] = ()
    short = district = ""
    within: tuple[str, ...] = ()
    for tag, unit, *to in rows[1:]:
        numbers = [int(number) for each in to for number in each.split(",")]
        for number in numbers:
            sources[number].update(dict.fromkeys((*within, *former) if tag == "w" else former))
        if tag == "f":
            kind, short = split_kind(unit)
            former = () if short == name else (f"{unit} cũ",)
            if former:
                yield Place(
                    former[0], kind, short, Level.FORMER_PROVINCE, (today.key,), (former[0], today.key)
                )
        elif tag == "d":
            kind, district = split_kind(unit)
            within = (f"{unit} cũ, {short}",)
            up = (*former, today.key)
            yield Place(within[0], kind, district, Level.FORMER_DISTRICT, up, (*within, *up))
        elif tag == "w":
            kind, rest = split_kind(unit)
            up = (*within, *former, today.key)
            found = (*(communes[number] for number in numbers), *up)
            yield Place(f"{unit} cũ, {within[0]}", kind, rest, Level.FORMER_COMMUNE, up, found)
    for key, was in zip(communes, sources, strict=True):
        kind, rest = split_kind(key.removesuffix(f", {name}"))
        yield Place(key, kind, rest, Level.COMMUNE, (*was, today.key), (key, *_sole(was), today.key))


def _sole(sources: Iterable[str]) -> tuple[str, ...]:
    """The former province, where a commune of today lies in one alone."""
    provinces = [key for key in sources if key.endswith(" cũ")]
    return tuple(provinces) if len(provinces) == 1 else ()
