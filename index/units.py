"""The provinces and communes of today, for whoever names one of them."""

from __future__ import annotations

from functools import lru_cache

from index.gazetteer import Level, gazetteer
from lachan.domain.alphabet import alphabetical
from lachan.domain.area import Units


@lru_cache(maxsize=1)
def units() -> Units:
    """34 provinces and their communes, each in the order of the alphabet."""
    places = gazetteer().places.values()
    communes: dict[str, list[str]] = {place.key: [] for place in places if place.level is Level.PROVINCE}
    for place in places:
        if place.level is Level.COMMUNE:
            communes[next(key for key in place.within if key in communes)].append(place.key)
    return Units(
        {
            province: tuple(sorted(communes[province], key=alphabetical))
            for province in sorted(communes, key=lambda key: alphabetical(_name(key)))
        }
    )


def _name(province: str) -> str:
    return province.removeprefix("Tỉnh ").removeprefix("Thành phố ")
