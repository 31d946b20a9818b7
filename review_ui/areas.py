"""An area that somebody chose in a form."""

from __future__ import annotations

from lachan.domain.area import COUNTRY, Area, Units


def chosen_area(units: Units, province: str, commune: str) -> Area:
    """The area of these keys, as far as they are units of today; else the whole country."""
    if province not in units.communes:
        return COUNTRY
    return Area(province, commune if commune in units.communes[province] else "")
