"""The shipped encoder as a start for more training: its 8-bit ONNX weights as float tensors, head included.

encoder.onnx -> initializers -> float weights by the names that `classifiers.network` gives them

What rounding to 8 bits took is lost; nothing else is. Needs the `train` extra; nothing at run time imports this.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import numpy_helper

from classifiers.linear import COLUMNS
from classifiers.model_folder import ENCODER, TOKENIZER
from classifiers.pretrained import F32, Pretrained
from lachan.domain.errors import InputError

#: Width of one attention head in multilingual-e5-small; a graph does not tell it.
_HEAD_WIDTH: Final = 32
_TABLES: Final = ("words", "positions")


def read(folder: Path) -> Pretrained:
    """The encoder of a model folder, with `head.weight` and `head.bias` among its tensors. Raises InputError when the
    folder has none, or none that `classifiers.encoder_export` wrote."""
    try:
        graph = _graph((folder / ENCODER).read_bytes())
        tokenizer = (folder / TOKENIZER).read_text("utf-8")
        tensors = _tensors(graph)
        width = tensors["words"].shape[1]
        layers = 1 + max(int(name.split(".")[0]) for name in tensors if name[0].isdigit())
        if tensors["head.weight"].shape != (COLUMNS, width):
            raise ValueError(f"its head has not {COLUMNS} columns")
    except (OSError, KeyError, ValueError) as error:
        raise InputError(
            f"{folder}: no encoder to go on from ({error!r}); give a folder that `release` wrote"
        ) from error
    return Pretrained(tensors, tokenizer, layers, width, width // _HEAD_WIDTH)


def _graph(weights: bytes) -> onnx.GraphProto:
    try:
        return onnx.load_model_from_string(weights).graph
    except Exception as error:  # the parser raises its own bare exceptions
        raise ValueError(f"no ONNX graph: {error}") from error


def _tensors(graph: onnx.GraphProto) -> dict[str, F32]:
    given = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}

    def floats(quantised: str, rows_first: bool = False) -> F32:
        stem = quantised.removesuffix("_quantized")
        whole = given[quantised].astype(np.float32) - given[f"{stem}_zero_point"].astype(np.float32)
        result: F32 = (whole * given[f"{stem}_scale"]).astype(np.float32)
        return result if rows_first else np.ascontiguousarray(result.T)

    tensors = {name: floats(f"{name}.weight_quantized", rows_first=True) for name in _TABLES}
    tensors["types"] = np.zeros((1, tensors["words"].shape[1]), dtype=np.float32)  # the positions hold them
    for name, value in given.items():
        if name.startswith(("layers.", "norm.", "head.")) and name.endswith((".weight", ".bias")):
            tensors[name.removeprefix("layers.")] = value.copy()
    # A matrix is known by the bias that is added to its product: layers.3.query.bias + (x @ onnx::MatMul_7).
    for node in graph.node:
        if node.op_type != "Add":
            continue
        bias = next((name for name in node.input if name in given and name.endswith(".bias")), None)
        if bias is None:
            continue
        (product,) = (name for name in node.input if name != bias)
        while makers[product].op_type != "MatMulInteger":
            product = makers[product].input[0]
        tensors[bias.removeprefix("layers.").removesuffix("bias") + "weight"] = floats(
            makers[product].input[1]
        )
    return tensors
