"""Wrong average pooling."""

from typing import Any, ClassVar

import numpy as np

from parity_tests.faults.layers.truth import truth_of
from reference.layers.avg_pool2d import AvgPool2d, canvas_size, taps


def _area(pool: AvgPool2d) -> int:
    return pool.kernel_size[0] * pool.kernel_size[1]


def _scattered(pool: AvgPool2d, saved: Any, dy: Any, assign: bool = False) -> Any:
    """dx with all that the windows reach around it."""
    n, c, h, w = saved.x_shape
    canvas = np.zeros_like(dy, shape=(n, c, *canvas_size(pool, (h, w), dy.shape[2:])))
    for rows, columns in taps(pool, dy.shape[2:]):
        before = canvas[:, :, rows, columns] * (not assign)
        canvas[:, :, rows, columns] = before + dy / saved.divisor
    return canvas


class AvgPoolDividesByTheKernel(AvgPool2d):
    """Counts the padding although it should not."""

    def forward(self, x: Any) -> Any:
        return truth_of(self, count_include_pad=True).forward(x)


class AvgPoolNeverCountsPadding(AvgPool2d):
    """Divides by the pixels of x in the window, whatever was asked for."""

    def forward(self, x: Any) -> Any:
        return truth_of(self, count_include_pad=False).forward(x)


class AvgPoolCountsTheOverhang(AvgPool2d):
    """Divides by the kernel's area where ``ceil_mode`` lets a window hang over the padding too."""

    def forward(self, x: Any) -> Any:
        if self.count_include_pad and self.divisor_override is None:
            return truth_of(self, divisor_override=_area(self)).forward(x)
        return super().forward(x)


class AvgPoolIgnoresDivisorOverride(AvgPool2d):
    def forward(self, x: Any) -> Any:
        return truth_of(self, divisor_override=None).forward(x)


class AvgPoolDivisorOverrideInForwardOnly(AvgPool2d):
    def backward(self, saved: Any, dy: Any) -> Any:
        if self.divisor_override is None:
            return super().backward(saved, dy)
        return super().backward(saved, dy * self.divisor_override / _area(self))


class AvgPoolBackwardWithoutDivisor(AvgPool2d):
    """Every pixel of a window gets the whole dy."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved._replace(divisor=np.ones_like(saved.divisor)), dy)


class AvgPoolBackwardDividesByTheKernel(AvgPool2d):
    """Right but at the edges: those windows have a divisor of their own in forward."""

    def backward(self, saved: Any, dy: Any) -> Any:
        if self.divisor_override is not None:
            return super().backward(saved, dy)
        return super().backward(saved, dy * saved.divisor / _area(self))


class AvgPoolAssigns(AvgPool2d):
    """``=`` where ``+=`` belongs: right while windows do not overlap."""

    def backward(self, saved: Any, dy: Any) -> Any:
        (ph, pw), (h, w) = self.padding, saved.x_shape[2:]
        canvas = _scattered(self, saved, dy, assign=True)
        return canvas[:, :, ph : ph + h, pw : pw + w]


class AvgPoolStrideIgnoredInBackward(AvgPool2d):
    """Scatters as if windows lay one pixel apart."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, stride=(1, 1)).backward(saved, dy)


class AvgPoolStrideAxesSwapped(AvgPool2d):
    """Right for equal strides."""

    def forward(self, x: Any) -> Any:
        return truth_of(self, stride=self.stride[::-1]).forward(x)

    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, stride=self.stride[::-1]).backward(saved, dy)


class AvgPoolKernelAxesSwappedInBackward(AvgPool2d):
    """Right for square kernels."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, kernel_size=self.kernel_size[::-1]).backward(saved, dy)


class AvgPoolCropsByMinusPadding(AvgPool2d):
    """``dx[:, :, ph:-ph, pw:-pw]``, which is empty where the padding is 0."""

    def backward(self, saved: Any, dy: Any) -> Any:
        ph, pw = self.padding
        return _scattered(self, saved, dy)[:, :, ph:-ph, pw:-pw]


class AvgPoolIgnoresCeilMode(AvgPool2d):
    def forward(self, x: Any) -> Any:
        return truth_of(self, ceil_mode=False).forward(x)


class AvgPoolDividesByFloat64(AvgPool2d):
    """Counts pixels in an array of Python's floats."""

    wrong_only_in: ClassVar[str] = "float32"

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return y / np.ones(1), saved


class AvgPoolDividesDyInPlace(AvgPool2d):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx = super().backward(saved, dy)
        dy[...] = dy / saved.divisor
        return dx


class AvgPoolFirstSampleForAll(AvgPool2d):
    """Fills the padded image once, before the loop over the batch."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return np.broadcast_to(y[:1], y.shape).copy() if len(y) else y, saved


FAULTS: dict[str, tuple[type, ...]] = {
    "layers.avg_pool2d": (
        AvgPoolDividesByTheKernel,
        AvgPoolNeverCountsPadding,
        AvgPoolCountsTheOverhang,
        AvgPoolIgnoresDivisorOverride,
        AvgPoolDivisorOverrideInForwardOnly,
        AvgPoolBackwardWithoutDivisor,
        AvgPoolBackwardDividesByTheKernel,
        AvgPoolAssigns,
        AvgPoolStrideIgnoredInBackward,
        AvgPoolStrideAxesSwapped,
        AvgPoolKernelAxesSwappedInBackward,
        AvgPoolCropsByMinusPadding,
        AvgPoolIgnoresCeilMode,
        AvgPoolDividesByFloat64,
        AvgPoolDividesDyInPlace,
        AvgPoolFirstSampleForAll,
    ),
}
