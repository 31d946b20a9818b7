"""Contacts of offices: what may be written, who is nearest, who is next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.area import COUNTRY, Area, Units
from lachan.domain.directory import (
    DUE_BEFORE,
    HOTLINE,
    HOTLINE_ID,
    VERIFIED_FOR,
    DirectoryEntry,
    Standing,
    checked,
    nearness,
    next_after,
    offered,
    relied,
)
from lachan.domain.errors import FieldError
from lachan.domain.referral import BARRED, Contact, HarmSource, RecipientKind

NOW = datetime(2026, 11, 22, tzinfo=UTC)
UNITS = Units(
    {
        "Tỉnh Thử": ("Phường Sông, Thử", "Xã Đồi, Thử", "Xã Sông, Thử"),
        "Thành phố Mẫu": ("Xã Đồi, Mẫu",),
    }
)
POLICE = Contact(RecipientKind.COMMUNE_POLICE, "Công an xã Đồi", "Thử", "Xã Đồi", "113")
AREAS = [COUNTRY, Area("Tỉnh Thử"), Area("Tỉnh Thử", "Xã Đồi, Thử"), Area("Thành phố Mẫu", "Xã Đồi, Mẫu")]


def test_a_contact_is_kept_by_the_keys_of_its_units() -> None:
    kept = checked(replace(POLICE, office="  Công an   xã Đồi ", province="THỬ", commune="đồi"), UNITS)
    assert (kept.office, kept.province, kept.commune) == ("Công an xã Đồi", "Tỉnh Thử", "Xã Đồi, Thử")
    assert checked(kept, UNITS) == kept, "twice is once"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", RecipientKind.HOTLINE_111),
        ("office", "Nguyễn Văn Mẫu"),
        ("office", "Cô Lan, Công an xã"),
        ("office", "Trung tâm " + "a" * 120),
        ("office", "Trung tâm\nThử"),
        ("office", ""),
        ("phone", ""),
        ("phone", "12"),
        ("phone", "0900 000 111; 0900 000 112"),
        ("phone", "=1+1"),
        ("phone", "٠٩٠٠"),
        ("phone", "+" + "1" * 16),
        ("email", "a@b.example, c@d.example"),
        ("email", "=a@b.example"),
        ("address", "=HYPERLINK(1)"),
        ("address", "@SUM(1)"),
        ("hours", "-1"),
        ("hours", "+1"),
        ("province", "Hà Tây"),
        ("province", ""),
        ("commune", ""),
        ("commune", "Sông"),
        ("commune", "Xã Khác"),
    ],
)
def test_a_wrong_field_is_named(field: str, value: str) -> None:
    with pytest.raises(FieldError) as caught:
        checked(replace(POLICE, **{field: value}), UNITS)
    assert caught.value.field == field


@given(st.text(max_size=40))
def test_whatever_is_kept_is_safe_in_a_spreadsheet(text: str) -> None:
    for field in ("office", "phone", "email", "address", "hours"):
        try:
            kept = checked(replace(POLICE, **{field: text}), UNITS)
        except FieldError:
            continue
        value = getattr(kept, field)
        assert value.isprintable()
        assert not value.startswith(("=", "-", "@", "\t")) and not (
            value.startswith("+") and field != "phone"
        )


def test_ninety_days() -> None:
    entry = DirectoryEntry(1, POLICE, "a", NOW)
    assert entry.standing(NOW) is Standing.WAITING
    entry = replace(entry, verified_by="b", verified_at=NOW)
    tiny = timedelta(microseconds=1)
    until = NOW + VERIFIED_FOR
    assert entry.verified_until == until
    assert entry.standing(until - DUE_BEFORE - tiny) is Standing.VERIFIED
    assert entry.standing(until - DUE_BEFORE) is Standing.DUE
    assert entry.standing(until - tiny) is Standing.DUE
    assert entry.standing(until) is Standing.STALE
    assert replace(entry, retired_at=NOW).standing(NOW) is Standing.RETIRED
    assert HOTLINE.standing(NOW + timedelta(days=10_000)) is Standing.VERIFIED


def entries() -> st.SearchStrategy[list[DirectoryEntry]]:
    contact = st.builds(
        lambda kind, area: Contact(kind, "Trung tâm", area.province, area.commune, "113"),
        st.sampled_from([kind for kind in RecipientKind if kind is not RecipientKind.HOTLINE_111]),
        st.sampled_from(AREAS),
    )
    ages = st.none() | st.integers(0, 200).map(lambda days: NOW - timedelta(days=days))
    one = st.builds(
        lambda contact, at, gone: DirectoryEntry(
            0, contact, "a", NOW, at and "b", at, retired_at=NOW if gone else None
        ),
        contact, ages, st.booleans(),
    )  # fmt: skip
    return st.lists(one, max_size=8).map(lambda all: [replace(e, id=n) for n, e in enumerate(all, 1)])


@given(entries(), st.sampled_from(HarmSource), st.sampled_from(AREAS))
def test_who_is_offered(found: list[DirectoryEntry], harm: HarmSource, area: Area) -> None:
    shown = offered(found, harm, area, NOW)
    assert HOTLINE in shown
    assert not {entry.contact.kind for entry in shown} & BARRED.get(harm, frozenset())
    assert all(entry.standing(NOW) not in (Standing.WAITING, Standing.RETIRED) for entry in shown)
    firm = [relied(entry, NOW) for entry in shown]
    assert firm == sorted(firm, reverse=True), "stale ones last"
    near = [nearness(entry.contact, area) for entry in shown if relied(entry, NOW)]
    assert near == sorted(near), "nearest first"
    assert set(shown) <= set(offered(found, None, area, NOW))


@given(entries(), st.sampled_from(HarmSource), st.sampled_from(AREAS))
def test_who_is_next(found: list[DirectoryEntry], harm: HarmSource, area: Area) -> None:
    tried = [HOTLINE.used(NOW)]
    names = {entry.id: entry for entry in found}
    while (entry := next_after(found, harm, area, tried, NOW)).id != HOTLINE_ID:
        assert relied(entry, NOW) and entry.contact.kind not in BARRED.get(harm, frozenset())
        assert entry.contact.province in ("", area.province), "never an office of another province"
        assert entry.id not in [used.entry for used in tried] and entry == names[entry.id]
        tried.append(entry.used(NOW))
    assert next_after([], harm, area, [], NOW) is HOTLINE
