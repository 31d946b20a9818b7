"""Help first: referral, barred recipients, alarms, follow-up; never a takedown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lachan.domain.account import Account, Actor, Role
from lachan.domain.area import Area
from lachan.domain.case import Case, CaseState
from lachan.domain.directory import VERIFIED_FOR
from lachan.domain.referral import BARRED, Contact, RecipientKind, ReferralState
from lachan.domain.taxonomy import Category, Context
from review_ui.pages import STATIC
from tests.review_ui.station import Person, Station

NEED = "Một em cần người lắng nghe trong hôm nay."

WARD = Area("Tỉnh Bến Sông", "Xã Gò Mây, Bến Sông")
NAMES = {
    RecipientKind.SCHOOL: "Trường THCS Gò Mây",
    RecipientKind.COMMUNE_POLICE: "Công an xã Gò Mây",
    RecipientKind.CHILD_PROTECTION: "Trung tâm Công tác xã hội Gò Mây",
}


def office(station: Station, kind: RecipientKind, *, verified: bool = True) -> int:
    """An office of the commune, written by one account, verified by another."""
    desk = station.desk.directory
    contact = Contact(kind, NAMES[kind], WARD.province, WARD.commune, "0900 000 204")
    entry = desk.propose(Actor(Account("quan-tri", Role.ADMIN), interactive=True), contact)
    if verified:
        desk.verify(Actor(Account("quan-tri-hai", Role.ADMIN), interactive=True), entry.id)
    return entry.id


@pytest.fixture
def child(station: Station) -> Case:
    text = "em học lớp 7a, em sợ về nhà, bạn Lê Mẫu biết chuyện"
    case = station.case(text, Category.CHILD_VIOLENCE, context=Context.VICTIM, urgent=True)
    station.person("bao-ve").post(f"/cases/{case.id}/claim")
    return station.now(case)


def _refer(person: Person, case: Case, **changes: str) -> int:
    fields = {"entry": "0", "harm_source": "family", "need": NEED, **changes}
    return person.post(f"/cases/{case.id}/refer", **fields).status_code


def test_the_page_offers_help_and_no_measure(station: Station, child: Case) -> None:
    page = station.person("bao-ve").get(f"/cases/{child.id}").text
    assert "<strong>111</strong>" in page
    assert "removal_request" not in page and 'name="measure"' not in page
    assert " 7a" not in page and "Lê Mẫu" not in page


def test_a_referral_closes_the_case_and_starts_its_clock(station: Station, child: Case) -> None:
    guard = station.person("bao-ve")
    assert _refer(guard, child) == 303
    assert station.now(child).state is CaseState.CLOSED
    assert "để được tiếp nhận" in guard.get("/referrals").text
    station.clock.forward(timedelta(hours=2, minutes=5))
    assert "Chưa được tiếp nhận" in guard.get("/referrals").text
    assert "Chuông báo đang reo: 1" in guard.get("/").text


@pytest.mark.parametrize(("source", "recipient"), [("school", "school"), ("police", "commune_police")])
def test_an_implicated_recipient_is_refused(
    station: Station, child: Case, source: str, recipient: str
) -> None:
    guard = station.person("bao-ve")
    entry = office(station, RecipientKind(recipient))
    assert _refer(guard, child, harm_source=source, entry=str(entry)) == 403
    assert station.now(child).state is CaseState.CLAIMED


def test_a_refusal_keeps_the_need(station: Station, child: Case) -> None:
    entry = office(station, RecipientKind.SCHOOL)
    answer = station.person("bao-ve").post(
        f"/cases/{child.id}/refer",
        entry=str(entry),
        harm_source="school",
        need=NEED,
        province=WARD.province,
        commune=WARD.commune,
    )
    assert NEED in answer.text
    assert f'name="entry" value="{entry}" checked' in answer.text
    assert f'name="commune" value="{WARD.commune}"' in answer.text


def test_the_style_hides_exactly_the_barred_recipients() -> None:
    css = STATIC.joinpath("desk.css").read_text(encoding="utf-8")
    rules = {(source.value, kind.value) for source, kinds in BARRED.items() for kind in kinds}
    for source, kind in rules:
        assert f".refer:has(#harm-{source}:checked) .to-{kind}" in css
    assert css.count(".refer:has(") == len(rules)


def test_a_referral_is_followed_to_its_end(station: Station, child: Case) -> None:
    guard = station.person("bao-ve")
    _refer(guard, child)
    with station.database.read() as unit:
        referral = unit.referrals.pending()[0]
    path = f"/referrals/{referral.id}/act"
    entry = office(station, RecipientKind.CHILD_PROTECTION)
    assert guard.post(path, act="send_next").status_code == 422
    assert guard.post(path, act="send_next", to="child_protection").status_code == 422, (
        "not without a contact"
    )
    assert guard.post(path, act="send_next", to="999").status_code == 404
    assert guard.post(path, act="send_next", to=str(entry)).status_code == 303
    assert guard.post(path, act="close").status_code == 403  # not possible yet: the table says no
    for act in ("accept", "reach", "follow_up"):
        assert guard.post(path, act=act).status_code == 303
    early = guard.post(path, act="close")
    assert early.status_code == 403 and "24 giờ và sau 7 ngày" in early.text
    guard.post(path, act="follow_up")
    assert guard.post(path, act="close").status_code == 303
    with station.database.read() as unit:
        assert unit.referrals.get(referral.id).state is ReferralState.CLOSED
    assert guard.post(path, act="dance").status_code == 422


def test_nobody_in_need_is_dismissed_with_a_reason(station: Station, child: Case) -> None:
    guard = station.person("bao-ve")
    assert guard.post(f"/cases/{child.id}/dismiss", reason="").status_code == 422
    assert guard.post(f"/cases/{child.id}/dismiss", reason="Đã được giúp rồi").status_code == 303


def test_the_first_in_the_queue_is_the_urgent_one(station: Station) -> None:
    station.case(context=Context.WITNESS)
    urgent = station.case(context=Context.VICTIM, urgent=True)
    guard = station.person("bao-ve")
    assert "Khẩn cấp" in guard.get("/queue/protect").text
    assert guard.post("/queue/protect/next").headers["location"] == f"/cases/{urgent.id}"


def test_the_nearest_office_stands_first_and_the_next_is_named(station: Station, child: Case) -> None:
    centre, school = (
        office(station, kind) for kind in (RecipientKind.CHILD_PROTECTION, RecipientKind.SCHOOL)
    )
    guard = station.person("bao-ve")
    page = guard.get(f"/cases/{child.id}", province=WARD.province, commune=WARD.commune).text
    places = [page.index(f'name="entry" value="{number}"') for number in (0, centre, school)]
    assert places == sorted(places)
    assert _refer(guard, child, province=WARD.province, commune=WARD.commune) == 303
    assert "Nơi tiếp theo" not in guard.get("/referrals").text
    station.clock.forward(timedelta(hours=2, minutes=1))
    page = guard.get("/referrals").text
    assert "Nơi tiếp theo" in page and f'<option value="{centre}" selected>' in page
    assert guard.post("/referrals/1/act", act="send_next", to=str(centre)).status_code == 303
    page = guard.get("/referrals").text
    assert "Đã hỏi trước đó" in page and "0900 000 204" in page


def test_a_stale_contact_says_so_and_wants_a_reason(station: Station, child: Case) -> None:
    entry = office(station, RecipientKind.CHILD_PROTECTION)
    station.clock.forward(VERIFIED_FOR)
    station.clients.clear()
    guard = station.person("bao-ve")
    guard.post(f"/cases/{child.id}/claim")
    assert "Quá 90 ngày chưa ai xác nhận lại" in guard.get(f"/cases/{child.id}").text
    assert _refer(guard, child, entry=str(entry)) == 422
    reason = "Sáng nay gọi tổng đài của tỉnh, số này còn đúng."
    assert _refer(guard, child, entry=str(entry), stale_reason=reason) == 303
    assert reason in guard.get("/referrals").text


def test_what_nobody_verified_is_not_offered(station: Station, child: Case) -> None:
    entry = office(station, RecipientKind.CHILD_PROTECTION, verified=False)
    guard = station.person("bao-ve")
    assert NAMES[RecipientKind.CHILD_PROTECTION] not in guard.get(f"/cases/{child.id}").text
    assert _refer(guard, child, entry=str(entry)) == 403
    assert _refer(guard, child, entry="-1") == 422
    assert _refer(guard, child, entry="77") == 404
    assert station.now(child).state is CaseState.CLAIMED
