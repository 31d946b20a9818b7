"""Search, the weekly report, and the read-only API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from starlette.testclient import TestClient

from index import open_index
from index.place_book import GazetteerBook
from lachan.domain.measure import Measure
from lachan.pipeline.publish import Publisher
from lachan.pipeline.search import Search
from lachan.reports import Counts
from review_ui import create_app
from tests.index.sentences import document
from tests.review_ui.station import Station
from tests.review_ui.test_case import REMOVAL, basis_of


def _confirmed(station: Station) -> int:
    case = station.case("bán <i>pod</i> cho học sinh lớp 8, gọi 0900 000 123 lấy liền")
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    basis = {"basis.removal_request": basis_of(officer, case.id)}
    officer.post(f"/cases/{case.id}/decide", **REMOVAL, **basis)
    approver = station.person("phe-duyet")
    approver.post(f"/cases/{case.id}/check")
    approver.post(f"/cases/{case.id}/approve")
    station.desk.publisher.drain()
    return case.id


def test_hits_are_marked_masked_and_escaped(station: Station) -> None:
    case = _confirmed(station)
    page = station.person("phan-tich").get("/search?q=hoc+pod").text
    assert "<mark>học</mark>" in page and "<mark>pod</mark>" in page
    assert "&lt;i&gt;" in page and "0900 000 123" not in page
    assert f'href="/cases/{case}"' not in page  # analysts open no cases
    assert f'href="/cases/{case}"' in station.person("can-bo").get("/search?q=pod").text


def test_a_query_that_cannot_be_read_shows_where(station: Station) -> None:
    answer = station.person("phan-tich").get("/search", q='pod "lớp <8')
    assert answer.status_code == 422
    assert "pod <mark>&#34;</mark>lớp &lt;8" in answer.text
    assert "từ ký tự thứ 5" in answer.text


def test_bad_days_and_categories_are_told(station: Station) -> None:
    analyst = station.person("phan-tich")
    assert "Ngày phải viết theo dạng" in analyst.get("/search?q=x&from=hom-qua").text
    assert analyst.get("/search?q=x&category=politics").status_code == 422


def test_the_week_is_embedded_and_downloaded(station: Station) -> None:
    analyst = station.person("phan-tich")
    page = analyst.get("/reports/weekly")
    assert "2026-W47" in page.text and "16/11/2026 – 22/11/2026" in page.text
    assert "Tuần sau" not in page.text  # nothing of the future
    frame = analyst.get("/reports/weekly/file?week=2026-W46&form=html")
    assert "2026-11-09" in frame.text and "frame-ancestors 'self'" in frame.headers["content-security-policy"]
    table = analyst.get("/reports/weekly/file?week=2026-W46&form=csv")
    assert table.text == "first,last\n2026-11-09,2026-11-15\n"
    assert "bao-cao-2026-W46.csv" in table.headers["content-disposition"]
    assert analyst.get("/reports/weekly?week=2026-W99").status_code == 422
    assert analyst.get("/reports/weekly/file?form=exe").status_code == 422


def test_the_api_reads(station: Station) -> None:
    case = _confirmed(station)
    analyst = station.person("phan-tich")
    found = analyst.get("/api/v1/search?q=pod").json()
    assert (found["total"], found["hits"][0]["case"]) == (1, case)
    queues = station.person("can-bo").get("/api/v1/queues").json()
    assert queues == {"review": {"count": 0, "urgent": 0, "oldest": None}, "protect": None, "approvals": None}


def test_the_api_narrows_as_the_desk_does(station: Station, tmp_path: Path) -> None:
    """By a real index: kind, status, measure and place, and what each may be stands in the OpenAPI."""
    _confirmed(station)
    index = open_index(str(tmp_path / "index"))
    advice = Measure.PUBLIC_ADVISORY
    near = [document(1000 + n, "pod", at=station.clock(), places=("xa-a",), measure=advice) for n in range(5)]
    index.rebuild([*station.index.documents.values(), *near])
    station.app.state.desk = replace(
        station.desk, search=Search(station.database, index, station.clock, None, Counts())
    )
    analyst = station.person("phan-tich")

    def total(**narrow: str) -> int:
        return int(analyst.get("/api/v1/search", q="pod", **narrow).json()["total"])

    assert total() == 6
    assert (total(measure="removal_request"), total(measure="public_advisory")) == (1, 5)
    assert (total(kind="forum"), total(kind="feed")) == (6, 0)
    assert (total(status="closed"), total(status="appealed")) == (6, 0)
    assert total(kind="forum", status="closed", measure="removal_request", category="drugs_to_minors") == 1
    by_place = analyst.get("/api/v1/search?q=pod&place=xa-a&step=day").json()
    assert (by_place["total"], by_place["hits"]) == (5, []), "places are counts alone"
    assert analyst.get("/api/v1/search?q=pod&place=xa-a&measure=removal_request").json()["hits"] == []
    for bad in ("kind=crowd", "status=open", "measure=ban", "place=" + "a" * 81):
        assert analyst.get(f"/api/v1/search?q=pod&{bad}").status_code == 422, bad
    described = analyst.get("/api/v1/openapi.json").json()["paths"]["/api/v1/search"]["get"]["parameters"]
    assert {"kind", "status", "measure", "place", "category"} <= {one["name"] for one in described}
    index.close()


def test_the_api_speaks_of_problems(station: Station) -> None:
    analyst = station.person("phan-tich")
    bad = analyst.get("/api/v1/search", q='a "b')
    assert (bad.status_code, bad.json()["position"]) == (422, 2)
    assert bad.headers["content-type"] == "application/problem+json"
    assert analyst.get("/api/v1/search?q=a&limit=0").status_code == 422
    assert analyst.get("/api/v1/queues").json()["status"] == 403
    assert analyst.get("/api/v1/nothing").headers["content-type"] == "application/problem+json"
    assert station.browser().get("/api/v1/queues").json()["status"] == 401


def test_nothing_in_the_api_decides(station: Station) -> None:
    described = station.person("phan-tich").get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {"/api/v1/search", "/api/v1/queues", "/api/v1/reports"}
    assert set(described["paths"].pop("/api/v1/reports")) == {"post"}, (
        "people outside tell, they decide nothing"
    )
    for path in described["paths"].values():
        assert set(path) == {"get"}
        assert {"200", "401", "403", "422", "503"} == set(path["get"]["responses"])
        assert path["get"]["security"] == [{"session": []}]


def test_hits_are_counted_and_narrowed_by_a_click(station: Station) -> None:
    _confirmed(station)
    analyst = station.person("phan-tich")
    page = analyst.get("/search?q=pod").text
    assert "Theo thời gian" in page and "<rect" in page
    assert "from=2026-11-16&amp;to=2026-11-22" in page
    assert "?q=pod&amp;kind=forum" in page
    assert "<style" not in page and " style=" not in page
    narrowed = analyst.get("/search?q=pod&kind=forum").text
    assert "Đang lọc:" in narrowed and 'aria-current="true"' in narrowed
    assert analyst.get("/search?q=pod&kind=crowd").status_code == 422
    assert analyst.get("/search?q=pod&sort=loudest").status_code == 422


def test_similar_posts_are_confirmed_ones(station: Station) -> None:
    case = _confirmed(station)
    analyst = station.person("phan-tich")
    assert "Không có bài nào gần giống." in analyst.get(f"/search/similar/{case}").text
    assert analyst.get("/search/similar/999").status_code == 404
    other = station.case("bài này chưa ai xem xét, còn mở")
    assert analyst.get(f"/search/similar/{other.id}").status_code == 404


def test_counts_are_taken_away_without_posts(station: Station) -> None:
    _confirmed(station)
    analyst = station.person("phan-tich")
    table = analyst.get("/search/table?q=pod&form=csv")
    assert table.headers["content-disposition"].startswith("attachment")
    assert "query,pod" in table.text and "<5" in table.text and "lớp 8" not in table.text
    assert "bội số của 5" in table.text and "forum" not in table.text
    assert analyst.get("/search/table?q=pod&form=xlsx").content.startswith(b"PK")
    assert analyst.get("/search/table?q=pod&form=json").json()["total"] is None
    assert analyst.get("/search/table?q=pod&form=exe").status_code == 422
    assert station.person("quan-tri").get("/search/table?q=pod&form=csv").status_code == 403


def test_the_api_counts(station: Station) -> None:
    _confirmed(station)
    found = station.person("phan-tich").get("/api/v1/search?q=pod&step=week&facets=kind").json()
    assert (found["facets"], found["withheld"], found["cursor"]) == ({"kind": {"forum": 1}}, False, None)
    assert found["histogram"] == [{"start": "2026-11-16", "count": 1, "categories": {}}]


def test_rising_words_of_a_week(station: Station) -> None:
    _confirmed(station)
    page = station.person("phan-tich").get("/search/rising?week=2026-11-18")
    assert "16/11/2026 – 22/11/2026" in page.text
    assert "Không có từ nào tăng rõ rệt." in page.text  # one case is far too few
    assert station.person("phan-tich").get("/search/rising?week=hom-qua").status_code == 422
    assert station.person("quan-tri").get("/search/rising").status_code == 403


def test_places_by_week(station: Station, tmp_path: Path) -> None:
    """By a real index: whole weeks, five or more, by level, and where to look further."""
    here = ("Xã Nghĩa Hưng, Ninh Bình", "Tỉnh Ninh Bình")
    at = station.clock() - timedelta(days=7)
    index = open_index(str(tmp_path / "index"))
    cases = [document(1000 + n, "pod cho học sinh", at=at, places=here) for n in range(7)]
    cases += [document(1100 + n, "pod", at=at - timedelta(days=7), places=here) for n in range(2)]
    cases += [document(1200 + n, "pod", at=at, places=("Phường Láng, Hà Nội",)) for n in range(4)]
    index.rebuild(cases)
    search = Search(station.database, index, station.clock, None, Counts())
    client = TestClient(create_app(replace(station.desk, search=search)))
    client.cookies = station.person("phan-tich").client.cookies
    page = client.get("/search/places").text
    assert "Xã Nghĩa Hưng, Ninh Bình" in page and "<strong>5+</strong>" in page
    assert "place=X%C3%A3%20Ngh%C4%A9a%20H%C6%B0ng" in page or "place=X%C3%A3+Ngh" in page
    assert "Láng" not in page and "Số dưới 5 không được hiện." in page
    assert ">7<" not in page  # with the sum it would tell the 2
    assert "Tỉnh Ninh Bình" in client.get("/search/places?level=province").text
    assert "Không có địa bàn nào" in client.get("/search/places?level=former_district").text
    assert "Không có địa bàn nào" in client.get("/search/places?week=2026-06-01").text
    assert client.get("/search/places?level=street").status_code == 422
    assert client.get('/search/places?q="pod').status_code == 422
    assert station.person("quan-tri").get("/search/places").status_code == 403


def test_an_officer_sees_which_places_a_post_names(station: Station) -> None:
    publisher = Publisher(station.database, station.index, station.clock, places=GazetteerBook())
    case = station.case("bán pod cho học sinh lớp 8 ở huyện Hải Hậu, hỏi chị Hà Giang")
    client = TestClient(create_app(replace(station.desk, publisher=publisher)))
    client.cookies = station.person("can-bo").client.cookies
    page = client.get(f"/cases/{case.id}").text
    assert "Địa danh máy tìm thấy trong bài:" in page
    assert "Huyện Hải Hậu cũ, Nam Định" in page and "Hà Giang cũ" not in page
