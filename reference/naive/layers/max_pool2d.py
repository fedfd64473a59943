"""The definition of ``reference/layers/max_pool2d.py`` as plain loops."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs: for every output the index into x of its maximum, if it has one."""

    x: Float[Array, "n c h w"]
    winners: dict[tuple, tuple | None]


@dataclass(frozen=True, slots=True)
class MaxPool2d:
    """Every output looks through its window, row by row; the first maximum gets the gradient.

    >>> pool = MaxPool2d(kernel_size=(1, 2), stride=(1, 1))
    >>> pool.forward(np.array([[[[1.0, 3.0, 2.0, 2.0]]]]))[0]
    array([[[[3., 3., 2.]]]])
    """

    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)
    ceil_mode: bool = False

    def forward(self, x: Float[Array, "n c h w"]) -> tuple[Float[Array, "n c h_out w_out"], Saved]:
        shape = (*x.shape[:2], *(len(self.window_starts(x, axis)) for axis in (0, 1)))
        y = np.full_like(x, -np.inf, shape=shape)
        winners = {}
        for out in np.ndindex(y.shape):
            best = None
            for place in self.window(out, x):
                if best is None or x[place] > x[best] or x[place] != x[place]:  # nan wins
                    best = place
            if best is not None:
                y[out] = x[best]
            winners[out] = best
        return y, Saved(x, winners)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c h_out w_out"]
    ) -> Float[Array, "n c h w"]:
        dx = np.zeros_like(saved.x)
        for out, best in saved.winners.items():
            if best is not None:
                dx[best] += dy[out]
        return dx

    def window_starts(self, x: Array, axis: int) -> list[int]:
        """Where the windows begin, in rows (or columns) of x without padding."""
        length, padding = x.shape[2 + axis], self.padding[axis]
        reach = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
        start, last = -padding, length + padding - reach
        starts = list(range(start, last + 1, self.stride[axis]))
        start += self.stride[axis] * len(starts)
        hangs_over = start < last + self.stride[axis] and start < length
        return [*starts, start] if self.ceil_mode and hangs_over else starts

    def window(self, out: tuple, x: Array) -> list[tuple]:
        """The indices into x under the window of y[out], row by row."""
        n, c, i, j = out
        (kh, kw), (dh, dw) = self.kernel_size, self.dilation
        top, left = self.window_starts(x, 0)[i], self.window_starts(x, 1)[j]
        places = [(top + dh * k, left + dw * l) for k in range(kh) for l in range(kw)]
        return [(n, c, r, q) for r, q in places if 0 <= r < x.shape[2] and 0 <= q < x.shape[3]]
