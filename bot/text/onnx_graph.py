"""A small builder for ONNX graphs, shared by the sentence encoders."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]
OPSET = 17
MICROSOFT = "com.microsoft"
IR_VERSION = 8


class GraphBuilder:
    """Collects nodes and initializers and turns them into a quantized model file."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []
        self._count = 0

    def constant(self, value: Array) -> str:
        """Store `value` as an initializer and return its tensor name."""
        name = f"c{len(self._initializers)}"
        self._initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def floats(self, *values: float) -> str:
        """Store float32 scalars or a short vector."""
        return self.constant(np.array(values[0] if len(values) == 1 else values, np.float32))

    def ints(self, *values: int) -> str:
        """Store an int64 vector."""
        return self.constant(np.array(values, np.int64))

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add one node with one output and return the output's name."""
        self._count += 1
        out = f"t{self._count}"
        self._nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def linear(self, x: str, weight: Array, bias: Array | None = None) -> str:
        """`x @ weight + bias`, with `weight` of shape (inputs, outputs)."""
        y = self.op("MatMul", x, self.constant(weight))
        return y if bias is None else self.op("Add", y, self.constant(bias))

    def layer_norm(self, x: str, gamma: Array, beta: Array, epsilon: float) -> str:
        """Normalize over the last axis."""
        return self.op(
            "LayerNormalization",
            x,
            self.constant(gamma),
            self.constant(beta),
            axis=-1,
            epsilon=epsilon,
        )

    def gelu(self, x: str) -> str:
        """The exact Gaussian error linear unit, as ONNX Runtime's own fused operator."""
        return self.op("Gelu", x, domain=MICROSOFT)

    def model(
        self,
        inputs: dict[str, tuple[int, list[str | int]]],
        output: str,
        output_shape: list[str | int],
    ) -> onnx.ModelProto:
        """Assemble the model; `inputs` maps a name to (element type, shape)."""
        graph = helper.make_graph(
            [*self._nodes, helper.make_node("Identity", [output], ["output"])],
            self._name,
            [helper.make_tensor_value_info(n, t, s) for n, (t, s) in inputs.items()],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, output_shape)],
            self._initializers,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        )
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model)
        return model


def quantized(model: onnx.ModelProto) -> bytes:
    """Return `model` with 8-bit weights for its matrix products and look-ups, serialized."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        onnx.save(model, str(source))
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
            weight_type=QuantType.QUInt8,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
        return target.read_bytes()


def session(model: bytes, threads: int = 1) -> Any:
    """Open an inference session; one thread by default, so that workers do not fight for cores."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
