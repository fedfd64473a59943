"""The mean of every window; twin: ``torch_impl/layers/avg_pool2d.py``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    x_shape: tuple[int, int, int, int]
    divisor: Float[Array, "h_out w_out"]


@dataclass(frozen=True, slots=True)
class AvgPool2d:
    """y[i,j] = (sum over k,l of x[i*stride + k - padding, j*stride + l - padding]) / divisor[i,j].

    dx adds up dy / divisor over all windows that a pixel lies in. Outside x lies zero.

    The divisor is where libraries differ. Here, as in PyTorch: ``divisor_override`` if there is
    one; else the pixels of x under the window; with ``count_include_pad`` also those of the
    padding, but never those that only ``ceil_mode`` brought in beyond the padding, so a window
    that hangs over the far edge is divided by less than the kernel's area.
    PyTorch wants padding <= kernel_size // 2. CS231n has no average pooling.
    Fragile: a mean over the kernel's area is right everywhere but at the edges.
    Source: Lin, Chen and Yan 2014, arXiv:1312.4400, section 3.2 (one window over all of x).

    >>> pool = AvgPool2d(kernel_size=(1, 2), stride=(1, 2), ceil_mode=True)
    >>> y, saved = pool.forward(np.array([[[[1.0, 3.0, 7.0]]]]))
    >>> y
    array([[[[2., 7.]]]])
    >>> pool.backward(saved, np.array([[[[10.0, 20.0]]]]))
    array([[[[ 5.,  5., 20.]]]])
    """

    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int] = (0, 0)
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None

    def forward(self, x: Float[Array, "n c h w"]) -> tuple[Float[Array, "n c h_out w_out"], Saved]:
        n, c, h, w = x.shape
        ph, pw = self.padding
        out = output_size(self, (h, w))
        padded = np.zeros_like(x, shape=(n, c, *canvas_size(self, (h, w), out)))
        padded[:, :, ph : ph + h, pw : pw + w] = x
        divisor = np.zeros_like(x, shape=tuple(out))
        if self.divisor_override is None:
            divisor[...] = window_area(self, (h, w), out)
        else:
            divisor[...] = self.divisor_override
        total = np.zeros_like(x, shape=(n, c, *out))
        for rows, cols in taps(self, out):
            total += padded[:, :, rows, cols]
        return total / divisor, Saved(x.shape, divisor)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c h_out w_out"]
    ) -> Float[Array, "n c h w"]:
        n, c, h, w = saved.x_shape
        ph, pw = self.padding
        out = dy.shape[2:]
        share = dy / saved.divisor
        dpadded = np.zeros_like(dy, shape=(n, c, *canvas_size(self, (h, w), out)))
        for rows, cols in taps(self, out):
            dpadded[:, :, rows, cols] += share
        return dpadded[:, :, ph : ph + h, pw : pw + w]


def output_size(pool: AvgPool2d, size: Sequence[int]) -> list[int]:
    """How many windows fit along each axis; with ``ceil_mode`` one more may hang over."""
    out = []
    for axis, length in enumerate(size):
        kernel, stride, padding = pool.kernel_size[axis], pool.stride[axis], pool.padding[axis]
        room = length + 2 * padding - kernel
        count = (room + (stride - 1 if pool.ceil_mode else 0)) // stride + 1
        if pool.ceil_mode and (count - 1) * stride >= length + padding:
            count -= 1
        out.append(count)
    return out


def canvas_size(pool: AvgPool2d, size: Sequence[int], out: Sequence[int]) -> list[int]:
    """Rows and columns of padded x: all of x, and all that the windows reach."""
    return [
        max(padding + length, stride * (count - 1) + kernel)
        for length, count, kernel, stride, padding in zip(
            size, out, pool.kernel_size, pool.stride, pool.padding, strict=True
        )
    ]


def window_area(pool: AvgPool2d, size: Sequence[int], out: Sequence[int]) -> Array:
    """How many pixels count in each window; as integers, so the counts are exact."""
    lengths = []
    for axis, length in enumerate(size):
        padding = pool.padding[axis]
        begin = pool.stride[axis] * np.arange(out[axis]) - padding
        end = np.minimum(begin + pool.kernel_size[axis], length + padding)
        if not pool.count_include_pad:
            begin, end = np.maximum(begin, 0), np.minimum(end, length)
        lengths.append(end - begin)
    return lengths[0].reshape(-1, 1) * lengths[1]


def taps(pool: AvgPool2d, out: Sequence[int]) -> list[tuple[slice, slice]]:
    """For every position in the window: the rows and columns of padded x that it meets."""
    (kh, kw), (sh, sw) = pool.kernel_size, pool.stride
    span_h, span_w = sh * (out[0] - 1) + 1, sw * (out[1] - 1) + 1
    return [
        (slice(k, k + span_h, sh), slice(l, l + span_w, sw)) for k in range(kh) for l in range(kw)
    ]
