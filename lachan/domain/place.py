"""Places as the index knows them: a key is a unit's name, told apart from its namesakes.

    Xã Nghĩa Hưng, Ninh Bình           a commune, ward or special zone of today, in its province
    Huyện Nghĩa Hưng cũ, Nam Định      a district of before 1 July 2025, in the province of that time
    Tỉnh Ninh Bình, Tỉnh Nam Định cũ   a province of today; one that was joined to another

A text is found under what it names and under what that lies in. Keys name places of texts, never of persons.
"""

from __future__ import annotations

from enum import StrEnum


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
