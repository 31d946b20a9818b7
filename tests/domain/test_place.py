"""The keys of places."""

from __future__ import annotations

import pytest

from index.gazetteer import Level, gazetteer
from lachan.domain.place import PlaceLevel, level_of


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
