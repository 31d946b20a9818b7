"""The backup file: a stream of records, compressed, then sealed piece by piece with the operator's key.

`LACHAN-BACKUP-1\\n`, 8 random bytes, then pieces: 4 bytes length, AES-256-GCM ciphertext. The nonce is the 8
bytes and the piece's number; the associated data says whether it is the last one, so a file that was cut,
reordered or changed does not open.
"""

from __future__ import annotations

import base64
import binascii
import io
import os
import secrets
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lachan.domain.errors import InputError

_MAGIC: Final = b"LACHAN-BACKUP-1\n"
_SALT: Final = 8
_PIECE: Final = 256 * 1024  # bytes of compressed clear data in a piece
_LONGEST: Final = _PIECE * 4  # no piece of ours is longer: a damaged length must not fill the memory


def new_backup_key(path: Path) -> None:
    """Write a fresh key, readable by its owner alone. Raises InputError when the file exists."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"{path} exists: a backup key is never overwritten") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_backup_key(path: Path) -> AESGCM:
    """The cipher of a key file. Raises InputError."""
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
        if len(key) != 32:
            raise InputError(f"{path} is no backup key: it must hold 32 bytes in base64")
    except OSError as error:
        raise InputError(f"the backup key {path} cannot be read: {error.strerror}") from error
    except binascii.Error as error:
        raise InputError(f"{path} is no backup key: it must hold 32 bytes in base64") from error
    return AESGCM(key)


class BackupWriter:
    """Seals lines into `file`; `finish` writes the last piece, without which the file does not open."""

    def __init__(self, file: io.BufferedWriter, cipher: AESGCM) -> None:
        self._file, self._cipher = file, cipher
        self._salt = secrets.token_bytes(_SALT)
        self._number = 0
        self._packer = zlib.compressobj(6)
        self._waiting = bytearray()
        file.write(_MAGIC + self._salt)

    def line(self, line: bytes) -> None:
        self._waiting += self._packer.compress(line + b"\n")
        while len(self._waiting) > _PIECE:
            self._seal(bytes(self._waiting[:_PIECE]), last=False)
            del self._waiting[:_PIECE]

    def finish(self) -> None:
        self._seal(bytes(self._waiting) + self._packer.flush(), last=True)

    def _seal(self, clear: bytes, *, last: bool) -> None:
        nonce = self._salt + struct.pack(">I", self._number)
        self._number += 1
        sealed = self._cipher.encrypt(nonce, clear, b"last" if last else b"more")
        self._file.write(struct.pack(">I", len(sealed)) + sealed)


def read_lines(file: io.BufferedReader, cipher: AESGCM) -> Iterator[bytes]:
    """The lines of a whole, unchanged file, in order. Raises InputError at the first piece that is not."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise InputError("this is not a backup of lachan")
    salt = file.read(_SALT)
    unpacker, rest, number, last = zlib.decompressobj(), b"", 0, False
    while not last:
        size = file.read(4)
        length = struct.unpack(">I", size)[0] if len(size) == 4 else _LONGEST + 1
        if length > _LONGEST:
            raise InputError("the backup is cut off or damaged: take another one")
        sealed = file.read(length)
        nonce = salt + struct.pack(">I", number)
        last = not file.peek(1)
        try:
            clear = cipher.decrypt(nonce, sealed, b"last" if last else b"more")
        except InvalidTag:
            raise InputError("the backup is cut off or damaged, or this is not its key") from None
        number += 1
        lines = (rest + unpacker.decompress(clear)).split(b"\n")
        rest = lines.pop()
        yield from lines
    if rest or not unpacker.eof:
        raise InputError("the backup is cut off or damaged: take another one")
