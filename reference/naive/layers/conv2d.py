"""The definition of ``reference/layers/conv2d.py`` as plain loops."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    x: Float[Array, "n c_in h w"]
    weight: Float[Array, "c_out c_in//groups kh kw"]
    has_bias: bool


@dataclass(frozen=True, slots=True)
class Conv2d:
    """Every output is a sum of products of an input and a weight; backward walks the same products.

    The product x[a] weight[b] in y[o] gives weight[b] dy[o] to dx[a] and x[a] dy[o] to dweight[b].

    >>> x, weight = np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 1.0]]]])
    >>> Conv2d().forward(x, weight)[0]
    array([[[[12., 23.]]]])
    """

    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1

    def forward(
        self,
        x: Float[Array, "n c_in h w"],
        weight: Float[Array, "c_out c_in//groups kh kw"],
        bias: Float[Array, " c_out"] | None = None,
    ) -> tuple[Float[Array, "n c_out h_out w_out"], Saved]:
        size = [self.output_length(x, weight, axis) for axis in (0, 1)]
        y = np.zeros_like(x, shape=(x.shape[0], weight.shape[0], *size))
        for out in np.ndindex(y.shape):
            for a, b in self.products(out, x.shape, weight.shape):
                y[out] += x[a] * weight[b]
            if bias is not None:
                y[out] += bias[out[1]]
        return y, Saved(x, weight, bias is not None)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c_out h_out w_out"]
    ) -> tuple[
        Float[Array, "n c_in h w"],
        Float[Array, "c_out c_in//groups kh kw"],
        Float[Array, " c_out"] | None,
    ]:
        x, weight, has_bias = saved
        dx, dweight = np.zeros_like(x), np.zeros_like(weight)
        dbias = np.zeros_like(weight, shape=weight.shape[:1])
        for out in np.ndindex(dy.shape):
            for a, b in self.products(out, x.shape, weight.shape):
                dx[a] += weight[b] * dy[out]
                dweight[b] += x[a] * dy[out]
            dbias[out[1]] += dy[out]
        return dx, dweight, dbias if has_bias else None

    def output_length(self, x: Array, weight: Array, axis: int) -> int:
        reach = self.dilation[axis] * (weight.shape[2 + axis] - 1) + 1
        return (x.shape[2 + axis] + 2 * self.padding[axis] - reach) // self.stride[axis] + 1

    def products(self, out: tuple, x_shape: tuple, weight_shape: tuple) -> Iterator[tuple]:
        """The index into x and the index into weight of every product in y[out]."""
        n, o, i, j = out
        first = o // (weight_shape[0] // self.groups) * weight_shape[1]
        for c, k, l in np.ndindex(weight_shape[1:]):
            row = i * self.stride[0] + k * self.dilation[0] - self.padding[0]
            col = j * self.stride[1] + l * self.dilation[1] - self.padding[1]
            if 0 <= row < x_shape[2] and 0 <= col < x_shape[3]:
                yield (n, first + c, row, col), (o, c, k, l)
