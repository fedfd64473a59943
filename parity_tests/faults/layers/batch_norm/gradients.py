"""Batch normalisation with a wrong gradient."""

from typing import Any

import numpy as np

from reference.layers.batch_norm import (
    BatchNorm1d,
    BatchNorm2d,
    all_but_channels,
    mean_by_channel,
    spread,
)


def _dx_hat(saved: Any, dy: Any) -> Any:
    return dy if saved.weight is None else dy * spread(saved.weight, dy)


class BatchNormZeroGradient(BatchNorm1d):
    """What an upstream gradient of ones cannot tell from the truth."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return np.zeros_like(dx), dweight, dbias


class BatchNormStatisticsTakenForConstants(BatchNorm2d):
    """The gradient of evaluation, in training too."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved._replace(from_batch=False), dy)


class BatchNormStatisticsNeverTakenForConstants(BatchNorm1d):
    """The gradient of training, in evaluation too."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved._replace(from_batch=True), dy)


class BatchNormDxLacksTheMeanTerm(BatchNorm1d):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        if saved.from_batch:
            along_mean = spread(mean_by_channel(_dx_hat(saved, dy)), dy)
            dx = dx + spread(saved.inv_std, dy) * along_mean
        return dx, dweight, dbias


class BatchNormDxLacksTheVarianceTerm(BatchNorm2d):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        if saved.from_batch:
            along = spread(mean_by_channel(_dx_hat(saved, dy) * saved.x_hat), dy)
            dx = dx + spread(saved.inv_std, dy) * saved.x_hat * along
        return dx, dweight, dbias


class BatchNormDividesByTheBatchSize(BatchNorm2d):
    """n for m in the gradient of the mean: right for images of one pixel."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        if saved.from_batch:
            pixels = dy.shape[2] * dy.shape[3]
            along_mean = spread(mean_by_channel(_dx_hat(saved, dy)), dy)
            dx = dx - spread(saved.inv_std, dy) * along_mean * (pixels - 1)
        return dx, dweight, dbias


class BatchNormWeightGradientNotNormalised(BatchNorm1d):
    """x - mean for x_hat: too large by std."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        if dweight is not None:
            dweight = (dy * saved.centred).sum(axis=all_but_channels(dy))
        return dx, dweight, dbias


class BatchNormSavesYForXHat(BatchNorm2d):
    """Saves what comes out where backward needs x_hat: right for weight 1 and bias 0."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        y, *state, saved = super().forward(x, weight, bias, *running)
        return y, *state, saved._replace(x_hat=y)


class BatchNormBiasGradientIsAMean(BatchNorm2d):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx, dweight, None if dbias is None else mean_by_channel(dy)


class BatchNormDxWithoutWeight(BatchNorm1d):
    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        dx, *_ = super().backward(saved._replace(weight=None), dy)
        return dx, dweight, dbias


class BatchNormScalesDyInPlace(BatchNorm2d):
    """``dy *= weight``."""

    def backward(self, saved: Any, dy: Any) -> Any:
        gradients = super().backward(saved, dy)
        dy[...] = _dx_hat(saved, dy)
        return gradients


class BatchNormNineStepsForgetsTheFirstPath(BatchNorm1d):
    """The second derivation is wrong, the first is right."""

    def backward_nine_steps(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward_nine_steps(saved, dy)
        return dx - _dx_hat(saved, dy) * spread(saved.inv_std, dy), dweight, dbias


class BatchNormNineStepsForgetsTheFactorTwo(BatchNorm2d):
    """d centred^2 / d centred = centred, in the second derivation only."""

    def backward_nine_steps(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward_nine_steps(saved, dy)
        if saved.from_batch:
            along = spread(mean_by_channel(_dx_hat(saved, dy) * saved.x_hat), dy)
            dx = dx + spread(saved.inv_std, dy) * saved.x_hat * along / 2
        return dx, dweight, dbias


FAULTS: dict[str, tuple[type, ...]] = {
    "BatchNorm1d": (
        BatchNormZeroGradient,
        BatchNormStatisticsNeverTakenForConstants,
        BatchNormDxLacksTheMeanTerm,
        BatchNormWeightGradientNotNormalised,
        BatchNormDxWithoutWeight,
        BatchNormNineStepsForgetsTheFirstPath,
    ),
    "BatchNorm2d": (
        BatchNormStatisticsTakenForConstants,
        BatchNormDxLacksTheVarianceTerm,
        BatchNormDividesByTheBatchSize,
        BatchNormSavesYForXHat,
        BatchNormBiasGradientIsAMean,
        BatchNormScalesDyInPlace,
        BatchNormNineStepsForgetsTheFactorTwo,
    ),
}
