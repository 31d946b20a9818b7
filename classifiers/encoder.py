"""The encoder at run time: normalised texts in, logits out. onnxruntime and tokenizers, no torch.
Imported only where a model folder has an encoder.

One text at a time: its numbers are quantised by their own range, so that no neighbour in a batch changes a
judgement, and nothing is spent on padding.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

# Newer releases of onnxruntime send usage data unless told not to, and are told before they are loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from classifiers.linear import COLUMNS, F32
from classifiers.marks import with_marks
from lachan.domain.errors import InputError

#: Pieces of a text that are read; longer texts are cut, at run time and in training alike.
LONGEST: Final = 96


class Encoder:
    """int8 transformer over text pieces. Thread-safe: nothing changes after construction."""

    def __init__(self, weights: bytes, tokenizer: str, threads: int = 1) -> None:
        """`weights` is an ONNX graph (ids, mask -> logits). Raises InputError for unreadable ones."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # A processor without VNNI adds products of two bytes in 16 bits, and cuts what overflows: up to 4 of a
        # logit. This takes its exact, slower way, so that every machine judges alike; others are not touched.
        options.add_session_config_entry("session.x64quantprecision", "1")
        try:
            self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_str(tokenizer)
        except Exception as error:  # both libraries raise their own bare exceptions
            raise InputError(f"the encoder cannot be read: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def logits(self, texts: Sequence[str]) -> F32:
        """Raw logits of normalised `texts`, (texts, COLUMNS); read with the marks that they have lost."""
        result = np.zeros((len(texts), COLUMNS), dtype=np.float32)
        for at, encoded in enumerate(self._tokenizer.encode_batch([with_marks(text) for text in texts])):
            ids = np.array([encoded.ids], dtype=np.int64)
            (row,) = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids)})
            result[at] = row[0]
        return result
