from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.domain.errors import InputError
from lachan.store.signature import read_public_key, verify
from tests.lists import KEY, PUBLIC, document, signature


def test_only_the_signed_bytes_and_the_right_key_fit() -> None:
    signed = document()
    assert verify(PUBLIC, signature(signed), signed)
    assert not verify(PUBLIC, signature(signed), signed + b" ")
    assert not verify(PUBLIC, bytes(64), signed)
    assert not verify(bytes(range(1, 33)), signature(signed), signed)


@given(st.binary(max_size=40), st.binary(max_size=80), st.binary(max_size=80))
@settings(deadline=None)
def test_nothing_breaks_it(key: bytes, signed: bytes, message: bytes) -> None:
    verify(key, signed, message)


def test_a_key_comes_as_pem_or_base64() -> None:
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert read_public_key(pem) == read_public_key(base64.b64encode(PUBLIC) + b"\n") == PUBLIC


def test_other_keys_are_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(InputError, match="another kind"):
        read_public_key(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for wrong in (b"", b"abc", base64.b64encode(b"short"), b"-----BEGIN PUBLIC KEY-----\nx", "é".encode()):
        with pytest.raises(InputError):
            read_public_key(wrong)
