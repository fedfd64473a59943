"""The networks of assignment 2, put together from the course's layers: scores, loss and gradients.

All arrays come in one dict under the course's names: ``W1``, ``b1``, ``gamma1``, ``beta1`` … ``kept1`` is what the
dropout of the first hidden layer multiplies with in training, ``kept0`` what one of the input would: the mask is the
submission's own.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray as Array

from parity_tests.homework.courses.cs231n import layers
from parity_tests.homework.courses.cs231n.losses import SoftmaxLoss

Arrays = Mapping[str, Array]
Shapes = dict[str, tuple[int, ...]]
Running = dict[str, tuple[Array, Array]]


class Link(NamedTuple):
    """A layer, its name in the network, and the names of the arrays that it reads beside x."""

    name: str
    layer: Any
    names: tuple[str, ...] = ()


class Scaled:
    """out = x kept: a dropout whose mask, scale included, is known."""

    def forward(self, x: Array, kept: Array) -> tuple[Array, Array]:
        kept = kept.reshape(x.shape)
        return x * kept, kept

    def backward(self, saved: Array, dy: Array) -> Array:
        return dy * saved  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Network:
    """A chain of layers, softmax, and L2 on the weights.

    ``forward`` is what three calls give one after the other: the loss in training, the scores in test mode (with the
    running averages of one batch), and the loss once more. The labels are an option, for they have no gradient.
    """

    input_dim: tuple[int, ...]
    num_classes: int
    labels: tuple[int, ...]
    reg: float

    def links(self, training: bool) -> tuple[Link, ...]:
        """The layers, first to last."""
        raise NotImplementedError

    def links_back(self) -> tuple[Link, ...]:
        """The layers that the gradient passes; a mistake may leave one out."""
        return self.links(True)

    def shapes(self, n: int) -> Shapes:
        """The shape of every array for a batch of n."""
        raise NotImplementedError

    def penalty(self, arrays: Arrays) -> Any:
        """0.5 reg (sum of all squared weights)."""
        return sum(0.5 * self.reg * (w * w).sum() for w in _weights(arrays).values())

    def decay(self, name: str, arrays: Arrays) -> Any:
        """What the penalty adds to the gradient by an array."""
        return self.reg * arrays[name] if name in _weights(arrays) else 0

    def forward(self, x: Array, arrays: Arrays) -> tuple[Array, dict[str, Array], Any]:
        running: Running = {}
        scores, saved = self.through(self.links(True), x, arrays, running, True)
        labels = np.array(self.labels[: len(x)], dtype=np.int64)
        data, kept = SoftmaxLoss().forward(scores, labels)
        loss = data + self.penalty(arrays)
        tested = self.tested(x, arrays, running)
        return loss, {"scores": tested, "loss after testing": loss}, (arrays, saved, kept)

    def tested(self, x: Array, arrays: Arrays, running: Running) -> Array:
        """The scores in test mode, after a batch in training."""
        return self.through(self.links(False), x, arrays, running, False)[0]

    def through(
        self, links: tuple[Link, ...], x: Array, arrays: Arrays, running: Running, training: bool
    ) -> tuple[Array, dict[str, Any]]:
        """What comes out of the last layer, and what each of them saved."""
        saved: dict[str, Any] = {}
        for link in links:
            values = [arrays[name] for name in link.names]
            if isinstance(link.layer, layers.BatchNorm):
                start = np.zeros_like(values[0]), np.zeros_like(values[0])
                before = running.get(link.names[0], start)
                layer = layers.BatchNorm(training=training)
                x, mean, var, saved[link.name] = layer.forward(x, values[0], values[1], *before)
                running[link.names[0]] = mean, var
            else:
                x, saved[link.name] = link.layer.forward(x, *values)
        return x, saved

    def backward(self, saved: Any, dy: Array) -> tuple[Array, dict[str, Array]]:
        arrays, kept, loss = saved
        dout = SoftmaxLoss().backward(loss, dy)
        gradients: dict[str, Array] = {}
        for link in reversed(self.links_back()):
            found = link.layer.backward(kept[link.name], dout)
            dout, *others = found if isinstance(found, tuple) else (found,)
            gradients |= dict(zip(link.names, others, strict=False))
        return dout, {name: g + self.decay(name, arrays) for name, g in gradients.items()}


def _weights(arrays: Arrays) -> Arrays:
    return {name: x for name, x in arrays.items() if name.startswith("W")}


def affine(i: int) -> Link:
    return Link(f"affine{i}", layers.Affine(), (f"W{i}", f"b{i}"))


def relu(i: int) -> Link:
    return Link(f"relu{i}", layers.ReLU())


def hidden_shapes(widths: tuple[int, ...], first: int = 1) -> Shapes:
    """W1, b1, W2, b2 … between layers of these widths."""
    found: Shapes = {}
    for i, (d_in, d_out) in enumerate(pairwise(widths), start=first):
        found |= {f"W{i}": (d_in, d_out), f"b{i}": (d_out,)}
    return found


@dataclass(frozen=True, slots=True)
class TwoLayerNet(Network):
    """affine - relu - affine - softmax."""

    hidden_dim: int

    def links(self, training: bool) -> tuple[Link, ...]:
        return affine(1), relu(1), affine(2)

    def shapes(self, n: int) -> Shapes:
        return hidden_shapes((math.prod(self.input_dim), self.hidden_dim, self.num_classes))


@dataclass(frozen=True, slots=True)
class FullyConnectedNet(Network):
    """{affine - [norm] - relu - [dropout]} for each hidden layer, then affine - softmax.

    ``dropout`` is the value that the course's keyword of that year gets; None leaves it out.
    """

    hidden_dims: tuple[int, ...]
    normalization: str | None = None
    dropout: float | None = None

    def links(self, training: bool) -> tuple[Link, ...]:
        hidden = [self.hidden(i + 1, training) for i in range(len(self.hidden_dims))]
        return *(link for block in hidden for link in block), affine(len(hidden) + 1)

    def hidden(self, i: int, training: bool) -> tuple[Link, ...]:
        """The layers of one hidden layer."""
        return (affine(i), *self.norm(i), relu(i), *(self.dropped(i) if training else ()))

    def norm(self, i: int) -> tuple[Link, ...]:
        if self.normalization is None:
            return ()
        layer = layers.BatchNorm() if self.normalization == "batch" else layers.LayerNorm()
        return (Link(f"norm{i}", layer, (f"gamma{i}", f"beta{i}")),)

    def dropped(self, i: int) -> tuple[Link, ...]:
        return () if self.dropout is None else (Link(f"dropout{i}", Scaled(), (f"kept{i}",)),)

    def shapes(self, n: int) -> Shapes:
        found = hidden_shapes((math.prod(self.input_dim), *self.hidden_dims, self.num_classes))
        for i, width in enumerate(self.hidden_dims, start=1):
            if self.normalization is not None:
                found |= {f"gamma{i}": (width,), f"beta{i}": (width,)}
            if self.dropout is not None:
                found |= {f"kept{i}": (n, width)}
        if self.dropout is not None:  # of the input, which nobody should drop
            found |= {"kept0": (n, math.prod(self.input_dim))}
        return found


@dataclass(frozen=True, slots=True)
class ThreeLayerConvNet(Network):
    """conv - relu - 2x2 max pool - affine - relu - affine - softmax; the convolution keeps the size."""

    num_filters: int
    filter_size: int
    hidden_dim: int

    def links(self, training: bool) -> tuple[Link, ...]:
        padding = (self.filter_size - 1) // 2
        conv = Link("conv1", layers.Conv(stride=1, padding=padding), ("W1", "b1"))
        pool = Link("pool1", layers.MaxPool(kernel_size=(2, 2), stride=2))
        return conv, relu(1), pool, affine(2), relu(2), affine(3)

    def shapes(self, n: int) -> Shapes:
        c, h, w = self.input_dim
        k, pooled = self.filter_size, self.num_filters * (h // 2) * (w // 2)
        filters: Shapes = {"W1": (self.num_filters, c, k, k), "b1": (self.num_filters,)}
        return filters | hidden_shapes((pooled, self.hidden_dim, self.num_classes), first=2)
