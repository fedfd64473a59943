"""Batch normalisation by the wrong mean or variance, or with weight and bias in the wrong place."""

from typing import Any, ClassVar

import numpy as np

from parity_tests.faults.layers.truth import truth_of
from reference.layers.batch_norm import (
    BatchNorm1d,
    BatchNorm2d,
    mean_by_channel,
    spread,
    values_per_channel,
)


def affine(x_hat: Any, weight: Any, bias: Any) -> Any:
    """x_hat scaled and shifted, channel by channel."""
    y = x_hat if weight is None else x_hat * spread(weight, x_hat)
    return y if bias is None else y + spread(bias, x_hat)


def _normalised(x: Any, mean: Any, inv_std: Any, weight: Any, bias: Any, right: Any) -> Any:
    """What forward gives with this mean and 1 / std, and with the state of the right one."""
    _, *state, saved = right
    centred = x - spread(mean, x)
    x_hat = centred * spread(inv_std, x)
    saved = saved._replace(centred=centred, inv_std=inv_std, x_hat=x_hat)
    return affine(x_hat, weight, bias), *state, saved


class BatchNormEpsOutsideSqrt(BatchNorm1d):
    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        y, *state, saved = truth_of(self, eps=0.0).forward(x, weight, bias, *running)
        inv_std = 1 / (1 / saved.inv_std + self.eps**0.5)
        x_hat = saved.centred * spread(inv_std, x)
        y = affine(x_hat, weight, bias)
        return y, *state, saved._replace(inv_std=inv_std, x_hat=x_hat)


class BatchNormEpsForgotten(BatchNorm2d):
    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        return truth_of(self, eps=0.0).forward(x, weight, bias, *running)


class BatchNormUnbiasedVariance(BatchNorm1d):
    """Normalises by the variance over m - 1 that ``running_var`` is fed; with its gradient."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right = *_, saved = super().forward(x, weight, bias, *running)
        m = values_per_channel(x)
        if not saved.from_batch or m < 2:
            return right
        mean = mean_by_channel(x)
        var = mean_by_channel((x - spread(mean, x)) ** 2) * (m / (m - 1))
        return _normalised(x, mean, 1 / np.sqrt(var + self.eps), weight, bias, right)


class BatchNormVarianceByMeanOfSquares(BatchNorm1d):
    """mean(x^2) - mean(x)^2 loses all digits where the mean is much larger than the spread."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right = *_, saved = super().forward(x, weight, bias, *running)
        if not saved.from_batch:
            return right
        mean = mean_by_channel(x)
        var = np.maximum(mean_by_channel(x * x) - mean * mean, 0)
        return _normalised(x, mean, 1 / np.sqrt(var + self.eps), weight, bias, right)


class BatchNormDividesByTheVariance(BatchNorm2d):
    """The root is forgotten; with the gradient of the right one."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        _, *state, saved = super().forward(x, weight, bias, *running)
        return affine(saved.x_hat * spread(saved.inv_std, x), weight, bias), *state, saved


class BatchNormSharesStatisticsAmongChannels(BatchNorm1d):
    """A sum without its axis: right for one channel."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right = *_, saved = super().forward(x, weight, bias, *running)
        if not saved.from_batch:
            return right
        mean, size = x.sum() * np.ones_like(saved.inv_std), max(x.size, 1)
        mean = mean / size
        var = ((x - spread(mean, x)) ** 2).sum() * np.ones_like(mean) / size
        return _normalised(x, mean, 1 / np.sqrt(var + self.eps), weight, bias, right)


class BatchNormStatisticsOfEachPixel(BatchNorm2d):
    """``axis=0`` for images: every pixel has its own mean and variance."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        _, *state, saved = super().forward(x, weight, bias, *running)
        n = max(x.shape[0], 1)
        centred = x - x.sum(axis=0) / n
        x_hat = centred / np.sqrt((centred * centred).sum(axis=0) / n + self.eps)
        if not saved.from_batch:
            x_hat = saved.x_hat
        return affine(x_hat, weight, bias), *state, saved


class BatchNormStatisticsOfEachSample(BatchNorm2d):
    """Without the batch axis, which is instance normalisation: right for a batch of one."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        _, *state, saved = super().forward(x, weight, bias, *running)
        pixels = x.shape[2] * x.shape[3]
        centred = x - x.sum(axis=(2, 3), keepdims=True) / pixels
        var = (centred * centred).sum(axis=(2, 3), keepdims=True) / pixels
        x_hat = centred / np.sqrt(var + self.eps) if saved.from_batch else saved.x_hat
        return affine(x_hat, weight, bias), *state, saved


class BatchNormReshapesWithoutTranspose(BatchNorm2d):
    """``x.reshape(-1, c)``, which mixes the channels: right for images of one pixel, or one channel."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        y, *state, saved = self._rows().forward(self._mixed(x), weight, bias, *running)
        return y.reshape(x.shape), *state, saved

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = self._rows().backward(saved, self._mixed(dy))
        return dx.reshape(dy.shape), dweight, dbias

    def backward_nine_steps(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = self._rows().backward_nine_steps(saved, self._mixed(dy))
        return dx.reshape(dy.shape), dweight, dbias

    def _rows(self) -> BatchNorm1d:
        return BatchNorm1d(self.eps, self.momentum, self.training)

    def _mixed(self, x: Any) -> Any:
        return x.reshape(x.size // x.shape[1], x.shape[1])


class BatchNormBiasInsideTheScale(BatchNorm2d):
    """weight (x_hat + bias)."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        y, *state, saved = super().forward(x, weight, bias, *running)
        if weight is not None and bias is not None:
            y = (saved.x_hat + spread(bias, x)) * spread(weight, x)
        return y, *state, saved


class BatchNormEvaluatesWithoutAffine(BatchNorm1d):
    """weight and bias are forgotten with the running statistics."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        y, *state, saved = super().forward(x, weight, bias, *running)
        return (y if self.training else saved.x_hat), *state, saved


class BatchNormEvaluatesByTheBatch(BatchNorm1d):
    """Has no mode for evaluation; leaves the running statistics alone there."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        if self.training or values_per_channel(x) == 1:
            return super().forward(x, weight, bias, *running)
        y, *_, saved = truth_of(self, training=True).forward(x, weight, bias)
        return y, *self._unchanged(*running), saved

    def _unchanged(self, mean: Any = None, var: Any = None, count: Any = None) -> Any:
        return mean, var, count


class BatchNormCentresInPlace(BatchNorm2d):
    """``x -= mean``."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        y, *state, saved = super().forward(x, weight, bias, *running)
        x[...] = saved.centred
        return y, *state, saved


class BatchNormStatisticsInFloat64(BatchNorm1d):
    """Adds up in float64, and hands y on as it comes out."""

    wrong_only_in: ClassVar[str] = "float32"

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        y, *state, saved = super().forward(x, weight, bias, *running)
        return y + np.zeros(1), *state, saved


class BatchNormLastChannelOff(BatchNorm2d):
    """One channel's variance, by 1e-11 of itself: below the last place of float32."""

    wrong_only_in: ClassVar[str] = "float64"

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        y, *state, saved = super().forward(x, weight, bias, *running)
        off = np.where(np.arange(x.shape[1]) == x.shape[1] - 1, 1 + 1e-11, 1.0).astype(x.dtype)
        return y * spread(off, x), *state, saved


FAULTS: dict[str, tuple[type, ...]] = {
    "BatchNorm1d": (
        BatchNormEpsOutsideSqrt,
        BatchNormUnbiasedVariance,
        BatchNormVarianceByMeanOfSquares,
        BatchNormSharesStatisticsAmongChannels,
        BatchNormEvaluatesWithoutAffine,
        BatchNormEvaluatesByTheBatch,
        BatchNormStatisticsInFloat64,
    ),
    "BatchNorm2d": (
        BatchNormEpsForgotten,
        BatchNormDividesByTheVariance,
        BatchNormStatisticsOfEachPixel,
        BatchNormStatisticsOfEachSample,
        BatchNormReshapesWithoutTranspose,
        BatchNormBiasInsideTheScale,
        BatchNormCentresInPlace,
        BatchNormLastChannelOff,
    ),
}
