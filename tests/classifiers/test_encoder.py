"""The encoder's arithmetic, which must be the same on every processor."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from classifiers import default_folder
from classifiers.encoder import Encoder
from classifiers.linear import COLUMNS

_WIDTH = 64
_LARGEST = 255 * 127


def _extreme() -> bytes:
    """A graph whose logits are the largest sums that 8-bit products can make, whatever text comes in."""
    constants = {
        "none": np.array(0, dtype=np.int64),
        "full": np.full((1, _WIDTH), 255, dtype=np.int64),
        "weights": np.full((_WIDTH, COLUMNS), 127, dtype=np.int8),
        "zero_of_bytes": np.array(0, dtype=np.uint8),
        "zero_of_weights": np.zeros(COLUMNS, dtype=np.int8),
    }
    nodes = [
        helper.make_node("Mul", ["ids", "none"], ["nothing"]),
        helper.make_node("ReduceSum", ["nothing"], ["zero"], keepdims=0),
        helper.make_node("Add", ["zero", "full"], ["wide"]),
        helper.make_node("Cast", ["wide"], ["bytes"], to=TensorProto.UINT8),
        helper.make_node("MatMulInteger", ["bytes", "weights", "zero_of_bytes", "zero_of_weights"], ["sums"]),
        helper.make_node("Cast", ["sums"], ["logits"], to=TensorProto.FLOAT),
    ]
    graph = helper.make_graph(
        nodes,
        "extreme",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["rows", "length"])
            for name in ("ids", "mask")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, COLUMNS])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def test_sums_of_bytes_are_exact_on_any_processor() -> None:
    tokenizer = (default_folder() / "tokenizer.json").read_text("utf-8")
    assert (Encoder(_extreme(), tokenizer).logits(["một câu"]) == _WIDTH * _LARGEST).all()
