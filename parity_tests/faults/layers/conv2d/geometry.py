"""Convolutions that look at the wrong pixels, or give the gradient to the wrong ones."""

from typing import Any, ClassVar

import numpy as np

from parity_tests.faults.layers.truth import truth_of
from reference.layers.conv2d import Conv2d, rows_of, scatter_windows, split_groups, taps


def _padded(x: Any, before: tuple[int, int], after: tuple[int, int]) -> Any:
    (top, left), (bottom, right) = before, after
    n, c, h, w = x.shape
    padded = np.zeros_like(x, shape=(n, c, top + h + bottom, left + w + right))
    padded[:, :, top : top + h, left : left + w] = x
    return padded


def _padded_dx(layer: Conv2d, saved: Any, dy: Any) -> Any:
    """The gradient of x with its padding."""
    padded = _padded(saved.x, layer.padding, layer.padding)
    dx, *_ = truth_of(layer, padding=(0, 0)).backward(saved._replace(x=padded), dy)
    return dx


def _dwindows(layer: Conv2d, saved: Any, dy: Any) -> Any:
    """What every window owes to the pixels under it."""
    x, weight = saved.x, saved.weight
    dcolumns = split_groups(weight, layer).swapaxes(1, 2) @ rows_of(dy, layer)
    return dcolumns.reshape(*x.shape[:2], *weight.shape[2:], *dy.shape[2:])


class ConvFlipsTheKernel(Conv2d):
    """A true convolution, with its true gradient: not what the field calls one."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        return super().forward(x, weight[:, :, ::-1, ::-1], bias)

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx, dweight[:, :, ::-1, ::-1], dbias


class ConvFlipsTheKernelOfDx(Conv2d):
    """Rotates for "full convolution" what the scatter has rotated already."""

    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        dx, *_ = super().backward(saved._replace(weight=saved.weight[:, :, ::-1, ::-1]), dy)
        return dx, dweight, dbias


class ConvTransposesSquareKernels(Conv2d):
    """Indexes weight by column and row where the shape allows it."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        square = weight.shape[2] == weight.shape[3]
        return super().forward(x, weight.swapaxes(2, 3) if square else weight, bias)

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        square = dweight.shape[2] == dweight.shape[3]
        return dx, dweight.swapaxes(2, 3) if square else dweight, dbias


class ConvStrideAxesSwapped(Conv2d):
    """Right for equal strides, else often of another shape."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        return truth_of(self, stride=self.stride[::-1]).forward(x, weight, bias)

    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, stride=self.stride[::-1]).backward(saved, dy)


class ConvStrideIgnoredInScatter(Conv2d):
    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, stride=(1, 1)).backward(saved, dy)


class ConvDilationAxesSwapped(Conv2d):
    """Throughout: right for equal dilations, else often of another shape."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        return truth_of(self, dilation=self.dilation[::-1]).forward(x, weight, bias)

    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, dilation=self.dilation[::-1]).backward(saved, dy)


class ConvDilationAxesSwappedInBackward(Conv2d):
    """Falls back to the truth where the shapes do not fit."""

    def backward(self, saved: Any, dy: Any) -> Any:
        try:
            return truth_of(self, dilation=self.dilation[::-1]).backward(saved, dy)
        except ValueError:
            return super().backward(saved, dy)


class ConvIgnoresDilation(Conv2d):
    """Knows of it in the output size only."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        close, _ = truth_of(self, dilation=(1, 1)).forward(x, weight, bias)
        return close[:, :, : y.shape[2], : y.shape[3]], saved


class ConvDilationIgnoredInScatter(Conv2d):
    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, dilation=(1, 1)).backward(saved, dy)


class ConvOutputOneColumnShort(Conv2d):
    """Off by one in the output size; its gradient is right."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        return y[..., :-1], saved


class ConvOutputSizeRoundsUp(Conv2d):
    """Adds a window that hangs over the far edge where the stride leaves a rest."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        sh, sw = self.stride
        return super().forward(_padded(x, (0, 0), (sh - 1, sw - 1)), weight, bias)


class ConvReplicatesTheBorder(Conv2d):
    """Pads with the nearest pixel; its gradient is that of zeros."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        (ph, pw), (h, w) = self.padding, x.shape[2:]
        rows, columns = (np.clip(np.arange(-p, n + p), 0, n - 1) for p, n in ((ph, h), (pw, w)))
        y, _ = truth_of(self, padding=(0, 0)).forward(x[:, :, rows][:, :, :, columns], weight, bias)
        return y, saved


class ConvPadsInFloat64(Conv2d):
    """``np.zeros(shape)`` without a dtype."""

    wrong_only_in: ClassVar[str] = "float32"

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        return y + np.zeros(1), saved


class ConvLeavesPaddingOnDx(Conv2d):
    """Right without padding, else of another shape."""

    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        return _padded_dx(self, saved, dy), dweight, dbias


class ConvCropsByMinusPadding(Conv2d):
    """``dx[:, :, ph:-ph, pw:-pw]``, which is empty where the padding is 0."""

    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        ph, pw = self.padding
        return _padded_dx(self, saved, dy)[:, :, ph:-ph, pw:-pw], dweight, dbias


class ConvCropsWithAxesSwapped(Conv2d):
    """Right for equal paddings."""

    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        (ph, pw), (h, w) = self.padding, saved.x.shape[2:]
        return _padded_dx(self, saved, dy)[:, :, pw : pw + h, ph : ph + w], dweight, dbias


class ConvDxEndsWithTheLastWindow(Conv2d):
    """Computes the size of dx back from that of y: too small where the stride leaves a rest."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        reach = [
            self.stride[i] * (dy.shape[2 + i] - 1)
            + self.dilation[i] * (saved.weight.shape[2 + i] - 1)
            + 1
            - 2 * self.padding[i]
            for i in (0, 1)
        ]
        return dx[:, :, : max(reach[0], 0), : max(reach[1], 0)], dweight, dbias


class ConvScatterAssigns(Conv2d):
    """``=`` where ``+=`` belongs: right while windows do not overlap."""

    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        (ph, pw), (n, c, h, w) = self.padding, saved.x.shape
        dwindows = _dwindows(self, saved, dy)
        dx = np.zeros_like(dy, shape=(n, c, h + 2 * ph, w + 2 * pw))
        for k, l, rows, columns in taps(saved.weight.shape[2:], self, dy.shape[2:]):
            dx[:, :, rows, columns] = dwindows[:, :, k, l]
        return dx[:, :, ph : ph + h, pw : pw + w], dweight, dbias


class ConvScattersTheFirstTapTwice(Conv2d):
    """Starts from the gradient of the first tap instead of zeros."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        first = np.zeros_like(dwindows := _dwindows(self, saved, dy))
        first[:, :, 0, 0] = dwindows[:, :, 0, 0]
        return dx + scatter_windows(first, saved.x, self), dweight, dbias


FAULTS: tuple[type, ...] = (
    ConvFlipsTheKernel,
    ConvFlipsTheKernelOfDx,
    ConvTransposesSquareKernels,
    ConvStrideAxesSwapped,
    ConvStrideIgnoredInScatter,
    ConvDilationAxesSwapped,
    ConvDilationAxesSwappedInBackward,
    ConvIgnoresDilation,
    ConvDilationIgnoredInScatter,
    ConvOutputOneColumnShort,
    ConvOutputSizeRoundsUp,
    ConvReplicatesTheBorder,
    ConvPadsInFloat64,
    ConvLeavesPaddingOnDx,
    ConvCropsByMinusPadding,
    ConvCropsWithAxesSwapped,
    ConvDxEndsWithTheLastWindow,
    ConvScatterAssigns,
    ConvScattersTheFirstTapTwice,
)
