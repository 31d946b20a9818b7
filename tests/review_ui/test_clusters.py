"""The page of a cluster; kept views; who looks; who is on duty."""

from __future__ import annotations

from datetime import timedelta

from lachan.domain.case import Case, CaseState
from lachan.domain.taxonomy import Category, Context
from lachan.pipeline.near_copy import minhash_bands
from review_ui.routes.queues import MAX_VIEWS
from tests.review_ui.station import Station

TEXT = "Chiều nay ai rảnh qua cổng trường lấy hàng mới về nhé, số lượng có hạn, gọi 0900 000 123 để giữ chỗ"


def near(station: Station, category: Category) -> Case:
    """A case that shares its text, and so its bands, with the others."""
    return station.case(TEXT, category, bands=minhash_bands(TEXT, b"k"))


def test_a_cluster_is_shown_tried_dismissed_and_undone(station: Station) -> None:
    seed, one, two = (
        near(station, category)
        for category in (Category.DRUGS_TO_MINORS, Category.SELFHARM, Category.CHILD_VIOLENCE)
    )
    officer = station.person("can-bo")
    officer.post(f"/cases/{seed.id}/claim")
    assert f'href="/cases/{seed.id}/cluster"' in officer.get(f"/cases/{seed.id}").text
    page = officer.get(f"/cases/{seed.id}/cluster").text
    assert one.number in page and two.number in page and "0900" not in page
    assert 'type="checkbox" name="case"' in page and "checked" not in page
    refused = officer.post(f"/cases/{seed.id}/cluster", reason="Là tin tức")
    assert refused.status_code == 422 and "đánh dấu những vụ bạn đã đọc" in refused.text
    tried = officer.post(f"/cases/{seed.id}/cluster", case=[str(one.id)], reason="Là tin tức").text
    assert "Sẽ bỏ qua 2 vụ việc" in tried and station.now(one).state is CaseState.OPEN
    done = officer.post(
        f"/cases/{seed.id}/cluster", case=[str(one.id)], reason="Là tin tức", confirm="1"
    ).text
    assert "Đã bỏ qua 2 vụ việc" in done and station.now(one).state is CaseState.CLOSED
    assert station.now(two).state is CaseState.OPEN
    undo = done.split('action="/clusters/')[1].split('"')[0]
    assert "Đã hoàn tác 2 vụ việc" in officer.post(f"/clusters/{undo}").text
    assert station.now(one).state is CaseState.OPEN
    assert officer.post(f"/clusters/{undo}").status_code == 403
    assert officer.post("/clusters/khong-co/undo").status_code == 404
    assert officer.get(f"/cases/{seed.id}/cluster").status_code == 409, "no longer in hand"


def test_a_view_is_kept_with_its_count_and_removed(station: Station) -> None:
    station.case(urgent=True)
    station.case("x", Category.SELFHARM)
    officer = station.person("can-bo")
    query = "category=drugs_to_minors&urgent=1"
    kept = officer.post("/queue/views", queue="review", name="Ma túy <b>", query=query)
    assert kept.headers["location"] == f"/queue/review?{query}"
    page = officer.get(f"/queue/review?{query}").text
    assert 'Ma túy &lt;b&gt; <span class="count-tag">1</span>' in page and 'aria-current="page"' in page
    assert "Ma túy &lt;b&gt;" not in station.person("can-bo-hai").get("/queue/review").text
    for queue, name, bad in (("protect", "x", ""), ("review", " ", ""), ("review", "x", "category=politics")):
        assert officer.post("/queue/views", queue=queue, name=name, query=bad).status_code == 422
    view = page.split('action="/queue/views/')[1].split("/")[0]
    officer.post(f"/queue/views/{view}/remove", queue="review")
    assert "Ma túy &lt;b&gt;" not in officer.get("/queue/review").text
    for number in range(MAX_VIEWS):
        officer.post("/queue/views", queue="review", name=f"Lọc {number}", query="urgent=1")
    assert officer.post("/queue/views", queue="review", name="Thêm", query="urgent=1").status_code == 422


def test_filters_by_age_and_waiting_time(station: Station) -> None:
    old = station.case()
    station.clock.forward(timedelta(hours=5))
    new = station.case()
    officer = station.person("can-bo")
    page = officer.get("/queue/review?waited=4&age=child_u16").text
    assert old.number in page and new.number not in page
    assert old.number not in officer.get("/queue/review?age=age_unknown").text
    for bad in ("waited=5", "age=old"):
        assert officer.get(f"/queue/review?{bad}").status_code == 422


def test_who_looks_is_told_to_the_same_role_for_a_minute(station: Station) -> None:
    case = station.case()
    officer, colleague, approver = (station.person(name) for name in ("can-bo", "can-bo-hai", "phe-duyet"))
    assert officer.post(f"/cases/{case.id}/look").json() == {"names": []}
    assert colleague.post(f"/cases/{case.id}/look").json() == {"names": ["can-bo"]}
    assert approver.post(f"/cases/{case.id}/look").json() == {"names": []}, (
        "an approver may not learn who decided"
    )
    looking = officer.get(f"/queue/looking?cases={case.id},x,99999999999999999999")
    assert looking.json() == {str(case.id): ["can-bo-hai"]}
    assert "đang xem: can-bo-hai" in " ".join(officer.get("/queue/review").text.split())
    station.clock.forward(timedelta(seconds=61))
    assert officer.get(f"/queue/looking?cases={case.id}").json() == {}
    assert officer.post("/cases/999/look").status_code == 404


def test_too_few_on_duty_is_said(station: Station) -> None:
    case, cry = station.case(), station.case(context=Context.VICTIM)
    officer, guard = station.person("can-bo"), station.person("bao-ve")
    officer.post(f"/cases/{case.id}/claim")
    guard.post(f"/cases/{cry.id}/claim")
    alone = "Hiện không có người phê duyệt nào trực"
    assert alone in officer.get(f"/cases/{case.id}").text
    assert alone in guard.get(f"/cases/{cry.id}").text
    approver = station.person("phe-duyet")
    assert alone not in officer.get(f"/cases/{case.id}").text
    guess = "bạn có thể đoán ra ai đã quyết định"
    assert guess in approver.get("/queue/approvals").text
    station.person("can-bo-hai")
    assert guess not in approver.get("/queue/approvals").text
