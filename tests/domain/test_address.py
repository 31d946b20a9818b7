"""Whatever passes for an address is one, and can be nothing else in a mail."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lachan.domain.address import MAX_ADDRESS, one_address
from lachan.domain.errors import InputError

_SIGNS = st.text("ab@.,;:<>\"'()[]\\ \t\r\n\x00ă-_+", max_size=24)


@given(st.one_of(st.text(max_size=40), _SIGNS, st.builds("{}@{}".format, _SIGNS, _SIGNS)))
@example("a@b.vn\r\nBcc: x@y.vn")
@settings(deadline=None)
def test_one_line_one_address(given_text: str) -> None:
    try:
        address = one_address(given_text)
    except InputError:
        return
    assert address == given_text.strip()
    if address:
        assert getaddresses([address]) == [("", address)]
        mail = EmailMessage()
        mail["To"] = address
        assert mail.as_bytes().count(b"\n") == 2, "one header, one end"


@pytest.mark.parametrize(
    "bad",
    [
        "mai",
        "@example.vn",
        "mai@",
        "a@b",
        "a@b.vn, c@d.vn",
        "ă@b.vn",
        "a\x00@b.vn",
        "a" * MAX_ADDRESS + "@b.vn",
    ],
)
def test_what_is_none_is_refused(bad: str) -> None:
    with pytest.raises(InputError, match="one e-mail address"):
        one_address(bad)


def test_blanks_around_it_and_nothing_at_all_are_fine() -> None:
    assert (one_address(" mai@example.vn "), one_address("  ")) == ("mai@example.vn", "")
