"""The largest value of every window; twin: ``torch_impl/layers/max_pool2d.py``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs; ``winner`` counts the positions of a window row by row."""

    x_shape: tuple[int, int, int, int]
    winner: Int[Array, "n c h_out w_out"]


@dataclass(frozen=True, slots=True)
class MaxPool2d:
    """y[i,j] = max over k,l of x[i*stride + k*dilation - padding, j*stride + l*dilation - padding].

    dx gets dy[i,j] at the position of the maximum, zero elsewhere; windows may overlap, and then
    a pixel that wins twice gets the sum.

    Among equal maxima the first one, row by row in the window, takes the whole gradient. Outside
    x lies -inf, not zero: padding never wins. ``ceil_mode`` adds a last window that hangs over
    the far edge, unless it would begin in the padding beyond that edge.
    PyTorch wants padding <= kernel_size // 2, and lets a NaN win over every number (the last NaN
    of a window, as here). Fragile: with dilation > h a padded window can miss x altogether; y
    is then -inf, dx gets nothing, and PyTorch 2.13 (CPU) writes dy into the next channel's dx.
    CS231n pools squares or rectangles without padding, dilation or ``ceil_mode``.
    Source: Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 9.3.

    >>> pool = MaxPool2d(kernel_size=(1, 2), stride=(1, 1))
    >>> y, saved = pool.forward(np.array([[[[1.0, 3.0, 2.0, 2.0]]]]))
    >>> y
    array([[[[3., 3., 2.]]]])
    >>> pool.backward(saved, np.array([[[[10.0, 20.0, 5.0]]]]))
    array([[[[ 0., 30.,  5.,  0.]]]])
    """

    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)
    ceil_mode: bool = False

    def forward(self, x: Float[Array, "n c h w"]) -> tuple[Float[Array, "n c h_out w_out"], Saved]:
        n, c, h, w = x.shape
        ph, pw = self.padding
        out = output_size(self, (h, w))
        padded = np.full_like(x, -np.inf, shape=(n, c, *canvas_size(self, (h, w), out)))
        padded[:, :, ph : ph + h, pw : pw + w] = x
        y = np.full_like(x, -np.inf, shape=(n, c, *out))
        winner = np.zeros(y.shape, dtype=np.intp)
        for position, (rows, cols) in enumerate(taps(self, out)):
            candidate = padded[:, :, rows, cols]
            better = (candidate > y) | np.isnan(candidate)
            y = np.where(better, candidate, y)
            winner = np.where(better, position, winner)
        return y, Saved(x.shape, winner)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c h_out w_out"]
    ) -> Float[Array, "n c h w"]:
        n, c, h, w = saved.x_shape
        ph, pw = self.padding
        out = dy.shape[2:]
        dpadded = np.zeros_like(dy, shape=(n, c, *canvas_size(self, (h, w), out)))
        for position, (rows, cols) in enumerate(taps(self, out)):
            dpadded[:, :, rows, cols] += np.where(saved.winner == position, dy, 0.0)
        return dpadded[:, :, ph : ph + h, pw : pw + w]


def output_size(pool: MaxPool2d, size: Sequence[int]) -> list[int]:
    """How many windows fit along each axis; with ``ceil_mode`` one more may hang over."""
    out = []
    for axis, length in enumerate(size):
        kernel, stride, padding = pool.kernel_size[axis], pool.stride[axis], pool.padding[axis]
        room = length + 2 * padding - pool.dilation[axis] * (kernel - 1) - 1
        count = (room + (stride - 1 if pool.ceil_mode else 0)) // stride + 1
        if pool.ceil_mode and (count - 1) * stride >= length + padding:
            count -= 1
        out.append(count)
    return out


def canvas_size(pool: MaxPool2d, size: Sequence[int], out: Sequence[int]) -> list[int]:
    """Rows and columns of padded x: all of x, and all that the windows reach."""
    return [
        max(padding + length, stride * (count - 1) + dilation * (kernel - 1) + 1)
        for length, count, kernel, stride, padding, dilation in zip(
            size, out, pool.kernel_size, pool.stride, pool.padding, pool.dilation, strict=True
        )
    ]


def taps(pool: MaxPool2d, out: Sequence[int]) -> list[tuple[slice, slice]]:
    """For every position in the window: the rows and columns of padded x that it meets."""
    (kh, kw), (sh, sw), (dh, dw) = pool.kernel_size, pool.stride, pool.dilation
    span_h, span_w = sh * (out[0] - 1) + 1, sw * (out[1] - 1) + 1
    return [
        (slice(k * dh, k * dh + span_h, sh), slice(l * dw, l * dw + span_w, sw))
        for k in range(kh)
        for l in range(kw)
    ]
