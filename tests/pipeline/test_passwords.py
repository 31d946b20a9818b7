"""Which passwords are refused, and why."""

from __future__ import annotations

import pytest

from lachan.domain.errors import InputError
from lachan.pipeline.passwords import MAX_PASSWORD, check_password


@pytest.mark.parametrize(
    "password",
    ["123456789012", "password1234", "matkhau12345", "anhyeuem123456", "qwertyuiop12", "aaaaaaaaaaaa", "congan@123456",
     "can-bo-2026!!", "Mậtkhẩu12345", "trustno1trustno1"],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(InputError, match="tried first"):
        check_password(password, "can-bo")


@pytest.mark.parametrize(
    "password", ["mot cau that dai de nho", "Muời hai con mèo ngủ trên mái", "x7Kp-2mQv-9zLw"]
)
def test_a_long_sentence_or_chance_will_do(password: str) -> None:
    check_password(password, "can-bo")


def test_length_is_the_first_rule() -> None:
    with pytest.raises(InputError, match="at least 12"):
        check_password("x7Kp-2mQv-9", "can-bo")
    with pytest.raises(InputError, match="at most 200"):
        check_password("mot cau " * 30, "can-bo")
    check_password(("Muời hai con mèo ngủ trên mái nhà. " * 6)[:MAX_PASSWORD], "can-bo")
