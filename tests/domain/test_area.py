"""Names of today's units."""

from __future__ import annotations

from lachan.domain.area import Units

UNITS = Units({"Tỉnh Thử": ("Phường Sông, Thử", "Xã Đồi, Thử", "Xã Sông, Thử"), "Thành phố Mẫu": ()})


def test_a_name_leads_to_one_key_or_to_none() -> None:
    assert UNITS.provinces == ("Tỉnh Thử", "Thành phố Mẫu")
    for name in ("Thử", "tỉnh  thử", "Tỉnh Thử", "Tỉnh Thử"):
        assert UNITS.province(name) == "Tỉnh Thử"
    assert UNITS.province("") is None
    assert UNITS.commune("Đồi", "Tỉnh Thử") == UNITS.commune("Xã Đồi, Thử", "Tỉnh Thử") == "Xã Đồi, Thử"
    assert UNITS.commune("Sông", "Tỉnh Thử") is None, "two are called so"
    assert UNITS.commune("Phường Sông", "Tỉnh Thử") == "Phường Sông, Thử"
    assert UNITS.commune("Xã Đồi", "Thành phố Mẫu") is None
    assert UNITS.commune("Xã Đồi", "Tỉnh Không") is None
