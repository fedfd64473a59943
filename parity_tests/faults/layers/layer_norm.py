"""Wrong layer normalisation."""

import math
from typing import Any, ClassVar

import numpy as np

from parity_tests.faults.layers.truth import truth_of
from reference.layers.layer_norm import LayerNorm, mean_of_last


def _affine(x_hat: Any, weight: Any, bias: Any) -> Any:
    y = x_hat if weight is None else x_hat * weight
    return y if bias is None else y + bias


def _normalised(centred: Any, inv_std: Any, weight: Any, bias: Any, saved: Any) -> Any:
    """What forward gives with this x - mean and 1 / std."""
    x_hat = centred * inv_std
    saved = saved._replace(centred=centred, inv_std=inv_std, x_hat=x_hat)
    return _affine(x_hat, weight, bias), saved


def _dx_hat(saved: Any, dy: Any) -> Any:
    return dy if saved.weight is None else dy * saved.weight


def _mean(x: Any, axes: tuple[int, ...]) -> Any:
    size = math.prod(x.shape[axis] for axis in axes)
    return x.sum(axis=axes, keepdims=True) / max(size, 1)


class LayerNormZeroGradient(LayerNorm):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return np.zeros_like(dx), dweight, dbias


class LayerNormNineStepsForgetsTheMean(LayerNorm):
    """The second derivation is wrong, the first is right."""

    def backward_nine_steps(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward_nine_steps(saved, dy)
        return dx + dx.mean(axis=-1, keepdims=True) + 1, dweight, dbias


class LayerNormOverTheBatch(LayerNorm):
    """The statistics of batch normalisation, in forward only."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        centred = x - _mean(x, (0,))
        inv_std = 1 / np.sqrt(_mean(centred * centred, (0,)) + self.eps)
        return _affine(centred * inv_std, weight, bias), saved


class LayerNormOverEverything(LayerNorm):
    """``x.mean()`` without its axis: right for one sample."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        axes = tuple(range(x.ndim))
        centred = x - _mean(x, axes)
        inv_std = 1 / np.sqrt(_mean(centred * centred, axes) + self.eps)
        return _affine(centred * inv_std, weight, bias), saved


class LayerNormUnbiasedVariance(LayerNorm):
    """``ddof=1``, with its gradient but for that factor."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        d = x.shape[-1]
        var = (saved.centred * saved.centred).sum(axis=-1, keepdims=True) / max(d - 1, 1)
        return _normalised(saved.centred, 1 / np.sqrt(var + self.eps), weight, bias, saved)


class LayerNormVarianceByMeanOfSquares(LayerNorm):
    """mean(x^2) - mean(x)^2 loses all digits where the mean is much larger than the spread."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        mean = mean_of_last(x)
        var = np.maximum(mean_of_last(x * x) - mean * mean, 0)
        return _normalised(x - mean, 1 / np.sqrt(var + self.eps), weight, bias, saved)


class LayerNormEpsOutsideSqrt(LayerNorm):
    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        _, saved = truth_of(self, eps=0.0).forward(x, weight, bias)
        std = np.sqrt(mean_of_last(saved.centred * saved.centred))
        return _normalised(saved.centred, 1 / (std + self.eps), weight, bias, saved)


class LayerNormBiasInsideTheScale(LayerNorm):
    """weight (x_hat + bias)."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        if weight is not None and bias is not None:
            y = (saved.x_hat + bias) * weight
        return y, saved


class LayerNormWeightOutsideTheMeans(LayerNorm):
    """Right in batch normalisation, where weight is constant along the axis of the mean."""

    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        dx, *_ = super().backward(saved._replace(weight=None), dy)
        return _dx_hat(saved, dx), dweight, dbias


class LayerNormGradientOfBatchNorm(LayerNorm):
    """The means of backward run over the batch."""

    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        g = _dx_hat(saved, dy)
        along_spread = saved.x_hat * _mean(g * saved.x_hat, (0,))
        return saved.inv_std * (g - _mean(g, (0,)) - along_spread), dweight, dbias


class LayerNormDividesByTheBatchSize(LayerNorm):
    """n for d in both means of backward: right where they are equal."""

    def backward(self, saved: Any, dy: Any) -> Any:
        _, dweight, dbias = super().backward(saved, dy)
        g, n, x_hat = _dx_hat(saved, dy), max(dy.shape[0], 1), saved.x_hat
        sums = g.sum(axis=-1, keepdims=True) + x_hat * (g * x_hat).sum(axis=-1, keepdims=True)
        return saved.inv_std * (g - sums / n), dweight, dbias


class LayerNormDxLacksTheVarianceTerm(LayerNorm):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        g = _dx_hat(saved, dy)
        return dx + saved.inv_std * saved.x_hat * mean_of_last(g * saved.x_hat), dweight, dbias


class LayerNormWeightGradientOverOneAxis(LayerNorm):
    """``sum(axis=0)``: right while the batch has one axis."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        if dweight is not None and dy.ndim > 1:
            dweight = (dy * saved.x_hat).sum(axis=0)
        return dx, dweight, dbias


class LayerNormScalesDyInPlace(LayerNorm):
    """``dy *= weight``."""

    def backward(self, saved: Any, dy: Any) -> Any:
        gradients = super().backward(saved, dy)
        dy[...] = _dx_hat(saved, dy)
        return gradients


class LayerNormEpsInFloat64(LayerNorm):
    """eps in an array, which is of float64 where nothing else is said."""

    wrong_only_in: ClassVar[str] = "float32"

    def forward(self, x: Any, weight: Any = None, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        return y + np.zeros(1), saved


FAULTS: dict[str, tuple[type, ...]] = {
    "layers.layer_norm": (
        LayerNormZeroGradient,
        LayerNormNineStepsForgetsTheMean,
        LayerNormOverTheBatch,
        LayerNormOverEverything,
        LayerNormUnbiasedVariance,
        LayerNormVarianceByMeanOfSquares,
        LayerNormEpsOutsideSqrt,
        LayerNormBiasInsideTheScale,
        LayerNormWeightOutsideTheMeans,
        LayerNormGradientOfBatchNorm,
        LayerNormDividesByTheBatchSize,
        LayerNormDxLacksTheVarianceTerm,
        LayerNormWeightGradientOverOneAxis,
        LayerNormScalesDyInPlace,
        LayerNormEpsInFloat64,
    ),
}
