"""The pages of the alerts: made with a reason, told once, nobody else's business, and no field for words."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from lachan.domain.alert import AlertWay
from lachan.pipeline.ports import SearchRequest
from lachan.pipeline.telling import Dispatch, Telling
from tests.index.sentences import document
from tests.review_ui.station import Station

WHY = "Theo dõi việc rao bán trước cổng trường, theo kế hoạch tháng 11"
FORM = {"subject": "cases", "category": "drugs_to_minors", "pace": "at_once", "reason": WHY}


class Post:
    """A way out that keeps what it is given."""

    way = AlertWay.MAIL

    def __init__(self) -> None:
        self.got: list[Dispatch] = []

    def send(self, dispatch: Dispatch, address: str | None) -> None:
        self.got.append(dispatch)


def _tell(station: Station, *outlets: Post) -> int:
    return Telling(station.database, station.index, station.clock, outlets).run().told


def _confirm(station: Station, count: int, first: int = 1000) -> None:
    """Cases that the index counts. Its list counts every document in one week, by kind of source."""
    station.index.apply([document(first + n, "pod", kind="forum") for n in range(count)], [])


@pytest.fixture
def counted(station: Station, monkeypatch: pytest.MonkeyPatch) -> Station:
    """An index in a list finds by words alone: here it counts what there is."""
    plain = station.index.search
    monkeypatch.setattr(
        station.index,
        "search",
        lambda r: plain(SearchRequest("pod", limit=0, step=r.step)) if r.step else plain(r),
    )
    return station


def test_an_alert_is_made_told_seen_renewed_and_ended(counted: Station) -> None:
    station, post = counted, Post()
    analyst = station.person("phan-tich")
    assert analyst.post("/alerts/reach", address="mai@example.vn").headers["location"] == "/alerts?kept=reach"
    made = analyst.post("/alerts", **FORM, way=["mail"], quiet_start="22", quiet_end="6")
    assert made.headers["location"] == "/alerts?kept=made"
    page = analyst.get("/alerts?kept=made").text
    assert "Lời nhắc 1" in page and WHY in page and "yên lặng từ 22 giờ đến 6 giờ" in page
    assert "Đã đặt lời nhắc" in page and "mai@example.vn" in page
    assert _tell(station, post) == 0
    _confirm(station, 7)
    assert _tell(station, post) == 1
    assert post.got[0].counts == ((1, 7),)
    assert "Số liệu mới chưa xem" in analyst.get("/").text
    page = analyst.get("/alerts").text
    assert "lời nhắc 1: 7 mới" in page and "chưa xem" in page
    told = analyst.get(re.findall(r"/alerts/told/\d+", page)[0]).text
    monday = date(2026, 11, 16)
    assert f"category=drugs_to_minors&amp;from={monday.isoformat()}&amp;to=" in told
    assert "Thư điện tử: đã gửi" in told
    assert "chưa xem" not in analyst.get("/alerts").text
    assert "Số liệu mới chưa xem" not in analyst.get("/").text
    station.clock.forward(timedelta(hours=2))
    assert analyst.post("/alerts/1/renew").headers["location"] == "/alerts?kept=renewed"
    assert analyst.post("/alerts/1/end").headers["location"] == "/alerts?kept=ended"
    assert "Đã kết thúc" in analyst.get("/alerts?kept=ended").text
    assert station.actions("alert:1") == ["alert:end", "alert:renew", "alert:make"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": "vì cần"}, "từ 20 đến 500 ký tự"),
        ({"category": ""}, "Hãy chọn một loại nội dung"),
        ({"category": "politics"}, "Hãy chọn một mục trong danh sách"),
        ({"subject": "rising"}, "mọi vụ việc đã xác nhận"),
        ({"place": "xã A"}, "Hãy chọn địa bàn trong danh sách"),
        ({"place": "Xã Không Có, Bến Sông"}, "Hãy chọn địa bàn trong danh sách"),
        ({"quiet_start": "22"}, "Giờ yên lặng"),
        ({"quiet_start": "7", "quiet_end": "7"}, "Giờ yên lặng"),
        ({"pace": "hourly"}, "Hãy chọn một mục trong danh sách"),
        ({"way": "telegram"}, "Hãy chọn một mục trong danh sách"),
    ],
)
def test_what_does_not_do_is_said_and_nothing_typed_is_lost(
    station: Station, wrong: dict[str, str], said: str
) -> None:
    analyst = station.person("phan-tich")
    answer = analyst.post("/alerts", **(FORM | wrong))
    assert answer.status_code == 422 and said in answer.text
    assert (wrong.get("reason") or WHY) in answer.text
    assert analyst.get("/alerts").text.count('aria-labelledby="alert-') == 0
    assert analyst.post("/alerts/reach", address="a@b.vn, c@d.vn").status_code == 422


def test_who_left_no_address_and_what_ends_soon_is_said(station: Station) -> None:
    analyst = station.person("phan-tich")
    analyst.post("/alerts", **FORM, way=["mail"])
    page = analyst.get("/alerts").text
    assert "chưa ghi địa chỉ ở cuối trang" in page and "sắp hết hạn" not in page
    analyst.post("/alerts/reach", address="mai@example.vn")
    assert "chưa ghi địa chỉ ở cuối trang" not in analyst.get("/alerts").text
    station.clock.forward(timedelta(days=24))
    station.clients.clear()
    assert "sắp hết hạn" in station.person("phan-tich").get("/alerts").text


def test_words_find_no_place_to_stand(station: Station) -> None:
    """No field of the form takes words but the reason, and what else is sent is not looked at."""
    analyst = station.person("phan-tich")
    form = analyst.get("/alerts").text.partition('action="/alerts"')[2].partition("</form>")[0]
    fields = re.findall(r'<(input|select|textarea)[^>]*name="(\w+)"', form)
    assert {name for kind, name in fields if kind != "select"} == {"csrf", "way", "reason"}
    analyst.post("/alerts", **FORM, q="tên ai đó", query="pod", word="pod")
    asked: list[SearchRequest] = []
    station.index.search = asked.append  # type: ignore[assignment,method-assign]
    with pytest.raises(AttributeError):
        _tell(station)
    assert [request.query for request in asked] == [""]


def test_one_persons_alerts_are_not_anothers(counted: Station) -> None:
    analyst, officer = counted.person("phan-tich"), counted.person("can-bo")
    analyst.post("/alerts", **FORM)
    _tell(counted)
    _confirm(counted, 6)
    _tell(counted)
    for path in ("/alerts/1/renew", "/alerts/1/end"):
        assert officer.post(path).status_code == 404
    assert officer.get("/alerts/told/1").status_code == 404
    assert WHY not in officer.get("/alerts").text
    assert analyst.get("/alerts/told/1").status_code == 200


def test_the_page_stands_while_the_index_is_down(station: Station) -> None:
    def down(request: SearchRequest) -> None:
        raise OSError("down")

    station.index.search = down  # type: ignore[assignment,method-assign]
    assert station.person("phan-tich").get("/alerts").status_code == 200


def test_the_search_page_offers_what_it_is_narrowed_to(station: Station) -> None:
    analyst = station.person("phan-tich")
    assert "/alerts?category=" not in analyst.get("/search?q=pod").text
    assert "/alerts?category=&amp;kind=forum&amp;place=#make" in analyst.get("/search?q=pod&kind=forum").text
    filled = analyst.get("/alerts?category=selfharm&kind=forum&subject=cases&place=").text
    assert '<option value="selfharm" selected>' in filled and '<option value="forum" selected>' in filled
