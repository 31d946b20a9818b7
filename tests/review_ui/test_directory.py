"""The directory at the desk: found by area, written by one person, verified by another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lachan.domain.directory import VERIFIED_FOR
from tests.review_ui.station import Person, Station

OFFICE = {
    "kind": "health",
    "office": "Trạm y tế xã Gò Mây",
    "province": "Tỉnh Bến Sông",
    "commune": "Gò Mây",
    "phone": "0900 000 205",
}


def write(person: Person, **changes: str) -> str:
    answer = person.post("/directory", **{**OFFICE, **changes})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_one_writes_another_verifies(station: Station) -> None:
    admin, guard = station.person("quan-tri"), station.person("bao-ve")
    path = write(admin)
    page = admin.get(path).text
    assert "một người khác phải xác nhận" in page and f"{path}/verify" not in page
    assert admin.post(f"{path}/verify").status_code == 403
    assert "Chờ người khác xác nhận" in guard.get("/directory").text
    assert guard.post(f"{path}/verify").status_code == 303
    page = guard.get(path).text
    assert "Đã xác nhận" in page and "Xác nhận liên hệ còn đúng" in page
    assert station.actions(f"directory:{path.rpartition('/')[2]}") == [
        "directory:verify",
        "directory:propose",
    ]


def test_a_change_waits_beside_what_holds(station: Station) -> None:
    admin, guard = station.person("quan-tri"), station.person("bao-ve")
    path = write(admin)
    guard.post(f"{path}/verify")
    answer = guard.post(f"{path}/change", **{**OFFICE, "phone": "0900 000 299"})
    assert answer.status_code == 303
    page = guard.get(answer.headers["location"]).text
    assert "Nơi cũ vẫn dùng được" in page and "Bạn đã ghi nơi này" in page
    assert guard.post(f"{path}/change", **OFFICE).status_code == 422, "nothing was changed"
    assert admin.post(f"{answer.headers['location']}/verify").status_code == 303
    assert "Thôi dùng" in admin.get(path).text
    listed = admin.get("/directory").text
    assert "0900 000 299" in listed and "0900 000 205" not in listed


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("office", "Nguyễn Thị Mẫu", "không ghi tên người"),
        ("phone", "=CMD()", "số điện thoại"),
        ("phone", "", "số điện thoại hoặc thư điện tử"),
        ("address", "=HYPERLINK()", "công thức"),
        ("province", "Tỉnh Hà Tây", "hiện nay"),
        ("commune", "Xã Không Có", "hiện nay của tỉnh"),
        ("kind", "hotline_111", "111 luôn có"),
        ("kind", "friend", "loại cơ quan"),
    ],
)
def test_a_wrong_field_is_said_and_what_was_typed_stays(
    station: Station, field: str, value: str, said: str
) -> None:
    answer = station.person("quan-tri").post("/directory", **{**OFFICE, field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert field == "office" or 'value="Trạm y tế xã Gò Mây"' in answer.text


def test_filters_and_standings(station: Station) -> None:
    admin, guard = station.person("quan-tri"), station.person("bao-ve")
    near = write(admin)
    write(admin, office="Bệnh viện Núi Xa", province="Tỉnh Núi Xa", commune="")
    guard.post(f"{near}/verify")

    def listed(**query: str) -> set[str]:
        page = guard.get("/directory", **query).text
        return {name for name in ("Trạm y tế xã Gò Mây", "Bệnh viện Núi Xa") if name in page}

    assert listed() == {"Trạm y tế xã Gò Mây", "Bệnh viện Núi Xa"}
    assert listed(province="Tỉnh Núi Xa") == {"Bệnh viện Núi Xa"}
    assert listed(province="Tỉnh Bến Sông", commune="Xã Gò Mây, Bến Sông") == {"Trạm y tế xã Gò Mây"}
    assert listed(kind="school") == set()
    assert listed(standing="waiting") == {"Bệnh viện Núi Xa"}
    assert listed(province="<script>") == {"Trạm y tế xã Gò Mây", "Bệnh viện Núi Xa"}
    station.clock.forward(VERIFIED_FOR - timedelta(days=3))
    station.clients.clear()
    assert "Sắp hết hạn xác nhận</a>: 1" in station.person("quan-tri").get("/oncall").text


def test_retired_at_once_and_111_stays(station: Station) -> None:
    admin = station.person("quan-tri")
    path = write(admin)
    assert admin.post(f"{path}/retire").status_code == 303
    page = admin.get("/directory").text
    assert "Trạm y tế" not in page and "<strong>111</strong>" in page
    assert admin.post(f"{path}/verify").status_code == 403
    for act in ("verify", "retire", "change"):
        assert admin.post(f"/directory/0/{act}", **OFFICE).status_code == 404
    assert admin.get("/directory/0").status_code == 404


def test_who_has_no_business_there_does_not_read_it(station: Station) -> None:
    for name in ("can-bo", "phe-duyet", "phan-tich", "kiem-tra"):
        assert station.person(name).get("/directory").status_code == 403
