"""The offices of the sample town. All are invented, and so are their province, their communes and numbers: nobody is
ever reached by them. Only 111 and 113 are real, and they are what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from lachan.domain.account import Actor
from lachan.domain.area import Units
from lachan.domain.directory import VERIFIED_FOR
from lachan.domain.referral import Contact, RecipientKind
from lachan.pipeline.directory import Directory
from lachan.pipeline.ports import Database

PROVINCE: Final = "Tỉnh Bến Sông"
_COMMUNES: Final = ("Phường Bến Sông, Bến Sông", "Xã Đồi Chè, Bến Sông", "Xã Gò Mây, Bến Sông")
_PLACES: Final = Units({PROVINCE: _COMMUNES, "Tỉnh Núi Xa": ("Xã Suối Nhỏ, Núi Xa",)})
_WARD, _HILL, _CLOUD = _COMMUNES
_K = RecipientKind

OFFICES: Final[tuple[Contact, ...]] = (
    Contact(
        _K.CHILD_PROTECTION, "Trung tâm Công tác xã hội tỉnh Bến Sông", PROVINCE, "",
        "0900 000 201", "congtacxahoi@bensong.example", "12 đường Bờ Sông (bịa)",
        "7 giờ 30 – 17 giờ; ngoài giờ gọi 111",
    ),
    Contact(
        _K.CHILD_PROTECTION, "Ủy ban nhân dân phường Bến Sông, bộ phận bảo vệ trẻ em", PROVINCE, _WARD,
        "0900 000 202", "", "", "giờ hành chính",
    ),
    Contact(
        _K.CHILD_PROTECTION, "Ủy ban nhân dân xã Gò Mây, bộ phận bảo vệ trẻ em", PROVINCE, _CLOUD,
        "0900 000 203", "", "", "giờ hành chính",
    ),
    Contact(
        _K.SCHOOL, "Trường THCS Gò Mây, tổ tư vấn học đường", PROVINCE, _CLOUD,
        "0900 000 204", "tuvan@gomay.example", "", "7 giờ – 16 giờ 30 các ngày học",
    ),
    Contact(
        _K.COMMUNE_POLICE, "Công an phường Bến Sông", PROVINCE, _WARD, "113", "", "", "cả ngày lẫn đêm",
    ),
    Contact(
        _K.COMMUNE_POLICE, "Công an xã Gò Mây", PROVINCE, _CLOUD, "113", "", "", "cả ngày lẫn đêm",
    ),
    Contact(
        _K.HEALTH, "Trạm y tế xã Gò Mây", PROVINCE, _CLOUD, "0900 000 205", "", "", "giờ hành chính",
    ),
    Contact(
        _K.HEALTH, "Bệnh viện Nhi Bến Sông, phòng công tác xã hội", PROVINCE, "",
        "0900 000 206", "", "", "cả ngày lẫn đêm",
    ),
)  # fmt: skip
#: Written, verified by nobody yet; and one that nobody asked for longer than contacts hold.
WAITING: Final = Contact(
    _K.HEALTH, "Trạm y tế xã Đồi Chè", PROVINCE, _HILL, "0900 000 207", hours="giờ hành chính"
)
STALE: Final = Contact(
    _K.CHILD_PROTECTION, "Ủy ban nhân dân xã Đồi Chè, bộ phận bảo vệ trẻ em", PROVINCE, _HILL, "0900 000 208"
)


def town_units() -> Units:
    """Two provinces that are on no map."""
    return _PLACES


def fill_directory(directory: Directory, database: Database, writer: Actor, other: Actor) -> None:
    """Write the offices down and verify them as two people do; an office that is there already stays as it is."""
    with database.read() as unit:
        known = {entry.contact.office for entry in unit.directory.find()}
    for contact in (*OFFICES, WAITING, STALE):
        if contact.office in known:
            continue
        entry = directory.propose(writer, contact)
        if contact is not WAITING:
            directory.verify(other, entry.id)
        if contact is STALE:
            _age(database, entry.id)


def _age(database: Database, number: int) -> None:
    """Put its verification further back than it holds."""
    with database.write() as unit:
        entry = unit.directory.get(number)
        assert entry.verified_at is not None
        unit.directory.save(replace(entry, verified_at=entry.verified_at - VERIFIED_FOR - timedelta(days=4)))
