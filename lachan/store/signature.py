"""Ed25519: reading a public key, and whether a signature fits."""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from lachan.domain.errors import InputError


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` (64 bytes) over `message` was made with the key to `public_key` (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_public_key(given: bytes) -> bytes:
    """The 32 bytes of a key given as PEM, or as base64. Raises InputError for anything else."""
    try:
        if given.lstrip().startswith(b"-----BEGIN"):
            key = load_pem_public_key(given)
            if isinstance(key, Ed25519PublicKey):
                return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        else:
            raw = base64.b64decode(given.strip(), validate=True)
            return Ed25519PublicKey.from_public_bytes(raw).public_bytes(Encoding.Raw, PublicFormat.Raw)
    except (ValueError, binascii.Error) as error:
        raise InputError(f"this is no Ed25519 public key in PEM or base64: {error}") from error
    raise InputError("this is a public key of another kind: an issuer signs with Ed25519")
