"""The keys of places."""

from __future__ import annotations

import pytest

from index.gazetteer import Level, gazetteer
from lachan.domain.place import UNMARKED, PlaceLevel, PlaceMarks, found_under, level_of


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        ((Level.COMMUNE,), PlaceLevel.COMMUNE),
        ((Level.FORMER_DISTRICT,), PlaceLevel.FORMER_DISTRICT),
        ((Level.PROVINCE, Level.FORMER_PROVINCE), PlaceLevel.PROVINCE),
    ],
    ids=["communes", "districts", "provinces"],
)
def test_every_key_tells_its_level(levels: tuple[Level, ...], wanted: PlaceLevel) -> None:
    told = {level_of(place.key) for place in gazetteer().places.values() if place.level in levels}
    assert told == {wanted}


HERE, THERE, FAR = "Xã Đây, Tỉnh", "Xã Kia, Tỉnh", "Xã Xa, Nơi khác"
FOUND_AS = {
    HERE: (HERE, "Tỉnh"),
    THERE: (THERE, "Tỉnh"),
    FAR: (FAR, "Nơi khác"),
}


def found(marks: PlaceMarks, *mentions: tuple[str, ...]) -> tuple[str, ...]:
    return found_under(mentions, marks, lambda unit: FOUND_AS.get(unit, ()))


def test_an_open_mention_counts_for_what_all_it_may_mean_lie_in() -> None:
    assert found(UNMARKED, (HERE,)) == ("Tỉnh", HERE)
    assert found(UNMARKED, (HERE, THERE)) == ("Tỉnh",)
    assert found(UNMARKED, (HERE, THERE, FAR)) == ()
    assert found(UNMARKED) == ()


def test_people_choose_strike_and_add() -> None:
    chosen = UNMARKED.mean(HERE, (HERE, FAR))
    assert found(chosen, (HERE, FAR)) == ("Tỉnh", HERE)
    assert found(chosen.mean(FAR, (HERE, FAR)), (HERE, FAR)) == ("Nơi khác", FAR), "one of a mention"
    struck = UNMARKED.strike((HERE, FAR))
    assert found(struck, (HERE, FAR)) == ()
    assert found(struck, (HERE, FAR), (THERE,)) == ("Tỉnh", THERE), "the other mention stays"
    assert found(struck.mean(FAR), (HERE, FAR)) == ("Nơi khác", FAR), "the last word counts"
    assert found(UNMARKED.mean(FAR), (HERE,)) == ("Nơi khác", "Tỉnh", FAR, HERE)
    assert chosen.strike((HERE,)).forget((HERE,)) == UNMARKED


def test_what_the_gazetteer_lost_is_found_under_nothing() -> None:
    assert found(UNMARKED.mean("Xã không còn"), (HERE,)) == ("Tỉnh", HERE)
    assert found(UNMARKED, ("Xã không còn",)) == ()
