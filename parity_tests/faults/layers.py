"""Wrong layers."""

from dataclasses import replace
from typing import Any

import numpy as np

from reference.layers.avg_pool2d import AvgPool2d
from reference.layers.batch_norm import BatchNorm1d, BatchNorm2d
from reference.layers.conv2d import Conv2d
from reference.layers.dropout import Dropout
from reference.layers.flatten import Flatten
from reference.layers.group_norm import GroupNorm
from reference.layers.layer_norm import LayerNorm
from reference.layers.linear import Linear
from reference.layers.max_pool2d import MaxPool2d, canvas_size, taps


class LinearUntransposedGradient(Linear):
    """Right when d_in = d_out and the weight is symmetric."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx, dweight.T.reshape(dweight.shape), dbias


class LinearRemembersTheLastInput(Linear):
    """Keeps what backward needs on the class: wrong when two forwards come before it."""

    last: Any = None

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        LinearRemembersTheLastInput.last = saved
        return y, saved

    def backward(self, saved: Any, dy: Any) -> Any:
        last = LinearRemembersTheLastInput.last
        return super().backward(last if last.x.shape == saved.x.shape else saved, dy)


class ConvFirstGroupOnly(Conv2d):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        first = dweight.shape[0] // self.groups
        kept = np.zeros_like(dweight)
        kept[:first] = dweight[:first]
        return dx, kept, dbias


class ConvOutputOneColumnShort(Conv2d):
    """Off by one in the output size; its gradient is right."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        return y[..., :-1], saved


class ConvDilationAxesSwapped(Conv2d):
    """Throughout: right for equal dilations, else often of another shape."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        return self._swapped().forward(x, weight, bias)

    def backward(self, saved: Any, dy: Any) -> Any:
        return self._swapped().backward(saved, dy)

    def _swapped(self) -> Conv2d:
        return Conv2d(self.stride, self.padding, self.dilation[::-1], self.groups)


class ConvDilationAxesSwappedInBackward(Conv2d):
    """Falls back to the truth where the shapes do not fit."""

    def backward(self, saved: Any, dy: Any) -> Any:
        try:
            swapped = Conv2d(self.stride, self.padding, self.dilation[::-1], self.groups)
            return swapped.backward(saved, dy)
        except ValueError:
            return super().backward(saved, dy)


class MaxPoolAssigns(MaxPool2d):
    """``=`` where ``+=`` belongs: right while windows do not overlap."""

    def backward(self, saved: Any, dy: Any) -> Any:
        last = super().backward(saved, np.ones_like(dy))
        return super().backward(saved, dy) / np.where(last > 1, last, 1)


class MaxPoolPaysEveryTie(MaxPool2d):
    """A mask of all that equal the maximum."""

    def forward(self, x: Any) -> Any:
        y, _ = super().forward(x)
        return y, (x, y)

    def backward(self, saved: Any, dy: Any) -> Any:
        x, y = saved
        (ph, pw), (h, w) = self.padding, x.shape[2:]
        padded = np.full_like(
            x, -np.inf, shape=(*x.shape[:2], *canvas_size(self, (h, w), y.shape[2:]))
        )
        padded[:, :, ph : ph + h, pw : pw + w] = x
        dx = np.zeros_like(padded)
        for rows, columns in taps(self, y.shape[2:]):
            dx[:, :, rows, columns] += dy * (padded[:, :, rows, columns] == y)
        return dx[:, :, ph : ph + h, pw : pw + w]


class MaxPoolPadsWithZero(MaxPool2d):
    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return (np.maximum(y, 0) if any(self.padding) else y), saved


class AvgPoolDividesByTheKernel(AvgPool2d):
    """Counts the padding although it should not."""

    def forward(self, x: Any) -> Any:
        return replace(self._plain(), count_include_pad=True).forward(x)

    def _plain(self) -> AvgPool2d:
        return AvgPool2d(self.kernel_size, self.stride, self.padding, self.ceil_mode)


class BatchNormZeroGradient(BatchNorm1d):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return np.zeros_like(dx), dweight, dbias


class BatchNormBiasedRunningVariance(BatchNorm2d):
    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        y, mean, var, count, saved = super().forward(x, weight, bias, *running)
        m = x.size // max(x.shape[1], 1)
        if self.training and var is not None and m > 1:
            assert count is not None
            share = 1 / float(count) if self.momentum is None else self.momentum
            old = (1 - share) * running[1]
            var = old + (var - old) * ((m - 1) / m)
        return y, mean, var, count, saved


class BatchNormEpsOutsideSqrt(BatchNorm1d):
    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        exact = BatchNorm1d(0.0, self.momentum, self.training)
        y, *state, saved = exact.forward(x, weight, bias, *running)
        std = 1 / saved.inv_std
        inv_std = 1 / (std + self.eps**0.5)
        shape = (-1, *[1] * (x.ndim - 2))
        x_hat = saved.centred * inv_std.reshape(shape)
        y = x_hat if weight is None else x_hat * weight.reshape(shape)
        y = y if bias is None else y + bias.reshape(shape)
        return y, *state, saved._replace(inv_std=inv_std, x_hat=x_hat)


class LayerNormZeroGradient(LayerNorm):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return np.zeros_like(dx), dweight, dbias


class LayerNormNineStepsForgetsTheMean(LayerNorm):
    """The second derivation is wrong, the first is right."""

    def backward_nine_steps(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward_nine_steps(saved, dy)
        return dx + dx.mean(axis=-1, keepdims=True) + 1, dweight, dbias


class GroupNormInterleavedGroups(GroupNorm):
    """Channel c goes to group c mod num_groups."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        order = np.argsort(np.arange(x.shape[1]) % self.num_groups, kind="stable")
        picked = (None if a is None else a[order] for a in (weight, bias))
        y, saved = super().forward(x[:, order], *picked)
        return y[:, np.argsort(order)], saved


class DropoutNotRescaled(Dropout):
    def forward(self, x: Any, mask: Any = None) -> Any:
        y, saved = super().forward(x, mask)
        return (y * (1 - self.p) if self.training else y), saved


class DropoutDrawsTheOtherProbability(Dropout):
    def draw_mask(self, rng: Any, shape: Any) -> Any:
        return ~super().draw_mask(rng, shape)


class FlattenColumnMajor(Flatten):
    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return np.transpose(x).reshape(y.shape), saved


FAULTS: dict[str, tuple[type, ...]] = {
    "layers.linear": (LinearUntransposedGradient, LinearRemembersTheLastInput),
    "layers.conv2d": (
        ConvFirstGroupOnly,
        ConvOutputOneColumnShort,
        ConvDilationAxesSwapped,
        ConvDilationAxesSwappedInBackward,
    ),
    "layers.max_pool2d": (MaxPoolAssigns, MaxPoolPaysEveryTie, MaxPoolPadsWithZero),
    "layers.avg_pool2d": (AvgPoolDividesByTheKernel,),
    "layers.batch_norm.BatchNorm1d": (BatchNormZeroGradient, BatchNormEpsOutsideSqrt),
    "layers.batch_norm.BatchNorm2d": (BatchNormBiasedRunningVariance,),
    "layers.layer_norm": (LayerNormZeroGradient, LayerNormNineStepsForgetsTheMean),
    "layers.group_norm": (GroupNormInterleavedGroups,),
    "layers.dropout": (DropoutNotRescaled, DropoutDrawsTheOtherProbability),
    "layers.flatten": (FlattenColumnMajor,),
}
