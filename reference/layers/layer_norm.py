"""Every sample brought to mean 0, variance 1; twin: ``torch_impl/layers/layer_norm.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    centred: Float[Array, "*batch d"]
    inv_std: Float[Array, "*batch 1"]
    x_hat: Float[Array, "*batch d"]
    weight: Float[Array, " d"] | None
    has_bias: bool


@dataclass(frozen=True, slots=True)
class LayerNorm:
    """x_hat = (x - mean) / sqrt(var + eps), y = weight x_hat + bias; mean and var over the last axis.

    With g = weight dy: dx = (g - mean(g) - x_hat mean(g x_hat)) / std, where mean() runs over the
    last axis; dweight and dbias sum dy x_hat and dy over all the other axes.

    The statistics belong to one sample: the same in training and in evaluation, nothing to track.
    The variance is the biased one (over d). ``torch.nn.LayerNorm`` can take several last axes,
    this one takes one, as in CS231n.
    Fragile: weight belongs inside mean(), since it varies along the axis of the mean; in batch
    normalisation it may stand outside. With d = 1 everything but bias is lost.
    Source: Ba, Kiros and Hinton 2016, arXiv:1607.06450, equations 3 and 4.

    >>> x, weight = np.array([[1.0, 3.0]]), np.array([4.0, 2.0])
    >>> y, saved = LayerNorm(eps=3.0).forward(x, weight)
    >>> y
    array([[-2.,  1.]])
    >>> LayerNorm(eps=3.0).backward(saved, np.array([[1.0, 4.0]]))
    (array([[-0.75,  0.75]]), array([-0.5,  2. ]), None)
    """

    eps: float = 1e-5

    def forward(
        self,
        x: Float[Array, "*batch d"],
        weight: Float[Array, " d"] | None = None,
        bias: Float[Array, " d"] | None = None,
    ) -> tuple[Float[Array, "*batch d"], Saved]:
        centred = x - mean_of_last(x)
        inv_std = 1.0 / np.sqrt(mean_of_last(centred * centred) + self.eps)
        y = x_hat = centred * inv_std
        if weight is not None:
            y = y * weight
        if bias is not None:
            y = y + bias
        return y, Saved(centred, inv_std, x_hat, weight, bias is not None)

    def backward(
        self, saved: Saved, dy: Float[Array, "*batch d"]
    ) -> tuple[Float[Array, "*batch d"], Float[Array, " d"] | None, Float[Array, " d"] | None]:
        _, inv_std, x_hat, weight, has_bias = saved
        dx_hat = dy if weight is None else dy * weight
        dx = inv_std * (dx_hat - mean_of_last(dx_hat) - x_hat * mean_of_last(dx_hat * x_hat))
        dweight = None if weight is None else sum_of_all_but_last(dy * x_hat)
        return dx, dweight, sum_of_all_but_last(dy) if has_bias else None

    def backward_nine_steps(
        self, saved: Saved, dy: Float[Array, "*batch d"]
    ) -> tuple[Float[Array, "*batch d"], Float[Array, " d"] | None, Float[Array, " d"] | None]:
        """The forward is nine steps; the gradient walks them from the last to the first.

        1 mean = mean(x)       2 centred = x - mean        3 squared = centred^2
        4 var = mean(squared)  5 std = sqrt(var + eps)     6 inv_std = 1 / std
        7 x_hat = centred inv_std    8 scaled = weight x_hat    9 y = scaled + bias
        """
        centred, inv_std, x_hat, weight, has_bias = saved
        d = max(dy.shape[-1], 1)
        dbias, dscaled = sum_of_all_but_last(dy) if has_bias else None, dy  # 9
        dweight, dx_hat = None, dscaled  # 8
        if weight is not None:
            dweight, dx_hat = sum_of_all_but_last(dscaled * x_hat), dscaled * weight
        dcentred = dx_hat * inv_std  # 7, the first of two paths into centred
        dinv_std = (dx_hat * centred).sum(axis=-1, keepdims=True)  # 7
        dstd = -dinv_std * inv_std * inv_std  # 6
        dvar = dstd * 0.5 * inv_std  # 5
        dsquared = dvar / d  # 4, the same for every value
        dcentred = dcentred + 2.0 * centred * dsquared  # 3, the second path
        dmean = -dcentred.sum(axis=-1, keepdims=True)  # 2
        return dcentred + dmean / d, dweight, dbias  # 1


def mean_of_last(x: Array) -> Array:
    """The mean over the last axis, which stays as an axis of length 1."""
    return x.sum(axis=-1, keepdims=True) / max(x.shape[-1], 1)


def sum_of_all_but_last(x: Array) -> Array:
    return x.sum(axis=tuple(range(x.ndim - 1)))
