"""Keys that somebody makes their own."""

from __future__ import annotations

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.errors import InputError
from review_ui.shortcuts import DEFAULT, Shortcut, keys_of, own_keys
from tests.review_ui.station import Person, Station

AS_DELIVERED = {act.value: key for act, key in DEFAULT.items()}


def on_the_page(person: Person) -> dict[str, str]:
    """What the script is told."""
    found = re.search(r'data-keys="([^"]+)"', person.get("/").text)
    assert found
    told: dict[str, str] = json.loads(html.unescape(found[1]))
    return told


def test_changed_kept_for_oneself_and_reset(station: Station) -> None:
    officer, other = station.person("can-bo"), station.person("can-bo-hai")
    assert on_the_page(officer) == AS_DELIVERED
    answer = officer.post("/account/keys", **{**AS_DELIVERED, "next": "x", "help": '"', "home": "<"})
    assert answer.headers["location"] == "/account/keys?changed=1"
    assert on_the_page(officer) == {**AS_DELIVERED, "next": "x", "help": '"', "home": "<"}
    assert on_the_page(other) == AS_DELIVERED
    shown = officer.get("/help").text
    assert "<kbd>x</kbd>" in shown and "<kbd>&lt;</kbd>" in shown and "<kbd>n</kbd>" not in shown
    assert "(ban đầu: n)" in officer.get("/account/keys").text
    officer.post("/account/keys", reset="1")
    assert on_the_page(officer) == AS_DELIVERED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"next": "j"},
            "Phím j không thể làm hai việc: “Nhận vụ việc tiếp theo” và “Hàng chờ: xuống một dòng”",
        ),
        ({"next": "5"}, "không phải chữ số"),
        ({"next": "đ"}, "không dấu"),
        ({"next": ""}, "Mỗi phím tắt là một chữ cái"),
        ({"next": "xy"}, "Mỗi phím tắt là một chữ cái"),
    ],
)
def test_what_is_refused_is_said_and_stands_in_the_form(
    station: Station, change: dict[str, str], said: str
) -> None:
    officer = station.person("can-bo")
    answer = officer.post("/account/keys", **{**AS_DELIVERED, "home": "y", **change})
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert 'name="home" value="y"' in answer.text
    assert on_the_page(officer) == AS_DELIVERED, "all or none"


@given(st.fixed_dictionaries({act: st.text(max_size=2) for act in Shortcut}))
def test_whatever_is_kept_is_one_key_for_each(given_: dict[Shortcut, str]) -> None:
    try:
        kept = keys_of(own_keys(given_))
    except InputError:
        return
    assert kept == given_
    assert len(set(kept.values())) == len(Shortcut)


def test_every_two_keys_may_be_exchanged() -> None:
    swapped = {**DEFAULT, Shortcut.UP: DEFAULT[Shortcut.DOWN], Shortcut.DOWN: DEFAULT[Shortcut.UP]}
    assert own_keys(swapped) == {"up": "j", "down": "k"}
    assert keys_of({"up": "j", "down": "k", "gone": "z"}) == swapped
    assert own_keys(DEFAULT) == {}
