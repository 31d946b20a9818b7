"""A trained network as the int8 file that the judge runs.

torch -> ONNX (float32) -> weights quantised to 8 bits, by column; activations by their range at run time

Needs the `train` extra; nothing at run time imports this.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from classifiers.network import Network

_OPSET = 17


def to_int8(network: Network) -> bytes:
    """ONNX of `ids`, `mask` (rows, length) int64 -> `logits` (rows, COLUMNS)."""
    network.eval()
    ids = torch.ones((2, 7), dtype=torch.int64)
    free = {0: "rows", 1: "length"}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole, small = Path(folder, "whole.onnx"), Path(folder, "small.onnx")
        torch.onnx.export(
            network,
            (ids, torch.ones_like(ids)),
            str(whole),
            input_names=["ids", "mask"],
            output_names=["logits"],
            dynamic_axes={"ids": free, "mask": free, "logits": {0: "rows"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        quantize_dynamic(whole, small, per_channel=True, weight_type=QuantType.QInt8)
        return small.read_bytes()
