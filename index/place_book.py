"""The gazetteer as the desk and the publisher ask it: what a text names, and what a unit is called and found under."""

from __future__ import annotations

from collections.abc import Iterator

from index.gazetteer import gazetteer
from index.place_words import Word, joined, read
from index.places import LONGEST, mentions, spelled_so
from lachan.domain.place import PlaceMention


class GazetteerBook:
    """PlaceBook over the units of this release."""

    def mentions(self, text: str) -> tuple[PlaceMention, ...]:
        return tuple(
            PlaceMention(text[each.start : each.end], tuple(place.key for place in each.places))
            for each in mentions(text)
        )

    def found_as(self, unit: str) -> tuple[str, ...]:
        place = gazetteer().places.get(unit)
        return place.found_as if place else ()

    def called(self, name: str) -> tuple[str, ...]:
        known = gazetteer()
        places = known.called(name) or known.short.get(name.lower(), ())
        return tuple(place.key for place in sorted(places, key=lambda place: place.level))

    def standing(self, text: str) -> frozenset[str]:
        text = text[:LONGEST]
        rewritten = joined(text)
        return frozenset(_standing(read(rewritten[0] if rewritten else text)[0]))


def _standing(found: list[Word]) -> Iterator[str]:
    """Wherever the words of a name stand side by side, whatever they mean there."""
    known = gazetteer()
    for at, word in enumerate(found):
        yield from (place.key for place in known.short.get(word.lower, ()))
        for end in range(at + 1, min(at + known.longest.get(word.folded, 0), len(found)) + 1):
            run = found[at:end]
            for name in known.names.get(" ".join(each.folded for each in run), ()):
                if spelled_so(run, name):
                    yield name.place.key
