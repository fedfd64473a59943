"""Convolutions that mistake weights, groups, bias or samples, or what memory holds."""

from typing import Any, ClassVar

import numpy as np

from reference.layers.conv2d import Conv2d


class ConvFirstGroupOnly(Conv2d):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        first = dweight.shape[0] // self.groups
        kept = np.zeros_like(dweight)
        kept[:first] = dweight[:first]
        return dx, kept, dbias


class ConvInterleavedGroups(Conv2d):
    """Output channel o belongs to group o mod groups, throughout."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        order = self._order(weight.shape[0])
        y, saved = super().forward(x, weight[order], None if bias is None else bias[order])
        return y[:, np.argsort(order)], saved

    def backward(self, saved: Any, dy: Any) -> Any:
        order = self._order(dy.shape[1])
        dx, dweight, dbias = super().backward(saved, dy[:, order])
        back = np.argsort(order)
        return dx, dweight[back], None if dbias is None else dbias[back]

    def _order(self, channels: int) -> Any:
        return np.argsort(np.arange(channels) % self.groups, kind="stable")


class ConvGroupsReadBackwards(Conv2d):
    """The first group of filters sees the last block of input channels; the gradient is that of the truth."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        n, c, h, w = x.shape
        blocks = x.reshape(n, self.groups, c // self.groups, h, w)
        y, _ = super().forward(blocks[:, ::-1].reshape(x.shape), weight, bias)
        return y, saved


class ConvForgetsBias(Conv2d):
    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        y, _ = super().forward(x, weight)
        return y, saved


class ConvBiasAlongTheRow(Conv2d):
    """``y + bias`` without a reshape: NumPy takes it where c_out is the width, or 1."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        y, _ = super().forward(x, weight)
        return (y if bias is None else y + bias), saved


class ConvBiasGradientOfOneRow(Conv2d):
    """Sums over one axis of the image and over the batch: right for images one pixel high."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx, dweight, None if dbias is None else dy[:, :, 0].sum(axis=(0, 2))


class ConvBiasGradientAveragesPixels(Conv2d):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        pixels = dy.shape[2] * dy.shape[3]
        return dx, dweight, None if dbias is None else dbias / pixels


class ConvBiasGradientAlways(Conv2d):
    """Gives a gradient for a bias that there is not."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, _ = super().backward(saved, dy)
        return dx, dweight, dy.sum(axis=(0, 2, 3))


class ConvWeightGradientAveragesTheBatch(Conv2d):
    """Right for a batch of one."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx, dweight / max(dy.shape[0], 1), dbias


class ConvWeightGradientOfTheLastSample(Conv2d):
    """``dweight =`` in the loop over the batch where ``+=`` belongs."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, _, dbias = super().backward(saved, dy)
        only = np.arange(dy.shape[0]) == dy.shape[0] - 1
        _, dweight, _ = super().backward(saved, dy * only.reshape(-1, 1, 1, 1))
        return dx, dweight, dbias


class ConvForgetsSamplesAfterTheFourth(Conv2d):
    """Right while n <= 4."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        return y * (np.arange(len(y)) < 4).reshape(-1, 1, 1, 1), saved


class ConvWeightGradientIgnoresUpstream(Conv2d):
    """Takes dy for ones: right where the loss is the plain sum of y."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, _, dbias = super().backward(saved, dy)
        _, dweight, _ = super().backward(saved, np.ones_like(dy))
        return dx, dweight, dbias


class ConvReadsMemoryInItsOwnOrder(Conv2d):
    """``x.ravel(order="K")``: wrong for an x that is not row-major in memory."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        raw = x.ravel(order="K").reshape(x.shape)
        y, saved = super().forward(raw, weight, bias)
        return y, saved


class ConvReusesItsBuffer(Conv2d):
    """One buffer for all calls of a shape: wrong when two forwards come before the backward."""

    buffers: ClassVar[dict[Any, Any]] = {}

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        buffer = self.buffers.setdefault((type(x), x.dtype, x.shape), np.zeros_like(x))
        buffer[...] = x
        return y, saved._replace(x=buffer)


class ConvLastElementOff(Conv2d):
    """One weight's gradient, by 1e-12 of itself: below the last place of float32."""

    wrong_only_in: ClassVar[str] = "float64"

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        off = dweight.copy()
        off[-1, -1, -1, -1] = off[-1, -1, -1, -1] * (1 + 1e-12)
        return dx, off, dbias


class ConvScalesDyInPlace(Conv2d):
    """Averages the gradient over the batch, in dy itself."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dy[...] = dy / max(dy.shape[0], 1)
        return super().backward(saved, dy)


FAULTS: tuple[type, ...] = (
    ConvFirstGroupOnly,
    ConvInterleavedGroups,
    ConvGroupsReadBackwards,
    ConvForgetsBias,
    ConvBiasAlongTheRow,
    ConvBiasGradientOfOneRow,
    ConvBiasGradientAveragesPixels,
    ConvBiasGradientAlways,
    ConvWeightGradientAveragesTheBatch,
    ConvWeightGradientOfTheLastSample,
    ConvForgetsSamplesAfterTheFourth,
    ConvWeightGradientIgnoresUpstream,
    ConvReadsMemoryInItsOwnOrder,
    ConvReusesItsBuffer,
    ConvLastElementOff,
    ConvScalesDyInPlace,
)
