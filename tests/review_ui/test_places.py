"""The places of a confirmed case, corrected on its page."""

from __future__ import annotations

import re
from html import unescape

from lachan.domain.case import Case
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import Category, Context
from tests.review_ui.station import NECESSITY, Station

POST = "bán pod cho học sinh lớp 8 ở phường Trần Phú và xã Nghĩa Hưng, Ninh Bình, qua cầu hòa bình, hỏi 0900 000 123"
HUNG, TRAN_PHU = "Xã Nghĩa Hưng, Ninh Bình", "Phường Trần Phú cũ, Quận Hoàng Mai cũ, Hà Nội"
HOA_BINH = "Tỉnh Hòa Bình cũ"


def confirmed(station: Station, text: str = POST, *categories: Category) -> Case:
    case = station.case(text, *categories)
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    fields = {"measure": Measure.PUBLIC_ADVISORY.value, "reason": NECESSITY}
    basis = re.findall(
        r'name="basis\.public_advisory" value="([^"]+)" checked', officer.get(f"/cases/{case.id}").text
    )
    answer = officer.post(
        f"/cases/{case.id}/decide", **fields, recipient="Nhà trường", **{"basis.public_advisory": basis}
    )
    assert answer.status_code == 303, answer.text
    return station.now(case)


def card(station: Station, case: Case, name: str = "can-bo", **query: str) -> str:
    """The card of places; "" where there is none."""
    page = unescape(station.person(name).get(f"/cases/{case.id}", **query).text)
    _, _, rest = page.partition('<section class="card" id="places"')
    return rest.partition("</section>")[0]


def units(shown: str, words: str) -> list[str]:
    """The hidden fields of the form that shows these words."""
    form = next(form for form in shown.split("<form ") if f"<q>{words}</q>" in form)
    return re.findall(r'name="units" value="([^"]+)"', form)


def test_an_officer_corrects_places_and_search_follows(station: Station) -> None:
    case, officer = confirmed(station), station.person("can-bo")
    path = f"/cases/{case.id}/places"
    shown = card(station, case)
    assert "xã Nghĩa Hưng" in shown and HUNG in shown and "chưa rõ là nơi nào trong" in shown
    assert "0900" not in shown
    open_ones = units(shown, "phường Trần Phú")
    assert TRAN_PHU in open_ones
    answer = officer.post(path, act="choose", units=open_ones, unit=TRAN_PHU)
    assert answer.headers["location"] == f"/cases/{case.id}?done=placed&case={case.id}#places"
    assert "đã sửa địa danh" in officer.get(answer.headers["location"]).text
    officer.post(path, act="strike", units=[HUNG])
    assert "bài không nêu tên" not in (found := card(station, case, place="hoa binh")) and HOA_BINH in found
    officer.post(path, act="add", unit=HOA_BINH)
    shown = card(station, case)
    assert "cán bộ đã chọn" in shown and "đã bỏ" in shown and "cán bộ đã thêm" in shown
    station.desk.publisher.drain()
    told = station.index.documents[case.id].places
    assert HOA_BINH in told and "Quận Hoàng Mai cũ, Hà Nội" in told and HUNG not in told
    assert "Sửa địa danh trong bài" in officer.get(f"/cases/{case.id}").text
    for fields in (open_ones, [HUNG], [HOA_BINH]):
        officer.post(path, act="forget", units=fields)
    assert "cán bộ đã" not in card(station, case)
    station.desk.publisher.drain()
    assert HUNG in station.index.documents[case.id].places


def test_what_the_post_does_not_name_is_refused_in_words(station: Station) -> None:
    case, officer = confirmed(station), station.person("can-bo")
    path = f"/cases/{case.id}/places"
    assert "bài không nêu tên này" in card(station, case, place="Sơn La")
    assert "Không có đơn vị hành chính nào tên như vậy." in card(station, case, place="nhà bạn Lan")
    for fields, status, said in (
        ({"act": "add", "unit": "Tỉnh Sơn La"}, 403, "Bài không nêu tên nơi này."),
        ({"act": "add", "unit": "nhà bạn Lan, ngõ 5"}, 403, "Bài không nêu tên nơi này."),
        ({"act": "strike", "units": "Tỉnh Sơn La"}, 409, "Bài không (còn) nêu nơi này."),
        ({"act": "choose", "units": HUNG, "unit": "Tỉnh Sơn La"}, 422, "Hãy chọn một trong những nơi"),
        ({"act": "write", "unit": "Tỉnh Sơn La"}, 422, "Hãy chọn một trong những nơi"),
        ({}, 422, "Hãy chọn một trong những nơi"),
    ):
        answer = officer.post(path, **fields)
        assert answer.status_code == status and said in answer.text, fields
    assert "case:places" not in station.actions(f"case:{case.id}")


def test_there_is_no_card_but_for_who_decides_confirmed_cases(station: Station) -> None:
    waiting = station.case(POST)
    assert card(station, waiting) == ""
    hidden = station.case("nói chuyện ở xã Nghĩa Hưng, Ninh Bình", Category.GROOMING_SOLICITATION)
    assert card(station, hidden) == ""
    case = confirmed(station)
    assert card(station, case) and card(station, case, "phe-duyet") == ""
    child = station.case("em ở xã Nghĩa Hưng, Ninh Bình, cần giúp", context=Context.VICTIM)
    assert card(station, child, "bao-ve") == ""
    for name, of, status in (("can-bo", waiting, 403), ("phe-duyet", case, 403), ("phan-tich", case, 403),
                             ("bao-ve", child, 403), ("can-bo", child, 403)):  # fmt: skip
        answer = station.person(name).post(f"/cases/{of.id}/places", act="strike", units=HUNG)
        assert answer.status_code == status, (name, of.id)


def test_an_approver_reads_that_somebody_corrected(station: Station) -> None:
    case = confirmed(station)
    assert "Địa danh máy tìm thấy trong bài:" in station.person("phe-duyet").get(f"/cases/{case.id}").text
    station.person("can-bo").post(f"/cases/{case.id}/places", act="strike", units=[HUNG])
    page = station.person("phe-duyet").get(f"/cases/{case.id}").text
    assert "Địa danh trong bài, cán bộ đã sửa:" in page and HUNG not in page


def test_it_is_said_in_english_too(station: Station) -> None:
    case = confirmed(station)
    officer = station.person("can-bo")
    officer.client.cookies.set("lachan-language", "en")
    page = officer.get(f"/cases/{case.id}", place="Sơn La").text
    assert "Places in the post" in page and "the post does not name it" in page
