"""What goes wrong at a desk: two for one case, no network, a session that ended, the back button, a second click."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from lachan.domain.case import CaseState
from tests.browser.test_reports_from_people import Served, served
from tests.browser.test_reports_pages import at_desk
from tests.review_ui.station import NECESSITY

pytestmark = pytest.mark.browser

__all__ = ["served"]  # the fixture


def decide(page: Page) -> None:
    """Fill in a takedown; nothing is sent yet."""
    page.locator("#m-removal_request").check()
    page.locator("#decide [name=recipient]").fill("Ban quản trị")
    page.locator("#decide [name=reason]").fill(NECESSITY)


def claimed(page: Page, served: Served, case: int) -> None:
    page.goto(f"{served.url}/cases/{case}")
    page.locator("[data-claim] button").click()
    page.locator("#decide").wait_for()


def test_two_officers_one_case_one_is_told_who_has_it(browser: Browser, served: Served) -> None:
    case = served.station.case()
    with (
        at_desk(browser, served, "can-bo", width=1280) as one,
        at_desk(browser, served, "can-bo-hai", width=1280) as two,
    ):
        for page in (one, two):
            page.goto(f"{served.url}/cases/{case.id}")
        for page in (one, two):  # neither waits for the other
            page.evaluate("setTimeout(() => document.querySelector('[data-claim] button').click(), 300)")
        for page in (one, two):
            page.locator("#decide, #refusal, [role=alert].refusal:visible").first.wait_for()
        won = [page.locator("#decide").count() == 1 for page in (one, two)]
        assert sorted(won) == [False, True]
        winner, loser = (("can-bo", two), ("can-bo-hai", one))[won.index(True)]
        assert served.station.now(case).claimed_by == winner
        expect(loser.locator("main")).to_contain_text(f"người giữ: {winner}")
    assert served.station.actions(f"case:{case.id}").count("case:claim") == 1


def test_a_lost_connection_loses_no_word(browser: Browser, served: Served) -> None:
    case = served.station.case()
    with at_desk(browser, served, "can-bo", width=1280) as page:
        claimed(page, served, case.id)
        decide(page)
        page.context.set_offline(True)
        page.locator("#decide button.primary").click()
        expect(page.locator("#decide [data-unreached]")).to_contain_text("Không liên lạc được với máy chủ")
        assert page.locator("#decide [name=reason]").input_value() == NECESSITY
        assert served.station.now(case).state is CaseState.CLAIMED
        page.context.set_offline(False)
        page.locator("#decide button.primary").click()
        page.wait_for_url("**/*done=submitted*")
    assert served.station.actions(f"case:{case.id}").count("case:decide") == 1


def test_a_session_that_ended_keeps_the_words(browser: Browser, served: Served) -> None:
    case = served.station.case()
    with at_desk(browser, served, "can-bo", width=1280) as page:
        claimed(page, served, case.id)
        decide(page)
        served.station.clock.forward(timedelta(hours=11))
        page.locator("#decide button.primary").click()
        expect(page.locator("main")).to_contain_text("Phiên làm việc đã hết")
        assert NECESSITY in page.content()
        assert served.station.now(case).state is not CaseState.AWAITING_APPROVAL
        page.goto(f"{served.url}/cases/{case.id}")
        page.wait_for_url("**/login?next=*")


def test_the_back_button_decides_nothing_twice(browser: Browser, served: Served) -> None:
    case = served.station.case()
    with at_desk(browser, served, "can-bo", width=1280) as page:
        claimed(page, served, case.id)
        decide(page)
        page.locator("#decide button.primary").click()
        page.wait_for_url("**/*done=submitted*")
        page.go_back()
        page.wait_for_url(f"**/cases/{case.id}")
        if page.locator("#decide").count():  # as the browser kept it
            decide(page)
            page.locator("#decide button.primary").click()
            expect(page.locator("main")).to_contain_text("chưa giữ")
        else:
            expect(page.locator("#approve")).to_contain_text("Chờ người thứ hai")
    with served.station.database.read() as unit:
        assert len(unit.notices.of_case(case.id)) == 1
    assert served.station.actions(f"case:{case.id}").count("case:decide") == 1


def test_a_second_click_sends_nothing_twice(browser: Browser, served: Served) -> None:
    case = served.station.case()
    with at_desk(browser, served, "can-bo", width=1280) as page:
        claimed(page, served, case.id)
        decide(page)
        page.locator("#decide button.primary").dblclick()
        page.wait_for_url("**/*done=submitted*")
    assert served.station.actions(f"case:{case.id}").count("case:decide") == 1
    with served.station.database.read() as unit:
        assert len(unit.notices.of_case(case.id)) == 1
