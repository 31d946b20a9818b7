"""An address of somebody who works here, to be told at. It ends in the envelope of a mail: nothing that could be a
second address, a header or a line of its own passes."""

from __future__ import annotations

from typing import Final

from lachan.domain.errors import InputError

MAX_ADDRESS: Final = 200


def one_address(given: str) -> str:
    """The address without blanks around it; "" for none. Raises InputError."""
    address = given.strip()
    name, at, host = address.partition("@")
    if address and (
        not (name and at and "." in host)
        or len(address) > MAX_ADDRESS
        or not (address.isascii() and address.isprintable())
        or address.split() != [address]
        or any(sign in address for sign in ",;<>\"'()[]\\:")
    ):
        raise InputError("write one e-mail address, such as truc@example.vn")
    return address
