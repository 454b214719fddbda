"""Writes ONNX models: the few messages of its format that a plain graph needs.

The ``onnx`` package asks for a newer protobuf than Rasa allows. Field numbers: ``onnx.proto`` of the ONNX
specification, IR version 9.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

IR_VERSION, OPSET = 9, 18
OWN = "com.microsoft"  # the domain of onnxruntime's own operators
TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7}
FLOAT, INT = 1, 2  # kinds of attributes


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _attribute(name: str, value: int | float) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, INT)
    return _text(1, name) + _varint(2 << 3 | 5) + np.float32(value).tobytes() + _number(20, FLOAT)


def _tensor(name: str, value: NDArray[Any]) -> bytes:
    shape = b"".join(_number(1, size) for size in value.shape)
    return shape + _number(2, TYPES[value.dtype.name]) + _text(8, name) + _bytes(9, value.tobytes())


def _variable(name: str, shape: Sequence[int | str]) -> bytes:
    sizes = [_number(1, size) if isinstance(size, int) else _text(2, size) for size in shape]
    tensor = _number(1, TYPES["float32"]) + _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _text(1, name) + _bytes(2, _bytes(1, tensor))


class Graph:
    """A graph that grows node by node; every node has one output, named by the caller or numbered."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._names: set[str] = set()

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Hold an array under a name; the first one of a name stays. KeyError for other TYPES."""
        if name not in self._names:
            self._names.add(name)
            self._constants.append(_tensor(name, np.asarray(value)))
        return name

    def node(self, operator: str, inputs: Sequence[str], output: str, domain: str = "",
             **attributes: int | float) -> str:  # fmt: skip
        """Add an operator and return its output's name; an optional input left out is an empty name."""
        self.nodes(operator, inputs, [output], domain, attributes)
        return output

    def nodes(self, operator: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "",
              attributes: Mapping[str, int | float] = MappingProxyType({})) -> None:  # fmt: skip
        """Add an operator with several outputs."""
        parts = [_text(1, name) for name in inputs] + [_text(2, name) for name in outputs]
        parts += [_text(3, outputs[0]), _text(4, operator), _text(7, domain)]
        parts += [_bytes(5, _attribute(name, value)) for name, value in attributes.items()]
        self._nodes.append(b"".join(parts))

    def model(self, inputs: Mapping[str, Sequence[int | str]], outputs: Mapping[str, Sequence[int | str]],
              notes: Mapping[str, str]) -> bytes:  # fmt: skip
        """The whole model; shapes hold sizes or names of sizes, notes are its metadata."""
        graph = [_bytes(1, node) for node in self._nodes] + [_text(2, "e5")]
        graph += [_bytes(5, constant) for constant in self._constants]
        graph += [_bytes(11, _variable(name, shape)) for name, shape in inputs.items()]
        graph += [_bytes(12, _variable(name, shape)) for name, shape in outputs.items()]
        operators = [("", OPSET), (OWN, 1)]
        parts = [_number(1, IR_VERSION), _bytes(7, b"".join(graph))]
        parts += [_bytes(8, _text(1, domain) + _number(2, version)) for domain, version in operators]
        parts += [_bytes(14, _text(1, key) + _text(2, value)) for key, value in notes.items()]
        return b"".join(parts)
