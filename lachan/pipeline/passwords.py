"""What makes a password good enough: length, and not being among those that are tried first.

zxcvbn carries lists of leaked passwords, names and common words and knows how people vary them; it works offline.
Composition rules (a digit, a capital) are left out on purpose: they make passwords worse (NIST SP 800-63B, 5.1.1.2).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from zxcvbn import zxcvbn

from lachan.domain.errors import InputError

MIN_PASSWORD: Final = 12  # characters: length beats composition rules
MAX_PASSWORD: Final = 200  # hashing takes time by design; nobody types more
#: Guesses, as a power of ten, that an attacker with leaked lists must need. What is typed at log-in is limited to a
#: few tries a minute; this is for the day when hashes are stolen.
_GUESSES: Final = 10.0
_READ: Final = 72  # characters that zxcvbn looks at: its time grows steeply
#: What people here would try first, without accents; zxcvbn's lists are mostly English.
_WORDS: Final = (
    "lachan la chan mat khau matkhau congan cong an can bo canbo vietnam viet nam hanoi ha noi saigon sai gon "
    "baove bao ve tre em treem hoc sinh hocsinh anh yeu em anhyeuem emyeuanh tinh yeu cong hoa xa hoi chu nghia "
    "xin chao xinchao nguyen tran phuong linh minh tuan dung hung"
)
_OURS: Final = _WORDS.split()


def check_password(password: str, name: str) -> None:
    """Raises InputError, saying what to do, for a password that is too short, too long, or easily guessed."""
    if len(password) < MIN_PASSWORD:
        raise InputError(f"choose a password of at least {MIN_PASSWORD} characters")
    if len(password) > MAX_PASSWORD:
        raise InputError(f"choose a password of at most {MAX_PASSWORD} characters")
    plain = "".join(
        sign for sign in unicodedata.normalize("NFD", password.casefold()) if not unicodedata.combining(sign)
    ).replace("đ", "d")
    for tried in {password, plain}:
        if zxcvbn(tried[:_READ], user_inputs=[name, *_OURS], max_length=_READ)["guesses_log10"] < _GUESSES:
            raise InputError("this password is among those that are tried first: choose a longer sentence")
