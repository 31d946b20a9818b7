"""The units of today, from the gazetteer."""

from __future__ import annotations

from index.units import units


def test_thirty_four_provinces_and_their_communes() -> None:
    found = units()
    assert len(found.provinces) == 34
    assert sum(map(len, found.communes.values())) == 3321
    assert found.province("ninh bình") == "Tỉnh Ninh Bình"
    assert found.province("Hà Tây") is None
    assert found.commune("Nghĩa Hưng", "Tỉnh Ninh Bình") == "Xã Nghĩa Hưng, Ninh Bình"
    assert all(key.endswith(", Ninh Bình") for key in found.communes["Tỉnh Ninh Bình"])
