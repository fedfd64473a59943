"""Cross-correlation of images with a bank of filters; twin: ``torch_impl/layers/conv2d.py``."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array
from numpy.lib.stride_tricks import sliding_window_view

IMAGES = 4
"""So many are worked on at a time, since their columns stay in the processor's cache."""


class Saved(NamedTuple):
    """What backward needs."""

    x: Float[Array, "n c_in h w"]
    weight: Float[Array, "c_out c_in//groups kh kw"]
    has_bias: bool


@dataclass(frozen=True, slots=True)
class Conv2d:
    """y[n,o,i,j] = b[o] + sum over c,k,l of W[o,c,k,l] x[n, c, i*stride + k*dilation, j*stride + l*dilation].

    x is padded with zeros first. The sum is one matrix product Y = W C: C has a column for every
    output pixel, holding the inputs under the filter. Output channels are dealt out to ``groups``
    in order, and group g sees only the g-th block of input channels (its own W and C).

    dW = dY C^T, dC = W^T dY, and dx adds every entry of dC to the input it was copied from.

    The filter is not flipped: "convolution" is the field's name for a cross-correlation.
    CS231n has one ``stride`` and one ``pad`` for both axes, no dilation, no groups.
    Fragile: a pixel may lie in many columns, so writing dC back needs ``+=``; and with a stride
    the last rows of x may lie in no column at all: their gradient is zero.
    Source: Dumoulin and Visin 2016, arXiv:1603.07285, relationship 15; for the matrix product
    Chellapilla, Puri and Simard 2006, *High Performance Convolutional Neural Networks*, section 2.

    >>> x, weight = np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 1.0]]]])
    >>> y, saved = Conv2d().forward(x, weight)
    >>> y
    array([[[[12., 23.]]]])
    >>> Conv2d().backward(saved, np.array([[[[1.0, 2.0]]]]))
    (array([[[[10., 21.,  2.]]]]), array([[[[5., 8.]]]]), None)
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
        c_out, _, kh, kw = weight.shape
        windows, filters = gather_windows(x, (kh, kw), self), split_groups(weight, self)
        n, _, _, _, h_out, w_out = windows.shape
        y = np.empty_like(weight, shape=(n, *filters.shape[:2], h_out * w_out))
        for images in blocks(n):
            y[images] = filters @ columns_of(windows[images], self)
        y = y.reshape(n, c_out, h_out, w_out)
        if bias is not None:
            y += bias.reshape(c_out, 1, 1)
        return y, Saved(x, weight, bias is not None)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c_out h_out w_out"]
    ) -> tuple[
        Float[Array, "n c_in h w"],
        Float[Array, "c_out c_in//groups kh kw"],
        Float[Array, " c_out"] | None,
    ]:
        x, weight, _ = saved
        dcolumns = split_groups(weight, self).swapaxes(1, 2) @ rows_of(dy, self)
        dwindows = dcolumns.reshape(*x.shape[:2], *weight.shape[2:], *dy.shape[2:])
        return scatter_windows(dwindows, x, self), *self.parameter_gradients(saved, dy)

    def parameter_gradients(
        self, saved: Saved, dy: Float[Array, "n c_out h_out w_out"]
    ) -> tuple[Float[Array, "c_out c_in//groups kh kw"], Float[Array, " c_out"] | None]:
        """dweight and dbias alone: nobody asks for the gradient of a network's images."""
        x, weight, has_bias = saved
        windows, rows = gather_windows(x, weight.shape[2:], self), rows_of(dy, self)
        dfilters = np.zeros_like(split_groups(weight, self))
        for images in blocks(x.shape[0]):
            # Not dY C^T: BLAS shares out the longer side among its threads, and that is the taps
            products = columns_of(windows[images], self) @ rows[images].swapaxes(2, 3)
            dfilters += products.sum(axis=0).swapaxes(1, 2)
        return dfilters.reshape(weight.shape), dy.sum(axis=(0, 2, 3)) if has_bias else None


def split_groups(weight: Array, layer: Conv2d) -> Array:
    """Every filter as a row: (groups, filters, taps)."""
    c_out, *window = weight.shape
    return weight.reshape(layer.groups, c_out // layer.groups, math.prod(window))


def rows_of(dy: Array, layer: Conv2d) -> Array:
    """Every output channel of an image as a row: (n, groups, filters, pixels)."""
    n, c_out, h_out, w_out = dy.shape
    return dy.reshape(n, layer.groups, c_out // layer.groups, h_out * w_out)


def columns_of(windows: Array, layer: Conv2d) -> Array:
    """The inputs under the filter, a column for every output pixel: (n, groups, taps, pixels)."""
    n, c_in, kh, kw, h_out, w_out = windows.shape
    return windows.reshape(n, layer.groups, c_in // layer.groups * kh * kw, h_out * w_out)


def blocks(n: int) -> list[slice]:
    """IMAGES at a time, and at the end the rest."""
    return [slice(start, start + IMAGES) for start in range(0, n, IMAGES)]


def taps(kernel: tuple[int, int], layer: Conv2d, out: tuple[int, int]) -> list[tuple]:
    """For every filter position (k, l): the rows and columns of padded x that it meets."""
    (kh, kw), (sh, sw), (dh, dw) = kernel, layer.stride, layer.dilation
    span_h, span_w = sh * (out[0] - 1) + 1, sw * (out[1] - 1) + 1
    return [
        (k, l, slice(k * dh, k * dh + span_h, sh), slice(l * dw, l * dw + span_w, sw))
        for k in range(kh)
        for l in range(kw)
    ]


def gather_windows(x: Array, kernel: tuple[int, int], layer: Conv2d) -> Array:
    """The inputs under the filter, as (n, c_in, kh, kw, h_out, w_out): a view of padded x."""
    n, c, h, w = x.shape
    (kh, kw), (ph, pw) = kernel, layer.padding
    (sh, sw), (dh, dw) = layer.stride, layer.dilation
    padded = np.zeros_like(x, shape=(n, c, h + 2 * ph, w + 2 * pw))
    padded[:, :, ph : ph + h, pw : pw + w] = x
    extent = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    windows = sliding_window_view(padded, extent, axis=(2, 3))[:, :, ::sh, ::sw, ::dh, ::dw]
    return windows.transpose(0, 1, 4, 5, 2, 3)


def scatter_windows(dwindows: Array, x: Array, layer: Conv2d) -> Array:
    """The adjoint of ``gather_windows``: every entry is added where it came from."""
    n, c, h, w = x.shape
    ph, pw = layer.padding
    dpadded = np.zeros_like(x, shape=(n, c, h + 2 * ph, w + 2 * pw))
    for k, l, rows, cols in taps(dwindows.shape[2:4], layer, dwindows.shape[4:]):
        dpadded[:, :, rows, cols] += dwindows[:, :, k, l]
    return dpadded[:, :, ph : ph + h, pw : pw + w]
