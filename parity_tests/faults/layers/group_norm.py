"""Wrong group normalisation."""

import math
from typing import Any

import numpy as np

from parity_tests.faults.layers.truth import truth_of
from reference.layers.group_norm import GroupNorm, mean_of_last, split_channels, spread


def _affine(x_hat: Any, weight: Any, bias: Any) -> Any:
    y = x_hat if weight is None else x_hat * spread(weight, x_hat)
    return y if bias is None else y + spread(bias, x_hat)


def _dx_hat(saved: Any, dy: Any) -> Any:
    return dy if saved.weight is None else dy * spread(saved.weight, dy)


class GroupNormInterleavedGroups(GroupNorm):
    """Channel c goes to group c mod num_groups."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        order = np.argsort(np.arange(x.shape[1]) % self.num_groups, kind="stable")
        picked = (None if a is None else a[order] for a in (weight, bias))
        y, saved = super().forward(x[:, order], *picked)
        return y[:, np.argsort(order)], saved


class GroupNormTakesNumberForSize(GroupNorm):
    """Groups of ``num_groups`` channels: right where there are as many groups as channels in each."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        other = truth_of(self, num_groups=x.shape[1] // self.num_groups)
        return other.forward(x, weight, bias)

    def backward(self, saved: Any, dy: Any) -> Any:
        other = truth_of(self, num_groups=dy.shape[1] // self.num_groups)
        return other.backward(saved, dy)


class GroupNormOneGroup(GroupNorm):
    """``axis=(1, 2, 3)``: right for one group."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        return truth_of(self, num_groups=1).forward(x, weight, bias)

    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, num_groups=1).backward(saved, dy)


class GroupNormSharesStatisticsInTheBatch(GroupNorm):
    """The means run over the batch too: right for a batch of one."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        grouped = split_channels(x, self.num_groups)
        n = max(x.shape[0], 1)
        centred = grouped - mean_of_last(grouped).sum(axis=0) / n
        var = mean_of_last(centred * centred).sum(axis=0) / n
        x_hat = (centred / np.sqrt(var + self.eps)).reshape(x.shape)
        return _affine(x_hat, weight, bias), saved


class GroupNormStatisticsOfEachPixel(GroupNorm):
    """The means run over channels alone."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        each = x.shape[1] // self.num_groups
        grouped = x.reshape(x.shape[0], self.num_groups, each, *x.shape[2:])
        centred = grouped - grouped.sum(axis=2, keepdims=True) / each
        var = (centred * centred).sum(axis=2, keepdims=True) / each
        x_hat = (centred / np.sqrt(var + self.eps)).reshape(x.shape)
        return _affine(x_hat, weight, bias), saved


class GroupNormUnbiasedVariance(GroupNorm):
    """``ddof=1``."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        grouped = split_channels(x, self.num_groups)
        centred = grouped - mean_of_last(grouped)
        m = max(grouped.shape[-1], 1)
        var = mean_of_last(centred * centred) * (m / max(m - 1, 1))
        x_hat = (centred / np.sqrt(var + self.eps)).reshape(x.shape)
        return _affine(x_hat, weight, bias), saved


class GroupNormVarianceByMeanOfSquares(GroupNorm):
    """mean(x^2) - mean(x)^2 loses all digits where the mean is much larger than the spread."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        grouped = split_channels(x, self.num_groups)
        mean = mean_of_last(grouped)
        var = np.maximum(mean_of_last(grouped * grouped) - mean * mean, 0)
        x_hat = ((grouped - mean) / np.sqrt(var + self.eps)).reshape(x.shape)
        return _affine(x_hat, weight, bias), saved


class GroupNormEpsOutsideSqrt(GroupNorm):
    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        grouped = split_channels(x, self.num_groups)
        centred = grouped - mean_of_last(grouped)
        inv_std = 1 / (np.sqrt(mean_of_last(centred * centred)) + self.eps)
        x_hat = (centred * inv_std).reshape(x.shape)
        return _affine(x_hat, weight, bias), saved._replace(x_hat=x_hat, inv_std=inv_std)


class GroupNormWeightOfTheGroup(GroupNorm):
    """One weight for all channels of a group, its first."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        if weight is not None:
            each = x.shape[1] // self.num_groups
            y = _affine(saved.x_hat, weight[np.arange(x.shape[1]) // each * each], bias)
        return y, saved


class GroupNormWeightOutsideTheMeans(GroupNorm):
    """Right for groups of one channel, and in batch normalisation."""

    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        dx, *_ = super().backward(saved._replace(weight=None), dy)
        return _dx_hat(saved, dx), dweight, dbias


class GroupNormInterleavedGroupsInBackward(GroupNorm):
    """``reshape(n, c // num_groups, num_groups, …)`` for the gradient alone."""

    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        order = np.argsort(np.arange(dy.shape[1]) % self.num_groups, kind="stable")
        weight = None if saved.weight is None else saved.weight[order]
        mixed = saved._replace(x_hat=saved.x_hat[:, order], weight=weight)
        dx, *_ = super().backward(mixed, dy[:, order])
        return dx[:, np.argsort(order)], dweight, dbias


class GroupNormCountsChannelsOnly(GroupNorm):
    """Divides by the channels of a group, without its pixels: right for one pixel."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        pixels = math.prod(dy.shape[2:])
        g = split_channels(_dx_hat(saved, dy), self.num_groups) * saved.inv_std
        means = g.reshape(dy.shape) - dx
        return g.reshape(dy.shape) - means * pixels, dweight, dbias


class GroupNormLastGroupWithoutGradient(GroupNorm):
    """``range(num_groups - 1)``."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        kept = np.arange(dy.shape[1]) < dy.shape[1] // self.num_groups * (self.num_groups - 1)
        return dx * spread(kept, dx), dweight, dbias


class GroupNormWeightGradientOfTheFirstSample(GroupNorm):
    """Right for a batch of one."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        if dweight is not None:
            _, dweight, _ = super().backward(saved, dy * _first(dy))
        return dx, dweight, dbias


class GroupNormBiasGradientKeepsAxes(GroupNorm):
    """``keepdims=True``: as CS231n shapes it, not as bias is shaped here."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx, dweight, None if dbias is None else spread(dbias, dy).reshape(1, dy.shape[1], -1)


class GroupNormSqueezesAwayAGroup(GroupNorm):
    """``squeeze`` on the statistics: they no longer fit one group of several samples."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        grouped = split_channels(x, self.num_groups)
        mean = mean_of_last(grouped)
        inv_std = saved.inv_std
        if x.shape[0] > 1 and self.num_groups == 1:
            mean, inv_std = mean[:, 0, 0], inv_std[:, 0, 0]
        x_hat = ((grouped - mean) * inv_std).reshape(x.shape)
        return _affine(x_hat, weight, bias), saved


def _first(x: Any) -> Any:
    """True for the first sample."""
    return (np.arange(x.shape[0]) == 0).reshape(-1, *[1] * (x.ndim - 1))


FAULTS: dict[str, tuple[type, ...]] = {
    "layers.group_norm": (
        GroupNormInterleavedGroups,
        GroupNormTakesNumberForSize,
        GroupNormOneGroup,
        GroupNormSharesStatisticsInTheBatch,
        GroupNormStatisticsOfEachPixel,
        GroupNormUnbiasedVariance,
        GroupNormVarianceByMeanOfSquares,
        GroupNormEpsOutsideSqrt,
        GroupNormWeightOfTheGroup,
        GroupNormWeightOutsideTheMeans,
        GroupNormInterleavedGroupsInBackward,
        GroupNormCountsChannelsOnly,
        GroupNormLastGroupWithoutGradient,
        GroupNormWeightGradientOfTheFirstSample,
        GroupNormBiasGradientKeepsAxes,
        GroupNormSqueezesAwayAGroup,
    ),
}
