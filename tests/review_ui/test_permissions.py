"""Every route with every role and without log-in."""

from __future__ import annotations

import pytest

from lachan.domain.account import PERMISSIONS, Role
from lachan.domain.taxonomy import Context
from review_ui.permissions import OUTSIDE, PUBLIC, ROUTES, may
from tests.review_ui.station import Station, form_token

BY_ROLE = {
    Role.OFFICER: "can-bo",
    Role.APPROVER: "phe-duyet",
    Role.PROTECTION_OFFICER: "bao-ve",
    Role.ANALYST: "phan-tich",
    Role.AUDITOR: "kiem-tra",
    Role.ADMIN: "quan-tri-hai",
}


def _path(route: str) -> str:
    """A path of this route that leads to nothing that exists, so that a walk changes nothing."""
    path = route.split(" ")[1]
    for name in (
        "case_id",
        "referral_id",
        "notice_id",
        "appeal_id",
        "report_id",
        "alert_id",
        "bulletin_id",
        "entry_id",
        "proposal_id",
    ):
        path = path.replace("{" + name + "}", "999999")
    for name in ("key", "name", "clause"):
        path = path.replace("{" + name + "}", "khong-co")
    return path


@pytest.mark.parametrize("role", Role)
def test_every_route_with_every_role(station: Station, role: Role) -> None:
    person = station.person(BY_ROLE[role])
    token = form_token(person.get("/"))
    for route, needed in ROUTES.items():
        if route in ("POST /login", "POST /logout"):  # they change who walks
            continue
        method, path = route.split(" ")[0], _path(route)
        fields = {"csrf": token}
        answer = person.client.request(method, path, data=fields if method == "POST" else None)
        allowed = needed is None or not needed.isdisjoint(PERMISSIONS[role])
        if allowed:
            assert answer.status_code not in (401, 403, 500), (route, answer.status_code)
        else:
            assert answer.status_code == 403, (route, answer.status_code)


def test_every_route_without_log_in(station: Station) -> None:
    client = station.browser()
    token = form_token(client.get("/login"))
    for route, needed in ROUTES.items():
        method, path = route.split(" ")[0], _path(route)
        answer = client.request(method, path, data={"csrf": token} if method == "POST" else None)
        if needed is PUBLIC or needed == OUTSIDE:
            # 401: a log-in that failed, since nothing was typed; 404: no single sign-on, no training in this house
            wanted = (404,) if path.startswith(("/sso/", "/training/")) else (200, 303, 422)
            assert answer.status_code in wanted or route == "POST /login", route
        elif path.startswith("/api/"):
            assert answer.status_code == 401, route
            assert answer.headers["content-type"] == "application/problem+json"
        elif method == "GET":
            assert answer.status_code == 303 and answer.headers["location"].startswith("/login"), route
        else:
            assert answer.status_code == 401, route


def test_a_route_outside_the_table_is_for_nobody(station: Station) -> None:
    actor = station.desk.accounts.named("quan-tri")
    assert not may(actor, "GET /somewhere")
    assert not may(None, "GET /somewhere")


def test_pages_that_no_route_has_are_not_found(station: Station) -> None:
    for path in (
        "/docs",
        "/openapi.json",
        "/redoc",
        "/cases/abc",
        "/cases/0",
        f"/cases/{10**30}",
        "/nothing",
    ):
        assert station.person("can-bo").get(path).status_code == 404, path


def test_a_protection_case_is_closed_to_officers_and_approvers(station: Station) -> None:
    child = station.case("em muốn có người giúp, em không dám về nhà nữa", context=Context.VICTIM)
    for name in ("can-bo", "phe-duyet", "phan-tich", "kiem-tra", "quan-tri"):
        page = station.person(name).get(f"/cases/{child.id}")
        assert page.status_code == 403, name
        assert "không dám về nhà" not in page.text
    assert station.person("bao-ve").get(f"/cases/{child.id}").status_code == 200


def test_a_review_case_is_closed_to_protection_officers(station: Station) -> None:
    case = station.case()
    assert station.person("bao-ve").get(f"/cases/{case.id}").status_code == 403
    assert station.person("bao-ve").post(f"/cases/{case.id}/claim").status_code == 403
