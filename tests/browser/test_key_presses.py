"""How many presses it takes, typed words aside: a dismissal with its reason two, a takedown to its letter six."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from lachan.domain.case import CaseState
from lachan.domain.measure import Measure
from tests.browser.test_reports_from_people import Served, served
from tests.browser.test_reports_pages import at_desk
from tests.review_ui.station import NECESSITY

pytestmark = pytest.mark.browser

__all__ = ["served"]  # the fixture


class Hand:
    """Counts what it presses; a chord is one press."""

    def __init__(self) -> None:
        self.pressed = 0

    def press(self, page: Page, key: str) -> None:
        self.pressed += 1
        page.keyboard.press(key)


def test_a_dismissal_takes_two(browser: Browser, served: Served) -> None:
    case, hand = served.station.case(), Hand()
    with at_desk(browser, served, "can-bo", width=1280) as page:
        page.goto(served.url)
        page.keyboard.press("n")  # to the case
        page.wait_for_url(f"**/cases/{case.id}")
        hand.press(page, "b")
        hand.press(page, "2")
        page.wait_for_url("**/*done=dismissed*")
    decided = served.station.now(case)
    assert (decided.state, decided.measure) == (CaseState.CLOSED, Measure.DISMISS)
    assert decided.reason
    assert hand.pressed <= 2


def test_a_takedown_takes_six_to_its_letter(browser: Browser, served: Served) -> None:
    case, hand = served.station.case(), Hand()
    with at_desk(browser, served, "can-bo", width=1280) as page:
        page.goto(served.url)
        page.keyboard.press("n")
        page.wait_for_url(f"**/cases/{case.id}")
        digit = page.locator("#m-removal_request").get_attribute("data-measure")
        assert digit
        hand.press(page, "d")
        hand.press(page, digit)
        expect(page.locator("#reason")).to_be_focused()
        page.keyboard.type(NECESSITY)
        hand.press(page, "Control+Enter")
        page.wait_for_url("**/*done=submitted*")
    assert served.station.now(case).measure is Measure.REMOVAL_REQUEST
    with at_desk(browser, served, "phe-duyet", width=1280) as page:
        page.goto(f"{served.url}/cases/{case.id}")
        hand.press(page, "d")  # looks at the page once more
        expect(page.locator(".check-result.present")).to_be_visible()
        assert served.station.now(case).state is CaseState.AWAITING_APPROVAL
        hand.press(page, "d")
        expect(page.get_by_role("button", name="Phê duyệt và ban hành")).to_be_focused()
        hand.press(page, "Enter")
        page.wait_for_url("**/notices/*")
    assert served.station.now(case).state is CaseState.CLOSED
    assert hand.pressed <= 6
