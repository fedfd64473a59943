"""Groups of channels brought to mean 0, variance 1; twin: ``torch_impl/layers/group_norm.py``."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs; ``inv_std`` has one number per sample and group."""

    x_hat: Float[Array, "n c *d"]
    inv_std: Float[Array, "n num_groups 1"]
    weight: Float[Array, " c"] | None
    has_bias: bool


@dataclass(frozen=True, slots=True)
class GroupNorm:
    """x_hat = (x - mean) / sqrt(var + eps), y = weight x_hat + bias.

    mean and var are taken over one sample and one group: c / num_groups neighbouring channels
    with all their pixels. weight and bias have one number per channel.

    With g = weight dy: dx = (g - mean(g) - x_hat mean(g x_hat)) / std, mean() over the group;
    dweight and dbias sum dy x_hat and dy over everything but the channels.

    One group is layer normalisation (over channels and pixels), c groups instance normalisation.
    CS231n stores weight and bias as (1, c, 1, 1). PyTorch refuses a batch whose every group holds
    one value and has n * c = num_groups; here y is then bias.
    Fragile: groups are blocks of neighbours, not every num_groups-th channel.
    Source: Wu and He 2018, arXiv:1803.08494, equations 1, 2, 6 and 7.

    >>> x, weight = np.array([[[1.0], [3.0], [5.0], [9.0]]]), np.array([2.0, 2.0, 1.0, 1.0])
    >>> y, saved = GroupNorm(num_groups=2, eps=0.0).forward(x, weight)
    >>> y.reshape(4)
    array([-2.,  2., -1.,  1.])
    >>> dx, dweight, _ = GroupNorm(num_groups=2, eps=0.0).backward(saved, x)
    >>> dweight
    array([-1.,  3., -5.,  9.])
    """

    num_groups: int
    eps: float = 1e-5

    def forward(
        self,
        x: Float[Array, "n c *d"],
        weight: Float[Array, " c"] | None = None,
        bias: Float[Array, " c"] | None = None,
    ) -> tuple[Float[Array, "n c *d"], Saved]:
        grouped = split_channels(x, self.num_groups)
        centred = grouped - mean_of_last(grouped)
        inv_std = 1.0 / np.sqrt(mean_of_last(centred * centred) + self.eps)
        y = x_hat = (centred * inv_std).reshape(x.shape)
        if weight is not None:
            y = y * spread(weight, x)
        if bias is not None:
            y = y + spread(bias, x)
        return y, Saved(x_hat, inv_std, weight, bias is not None)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c *d"]
    ) -> tuple[Float[Array, "n c *d"], Float[Array, " c"] | None, Float[Array, " c"] | None]:
        x_hat, inv_std, weight, has_bias = saved
        axes = (0, *range(2, dy.ndim))
        dx_hat = dy if weight is None else dy * spread(weight, dy)
        g, grouped = (split_channels(a, self.num_groups) for a in (dx_hat, x_hat))
        dx = inv_std * (g - mean_of_last(g) - grouped * mean_of_last(g * grouped))
        dweight = None if weight is None else (dy * x_hat).sum(axis=axes)
        return dx.reshape(dy.shape), dweight, dy.sum(axis=axes) if has_bias else None


def split_channels(x: Array, num_groups: int) -> Array:
    """One row per sample and group; an empty batch forbids ``reshape(n, num_groups, -1)``."""
    return x.reshape(x.shape[0], num_groups, math.prod(x.shape[1:]) // num_groups)


def mean_of_last(x: Array) -> Array:
    """The mean over the last axis, which stays as an axis of length 1."""
    return x.sum(axis=-1, keepdims=True) / max(x.shape[-1], 1)


def spread(vector: Array, x: Array) -> Array:
    """One number per channel, shaped to be combined with x."""
    return vector.reshape(-1, *[1] * (x.ndim - 2))
