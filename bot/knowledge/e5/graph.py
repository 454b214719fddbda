"""The network of multilingual-e5-small as an ONNX graph that multiplies in 8 bits.

Weights have one scale an output, activations one scale a token, found while it runs: a text's vector does not
depend on the texts beside it. A few channels are far larger than the rest and would leave the others few of
the 256 steps, so part of each channel's range is moved into the weights (SmoothQuant, arXiv:2211.10438).
"""

from collections.abc import Mapping

import numpy as np

from bot.knowledge.e5.onnx_bytes import OWN, Graph
from bot.knowledge.e5.weights import Floats, ModelFile

# How much of a channel's range goes into the weights (0 to 1), by product; found by measuring.
MOVED = {"qkv": 0.8, "ao": 0.5, "fi": 0.8, "fo": 0.6}
STEPS = 127.0
INPUT, OUTPUT = "words", "means"
Ranges = Mapping[str, Floats]  # by a product's input: the largest size of each channel


def observed(model: ModelFile) -> list[str]:
    """The inputs of all products, whose ranges ``build`` wants to know."""
    return [name for layer in range(model.sizes.layers) for name in Layer(layer).inputs]


def build(model: ModelFile, ranges: Ranges, notes: Mapping[str, str], observe: bool = False) -> bytes:
    """An ONNX model from (text, token, channel) embeddings to (text, channel) means.

    A channel without a range counts as like all others. With ``observe`` the inputs of products are outputs
    too.
    """
    graph, sizes = Graph(), model.sizes
    _constants(graph, sizes.hidden)
    now = _norm(graph, model, INPUT, "emb.ln", "0.in")
    for layer in range(sizes.layers):
        now = _Writer(graph, model, ranges, Layer(layer)).layer(now)
    graph.node("ReduceMean", [now, "tokens"], OUTPUT, keepdims=0)
    shape = ("texts", "tokens", sizes.hidden)
    outputs: dict[str, tuple[int | str, ...]] = {OUTPUT: ("texts", sizes.hidden)}
    if observe:
        outputs |= {name: ("texts", "tokens", f"{name} width") for name in observed(model)}
    return graph.model({INPUT: shape}, outputs, notes)


class Layer:
    """Names of one layer's tensors, in the file (``l0.q.w``) and in the graph (``0.in``)."""

    def __init__(self, number: int):
        self.file, self.input, self.next = f"l{number}.", f"{number}.in", f"{number + 1}.in"
        self.context, self.middle, self.inner = f"{number}.context", f"{number}.middle", f"{number}.inner"
        self.inputs = [self.input, self.context, self.middle, self.inner]
        self.number = number


class _Writer:
    def __init__(self, graph: Graph, model: ModelFile, ranges: Ranges, layer: Layer):
        self._graph, self._model, self._ranges, self._layer = graph, model, ranges, layer

    def layer(self, now: str) -> str:
        names, graph, hidden = self._layer, self._graph, self._model.sizes.hidden
        both = self._product("qkv", ("q", "k", "v"), now, hidden)
        query, key, value = (f"{both}.{part}" for part in "qkv")
        graph.nodes("Split", [both, "thirds"], [query, key, value], "", {"axis": -1})
        heads = self._model.sizes.heads
        graph.node("MultiHeadAttention", [query, key, value], names.context, OWN, num_heads=heads)
        attended = self._product("ao", ("ao",), names.context, hidden)
        middle = self._add_norm(attended, now, "aln", names.middle)
        graph.node("Gelu", [self._product("fi", ("fi",), middle, hidden)], names.inner, OWN)
        fed = self._product("fo", ("fo",), names.inner, self._model.sizes.inner)
        return self._add_norm(fed, middle, "oln", names.next)

    def _add_norm(self, left: str, right: str, weights: str, output: str) -> str:
        # Two operators, not onnxruntime's fused one, which takes five times as long.
        total = self._graph.node("Add", [left, right], f"{output}.sum")
        return _norm(self._graph, self._model, total, self._layer.file + weights, output)

    def _product(self, name: str, tensors: tuple[str, ...], source: str, width: int) -> str:
        """``source`` times the weights of ``tensors`` side by side, plus their bias."""
        graph, files = self._graph, [self._layer.file + tensor for tensor in tensors]
        weights = np.concatenate([self._model.matrix(f"{file}.w", width) for file in files]).T
        bias = np.concatenate([self._model.floats(f"{file}.b") for file in files])
        share = _shares(self._ranges.get(source), weights, MOVED[name])
        whole, scale = _in_steps(weights * share[:, None])
        here = f"{self._layer.number}.{name}"
        levelled = graph.node("Mul", [source, graph.constant(f"{here}.share", 1 / share)], f"{here}.levelled")
        steps = _token_steps(graph, levelled, here)
        inputs = [f"{here}.whole", graph.constant(f"{here}.weights", whole), "one"]
        inputs += [graph.constant(f"{here}.scale", scale), "middle"]
        graph.node("MatMulIntegerToFloat", inputs, f"{here}.product", OWN)
        graph.node("Div", [f"{here}.product", steps], f"{here}.unscaled")
        return graph.node("Add", [f"{here}.unscaled", graph.constant(f"{here}.bias", bias)], f"{here}.out")


def _token_steps(graph: Graph, source: str, here: str) -> str:
    """Put ``source`` on whole steps as ``here.whole``; returns how many steps make one, by token."""
    graph.node("Abs", [source], f"{here}.sizes")
    graph.node("ReduceMax", [f"{here}.sizes", "channels"], f"{here}.largest", keepdims=1)
    steps = graph.node("Div", ["steps", f"{here}.largest"], f"{here}.steps")
    graph.node("Mul", [source, steps], f"{here}.scaled")
    graph.node("QuantizeLinear", [f"{here}.scaled", "one", "middle"], f"{here}.whole")
    return steps


def _shares(ranges: Floats | None, weights: Floats, moved: float) -> Floats:
    """What each channel is divided by before it is rounded; its weights are multiplied by it.

    Coarse steps, so that other releases of numpy come to the same graph.
    """
    largest = np.abs(weights).max(axis=1)
    sizes = np.ones_like(largest) if ranges is None else np.maximum(ranges, 0.05 * ranges.mean())
    shares = sizes**moved / np.maximum(largest, 1e-6) ** (1 - moved)
    return np.asarray(np.exp2(np.rint(np.log2(shares) * 4) / 4), np.float32)


def _in_steps(weights: Floats) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int8]], Floats]:
    scale = np.asarray(np.abs(weights).max(axis=0) / STEPS, np.float32)
    return np.clip(np.rint(weights / scale), -STEPS, STEPS).astype(np.int8), scale


def _norm(graph: Graph, model: ModelFile, source: str, weights: str, output: str) -> str:
    names = [f"{weights}.{part}" for part in "wb"]
    inputs = [source] + [graph.constant(name, model.floats(name)) for name in names]
    return graph.node("LayerNormalization", inputs, output, axis=-1, epsilon=model.sizes.epsilon)


def _constants(graph: Graph, hidden: int) -> None:
    graph.constant("one", np.array(1, np.float32))
    graph.constant("steps", np.array(STEPS, np.float32))
    graph.constant("middle", np.array(128, np.uint8))
    graph.constant("channels", np.array([-1], np.int64))
    graph.constant("tokens", np.array([1], np.int64))
    graph.constant("thirds", np.array([hidden] * 3, np.int64))
