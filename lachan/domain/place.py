"""Places as the index knows them: a key is a unit's name, told apart from its namesakes.

    Xã Nghĩa Hưng, Ninh Bình           a commune, ward or special zone of today, in its province
    Huyện Nghĩa Hưng cũ, Nam Định      a district of before 1 July 2025, in the province of that time
    Tỉnh Ninh Bình, Tỉnh Nam Định cũ   a province of today; one that was joined to another

A text is found under what it names and under what that lies in. Keys name places of texts, never of persons. What a
machine finds people may correct: the correction is kept with the text, and says what it names, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class PlaceLevel(StrEnum):
    """How large a place is."""

    COMMUNE = "commune"
    FORMER_DISTRICT = "former_district"
    PROVINCE = "province"  # former ones, too


def level_of(key: str) -> PlaceLevel:
    """Of which level the place of this key is."""
    if " cũ, " in key:
        return PlaceLevel.FORMER_DISTRICT
    return PlaceLevel.PROVINCE if key.startswith(("Tỉnh ", "Thành phố ")) else PlaceLevel.COMMUNE


@dataclass(frozen=True)
class PlaceMention:
    """`words` of a text name one of `units`, by their keys: several where it does not say which."""

    words: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class PlaceMarks:
    """What people said of the places of one text, by the keys of units: it means these, it does not mean those."""

    meant: frozenset[str] = frozenset()
    struck: frozenset[str] = frozenset()

    def left(self, units: Sequence[str]) -> tuple[str, ...]:
        """Of what a mention may mean: what people chose, else what they did not strike."""
        chosen = tuple(unit for unit in units if unit in self.meant)
        return chosen or tuple(unit for unit in units if unit not in self.struck)

    def mean(self, unit: str, units: Iterable[str] = ()) -> PlaceMarks:
        """The text means `unit`; of the other `units` of the same mention what it seems to."""
        return PlaceMarks((self.meant - frozenset(units)) | {unit}, self.struck - {unit})

    def strike(self, units: Iterable[str]) -> PlaceMarks:
        """The text means none of `units`."""
        return PlaceMarks(self.meant - frozenset(units), self.struck | frozenset(units))

    def forget(self, units: Iterable[str]) -> PlaceMarks:
        """Nobody said anything of `units`."""
        return PlaceMarks(self.meant - frozenset(units), self.struck - frozenset(units))


UNMARKED: Final = PlaceMarks()


def found_under(
    mentions: Iterable[Sequence[str]], marks: PlaceMarks, found_as: Callable[[str], Sequence[str]]
) -> tuple[str, ...]:
    """The keys, sorted, that a text is found under: those of the units that people say it means, and for each of
    `mentions` (the units it may mean) what all that is left of it lie in. `found_as`: the keys that a text which names
    this unit is found under; () for a unit that the gazetteer no longer has."""
    keys = {key for unit in marks.meant for key in found_as(unit)}
    for units in mentions:
        first, *others = [frozenset(found_as(unit)) for unit in marks.left(units)] or [frozenset()]
        keys |= first.intersection(*others)
    return tuple(sorted(keys))
