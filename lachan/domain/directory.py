"""The directory of those who can help: offices by commune and province, checked by two people, for 90 days.

    written -> waiting -> verified by somebody else -> due (the last 14 days) -> stale
    a change is a new entry; the one that it replaces holds until the new one is verified
    111 is no entry: it is always there

An entry is an office, never a private person. Whoever wrote a contact never verifies it, also not later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from lachan.domain.address import one_address
from lachan.domain.alphabet import alphabetical
from lachan.domain.area import Area, Units
from lachan.domain.errors import FieldError, InputError
from lachan.domain.referral import Contact, HarmSource, RecipientKind, UsedContact, recipients_for

VERIFIED_FOR: Final = timedelta(days=90)
DUE_BEFORE: Final = timedelta(days=14)
HOTLINE_ID: Final = 0
SHORTEST_REASON: Final = 20  # letters, for using a contact that nobody verified for 90 days

#: How the name of an office begins, in Vietnamese. A person's name begins with none of these.
OFFICE_WORDS: Final = (
    "ban", "bệnh viện", "bộ phận", "công an", "cơ sở", "cơ quan", "cục", "đoàn", "đội", "đồn",
    "đường dây", "hội", "khoa", "làng", "mái ấm", "ngôi nhà", "phòng", "quỹ", "sở", "tổ", "tổng đài",
    "trạm", "trung tâm", "trường", "ủy ban", "ubnd", "văn phòng", "viện",
)  # fmt: skip
LONGEST: Final[dict[str, int]] = {"office": 120, "phone": 30, "email": 200, "address": 200, "hours": 120}
_PHONE: Final = re.compile(r"\+?[0-9](?:[ .()-]{0,2}[0-9])*\Z")
_DIGITS: Final = (3, 15)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "|")


class Standing(StrEnum):
    """How far a contact can be relied upon."""

    WAITING = "waiting"
    VERIFIED = "verified"
    DUE = "due"
    STALE = "stale"
    RETIRED = "retired"


@dataclass(frozen=True)
class DirectoryEntry:
    """A contact and who stands for it. `replaces`: the entry that ends when this one is verified."""

    id: int
    contact: Contact
    written_by: str
    written_at: datetime
    verified_by: str | None = None
    verified_at: datetime | None = None
    replaces: int | None = None
    retired_at: datetime | None = None

    @property
    def verified_until(self) -> datetime | None:
        return None if self.verified_at is None else self.verified_at + VERIFIED_FOR

    def standing(self, now: datetime) -> Standing:
        if self.id == HOTLINE_ID:
            return Standing.VERIFIED
        if self.retired_at is not None:
            return Standing.RETIRED
        if self.verified_until is None:
            return Standing.WAITING
        if self.verified_until <= now:
            return Standing.STALE
        return Standing.DUE if self.verified_until - now <= DUE_BEFORE else Standing.VERIFIED

    def used(self, now: datetime, reason: str = "") -> UsedContact:
        """What a referral keeps of it."""
        return UsedContact(self.id, self.contact, now, self.verified_at, reason)


#: Tổng đài điện thoại quốc gia bảo vệ trẻ em: by law, free of charge, day and night. Nobody can change or delete it.
HOTLINE: Final = DirectoryEntry(
    HOTLINE_ID,
    Contact(RecipientKind.HOTLINE_111, "Tổng đài quốc gia bảo vệ trẻ em 111", phone="111"),
    written_by="",
    written_at=datetime.fromisoformat("2016-04-05T00:00:00+00:00"),  # Luật Trẻ em
)


def checked(contact: Contact, units: Units) -> Contact:
    """The contact as it is kept: blanks trimmed, units by their keys. Raises FieldError, which names the field."""
    clean = {name: " ".join(part for part in getattr(contact, name).split(" ") if part) for name in LONGEST}
    for name, longest in LONGEST.items():
        value = clean[name]
        if len(value) > longest:
            raise FieldError(name, f"write at most {longest} characters")
        if not value.isprintable():
            raise FieldError(name, "write one line, without control characters")
        if name != "phone" and value.startswith(_FORMULA):
            raise FieldError(
                name, "begin with a letter or a digit: a spreadsheet would read this as a formula"
            )
    if contact.kind is RecipientKind.HOTLINE_111:
        raise FieldError("kind", "111 is always in the directory: choose another kind")
    name = clean["office"].casefold()
    if not any(name.startswith(f"{word} ") for word in OFFICE_WORDS):
        raise FieldError(
            "office", "begin with what the office is (Trung tâm, Công an, Trường …), never a person"
        )
    _check_ways(clean)
    area = _area(contact, units)
    return Contact(contact.kind, province=area.province, commune=area.commune, **clean)


def _check_ways(clean: dict[str, str]) -> None:
    digits = sum(char.isdigit() for char in clean["phone"])
    if clean["phone"] and not (
        _PHONE.match(clean["phone"]) and clean["phone"].isascii() and _DIGITS[0] <= digits <= _DIGITS[1]
    ):
        raise FieldError("phone", f"write one telephone number of {_DIGITS[0]} to {_DIGITS[1]} digits")
    try:
        one_address(clean["email"])
    except InputError as error:
        raise FieldError("email", str(error)) from None
    if not clean["phone"] and not clean["email"]:
        raise FieldError("phone", "give a telephone number or an e-mail address")


def _area(contact: Contact, units: Units) -> Area:
    if not contact.province:
        if contact.commune:
            raise FieldError("province", "name the province of the commune")
        if contact.kind in (RecipientKind.SCHOOL, RecipientKind.COMMUNE_POLICE):
            raise FieldError("province", "a school or police office lies in a province: name it")
        return Area()
    province = units.province(contact.province)
    if province is None:
        raise FieldError("province", "choose one of the provinces of today (since 1 July 2025)")
    if not contact.commune:
        if contact.kind is RecipientKind.COMMUNE_POLICE:
            raise FieldError("commune", "name the commune of its police")
        return Area(province)
    commune = units.commune(contact.commune, province)
    if commune is None:
        raise FieldError("commune", "choose a commune of today in this province, with Xã, Phường or Đặc khu")
    return Area(province, commune)


def nearness(contact: Contact, area: Area) -> int:
    """0 in the commune, 1 for the province, 2 elsewhere in it, 3 for the whole country, 4 somewhere else."""
    if not contact.province:
        return 3
    if not area.province or contact.province != area.province:
        return 4
    if not contact.commune:
        return 1
    return 0 if contact.commune == area.commune else 2


def in_order(entries: Iterable[DirectoryEntry], area: Area, now: datetime) -> list[DirectoryEntry]:
    """The nearest first, what is stale or waits last."""
    kinds = list(RecipientKind)
    return sorted(
        entries,
        key=lambda entry: (
            not relied(entry, now),
            nearness(entry.contact, area),
            kinds.index(entry.contact.kind),
            alphabetical(entry.contact.office),
            entry.id,
        ),
    )


def relied(entry: DirectoryEntry, now: datetime) -> bool:
    """Whether it can be chosen without a word why."""
    return entry.standing(now) in (Standing.VERIFIED, Standing.DUE)


def offered(
    entries: Iterable[DirectoryEntry], harm_source: HarmSource | None, area: Area, now: datetime
) -> list[DirectoryEntry]:
    """What an officer may choose from: 111 and what somebody verified once, nearest first, stale ones last; none of a
    kind that is barred for the source of harm (None: no source chosen yet)."""
    kinds = tuple(RecipientKind) if harm_source is None else recipients_for(harm_source)
    open_to = (Standing.VERIFIED, Standing.DUE, Standing.STALE)
    usable = [
        entry
        for entry in (HOTLINE, *entries)
        if entry.contact.kind in kinds and entry.standing(now) in open_to
    ]
    return in_order(usable, area, now)


def next_after(
    entries: Iterable[DirectoryEntry],
    harm_source: HarmSource,
    area: Area,
    tried: Iterable[UsedContact],
    now: datetime,
) -> DirectoryEntry:
    """Who is proposed where the last one did not accept: the nearest that was not tried and can be relied upon, of
    the area or of the whole country; where there is none, 111 (again). Never nobody."""
    known = {used.entry for used in tried}
    for entry in offered(entries, harm_source, area, now):
        if entry.id not in known and relied(entry, now) and nearness(entry.contact, area) < 4:
            return entry
    return HOTLINE
