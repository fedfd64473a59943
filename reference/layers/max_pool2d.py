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
        out = output_size(self, (h, w))
        padded, positions = pad(self, x, out), taps(self, out)
        y = np.full_like(x, -np.inf, shape=(n, c, *out))
        winner = np.zeros_like(y, dtype=np.min_scalar_type(len(positions)))
        for position, (rows, cols) in enumerate(positions):
            candidate = padded[:, :, rows, cols].copy()  # in one piece: it is read three times
            better = (candidate > y) | np.isnan(candidate)
            # Maxima of ever larger positions: no processor can predict what np.where would choose
            winner = np.maximum(winner, better * winner.dtype.type(position))
            y = np.maximum(y, candidate)
        return y, Saved(x.shape, winner)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c h_out w_out"]
    ) -> Float[Array, "n c h w"]:
        n, c, h, w = saved.x_shape
        ph, pw = self.padding
        out = dy.shape[2:]
        dpadded = np.zeros_like(dy, shape=(n, c, *canvas_size(self, (h, w), out)))
        finite = np.isfinite(dy).all()
        for position, (rows, cols) in enumerate(taps(self, out)):
            won = saved.winner == position
            # A product is faster than a choice, but infinity · 0 is nan
            dpadded[:, :, rows, cols] += dy * won if finite else np.where(won, dy, 0.0)
        return dpadded[:, :, ph : ph + h, pw : pw + w]


def pad(pool: MaxPool2d, x: Array, out: Sequence[int]) -> Array:
    """x with -inf around it as far as windows reach; x itself where they reach no further."""
    n, c, h, w = x.shape
    ph, pw = pool.padding
    size = canvas_size(pool, (h, w), out)
    if size == [h, w]:
        return x
    padded = np.full_like(x, -np.inf, shape=(n, c, *size))
    padded[:, :, ph : ph + h, pw : pw + w] = x
    return padded


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
