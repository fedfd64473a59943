"""Cross-correlation of images with a bank of filters; twin: ``torch_impl/layers/conv2d.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs; a column of ``columns`` is everything one output pixel looks at."""

    x: Float[Array, "n c_in h w"]
    weight: Float[Array, "c_out c_in//groups kh kw"]
    columns: Float[Array, "groups taps pixels"]
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
        windows = gather_windows(x, (kh, kw), self)
        columns = split_groups(windows, self.groups, windows.shape[0] * kh * kw)
        y = split_groups(weight, self.groups, c_out) @ columns
        y = y.reshape(c_out, *windows.shape[3:]).swapaxes(0, 1)
        if bias is not None:
            y = y + bias.reshape(c_out, 1, 1)
        return y, Saved(x, weight, columns, bias is not None)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c_out h_out w_out"]
    ) -> tuple[
        Float[Array, "n c_in h w"],
        Float[Array, "c_out c_in//groups kh kw"],
        Float[Array, " c_out"] | None,
    ]:
        x, weight, _, _ = saved
        c_out, _, kh, kw = weight.shape
        rows = split_groups(dy.swapaxes(0, 1), self.groups, c_out)
        dcolumns = split_groups(weight, self.groups, c_out).swapaxes(1, 2) @ rows
        dwindows = dcolumns.reshape(x.shape[1], kh, kw, x.shape[0], *dy.shape[2:])
        return scatter_windows(dwindows, x, self), *self.parameter_gradients(saved, dy)

    def parameter_gradients(
        self, saved: Saved, dy: Float[Array, "n c_out h_out w_out"]
    ) -> tuple[Float[Array, "c_out c_in//groups kh kw"], Float[Array, " c_out"] | None]:
        """dweight and dbias alone: nobody asks for the gradient of a network's images."""
        _, weight, columns, has_bias = saved
        rows = split_groups(dy.swapaxes(0, 1), self.groups, weight.shape[0])
        dweight = (rows @ columns.swapaxes(1, 2)).reshape(weight.shape)
        return dweight, dy.sum(axis=(0, 2, 3)) if has_bias else None


def split_groups(array: Array, groups: int, rows: int) -> Array:
    """The array as one matrix per group, ``rows`` rows in all."""
    columns = array.size // rows
    return array.reshape(groups, rows // groups, columns)


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
    """The inputs under the filter, as (c_in, kh, kw, n, h_out, w_out)."""
    n, c, h, w = x.shape
    (ph, pw), (sh, sw), (dh, dw) = layer.padding, layer.stride, layer.dilation
    padded = np.zeros_like(x, shape=(c, n, h + 2 * ph, w + 2 * pw))
    padded[:, :, ph : ph + h, pw : pw + w] = x.swapaxes(0, 1)
    h_out = (h + 2 * ph - dh * (kernel[0] - 1) - 1) // sh + 1
    w_out = (w + 2 * pw - dw * (kernel[1] - 1) - 1) // sw + 1
    windows = np.empty_like(x, shape=(c, *kernel, n, h_out, w_out))
    for k, l, rows, cols in taps(kernel, layer, (h_out, w_out)):
        windows[:, k, l] = padded[:, :, rows, cols]
    return windows


def scatter_windows(dwindows: Array, x: Array, layer: Conv2d) -> Array:
    """The adjoint of ``gather_windows``: every entry is added where it came from."""
    n, c, h, w = x.shape
    ph, pw = layer.padding
    dpadded = np.zeros_like(x, shape=(c, n, h + 2 * ph, w + 2 * pw))
    for k, l, rows, cols in taps(dwindows.shape[1:3], layer, dwindows.shape[4:]):
        dpadded[:, :, rows, cols] += dwindows[:, k, l]
    return dpadded[:, :, ph : ph + h, pw : pw + w].swapaxes(0, 1)
