"""The definition of ``reference/layers/avg_pool2d.py`` as plain loops."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    x: Float[Array, "n c h w"]


@dataclass(frozen=True, slots=True)
class AvgPool2d:
    """Every output is the sum over its window by its divisor; every pixel gets back its share.

    >>> pool = AvgPool2d(kernel_size=(1, 2), stride=(1, 2), ceil_mode=True)
    >>> pool.forward(np.array([[[[1.0, 3.0, 7.0]]]]))[0]
    array([[[[2., 7.]]]])
    """

    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int] = (0, 0)
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None

    def forward(self, x: Float[Array, "n c h w"]) -> tuple[Float[Array, "n c h_out w_out"], Saved]:
        shape = (*x.shape[:2], *(len(self.window_starts(x, axis)) for axis in (0, 1)))
        y = np.zeros_like(x, shape=shape)
        for out in np.ndindex(y.shape):
            pixels, divisor = self.window(out, x)
            for pixel in pixels:
                y[out] += x[pixel]
            y[out] /= divisor
        return y, Saved(x)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c h_out w_out"]
    ) -> Float[Array, "n c h w"]:
        dx = np.zeros_like(saved.x)
        for out in np.ndindex(dy.shape):
            pixels, divisor = self.window(out, saved.x)
            for pixel in pixels:
                dx[pixel] += dy[out] / divisor
        return dx

    def window_starts(self, x: Array, axis: int) -> list[int]:
        """Where the windows begin, in rows (or columns) of x without padding."""
        length, padding, stride = x.shape[2 + axis], self.padding[axis], self.stride[axis]
        start, last = -padding, length + padding - self.kernel_size[axis]
        starts = list(range(start, last + 1, stride))
        start += stride * len(starts)
        hangs_over = start < last + stride and start < length
        return [*starts, start] if self.ceil_mode and hangs_over else starts

    def window(self, out: tuple, x: Array) -> tuple[list[tuple], int]:
        """The indices into x under the window of y[out], and what their sum is divided by."""
        n, c, i, j = out
        (h, w), (ph, pw) = x.shape[2:], self.padding
        top, left = self.window_starts(x, 0)[i], self.window_starts(x, 1)[j]
        places = [
            (row, col)
            for row in range(top, top + self.kernel_size[0])
            for col in range(left, left + self.kernel_size[1])
        ]
        pixels = [(n, c, r, q) for r, q in places if 0 <= r < h and 0 <= q < w]
        with_padding = [(r, q) for r, q in places if r < h + ph and q < w + pw]
        counted = len(with_padding if self.count_include_pad else pixels)
        return pixels, counted if self.divisor_override is None else self.divisor_override
