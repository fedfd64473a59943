"""The definitions of ``reference/layers/batch_norm.py`` as plain loops."""

from copy import copy
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class BatchNorm1d:
    """Every channel less its mean, divided by sqrt(variance + eps), times its weight, plus its bias.

    Mean and variance are those of the batch in training and where none are kept, else the running
    ones. Training moves the running ones by the share ``momentum`` towards the batch's mean and towards
    its variance over m - 1; without a momentum each batch so far has the same share.

    >>> x, zero, one = np.array([[1.0], [3.0]]), np.array([0.0]), np.array([1.0])
    >>> y, mean, var, seen, _ = BatchNorm1d(eps=3.0).forward(x, None, None, zero, one, np.array(0))
    >>> y.ravel(), mean, var, int(seen)
    (array([-0.5,  0.5]), array([0.2]), array([1.1]), 1)
    """

    eps: float = 1e-5
    momentum: float | None = 0.1
    training: bool = True

    def forward(
        self,
        x: Float[Array, "n c *t"],
        weight: Float[Array, " c"] | None = None,
        bias: Float[Array, " c"] | None = None,
        running_mean: Float[Array, " c"] | None = None,
        running_var: Float[Array, " c"] | None = None,
        num_batches_tracked: Int[Array, ""] | None = None,
    ) -> tuple[
        Float[Array, "n c *t"],
        Float[Array, " c"] | None,
        Float[Array, " c"] | None,
        Int[Array, ""] | None,
        None,
    ]:
        running = running_mean, running_var, num_batches_tracked
        return normalise(self, x, weight, bias, running)


@dataclass(frozen=True, slots=True)
class BatchNorm2d:
    """``BatchNorm1d`` for images: a channel is all its pixels in all the images of the batch.

    >>> BatchNorm2d(eps=0.0).forward(np.array([[[[1.0, 3.0]], [[0.0, 8.0]]]]))[0].ravel()
    array([-1.,  1., -1.,  1.])
    """

    eps: float = 1e-5
    momentum: float | None = 0.1
    training: bool = True

    def forward(
        self,
        x: Float[Array, "n c h w"],
        weight: Float[Array, " c"] | None = None,
        bias: Float[Array, " c"] | None = None,
        running_mean: Float[Array, " c"] | None = None,
        running_var: Float[Array, " c"] | None = None,
        num_batches_tracked: Int[Array, ""] | None = None,
    ) -> tuple[
        Float[Array, "n c h w"],
        Float[Array, " c"] | None,
        Float[Array, " c"] | None,
        Int[Array, ""] | None,
        None,
    ]:
        running = running_mean, running_var, num_batches_tracked
        return normalise(self, x, weight, bias, running)


def normalise(
    layer: BatchNorm1d | BatchNorm2d,
    x: Array,
    weight: Array | None,
    bias: Array | None,
    running: tuple,
) -> tuple:
    """y and the running mean, variance and number of batches after this one."""
    mean, variance, tracked = running
    if layer.training and tracked is not None:
        tracked = np.asarray(tracked + 1)
    new_mean, new_variance = copy(mean), copy(variance)
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        values = list(x[:, c].flat)
        if not values:
            continue  # of an empty batch nothing is learned
        if layer.training or mean is None:
            centre, spread, unbiased = statistics(values)
        else:
            centre, spread = mean[c], variance[c]
        for at in np.ndindex(x[:, c].shape):
            place = (at[0], c, *at[1:])
            normal = (x[place] - centre) / np.sqrt(spread + layer.eps)
            if weight is not None:
                normal = normal * weight[c]
            if bias is not None:
                normal = normal + bias[c]
            y[place] = normal
        if layer.training and mean is not None:
            share = 1 / int(tracked) if layer.momentum is None else layer.momentum
            new_mean[c] = (1 - share) * mean[c] + share * centre
            new_variance[c] = (1 - share) * variance[c] + share * unbiased
    return y, new_mean, new_variance, tracked, None


def statistics(values: list) -> tuple:
    """The mean of m values, the sum of squared distances from it over m, and that over m - 1."""
    if len(values) == 1:
        raise ValueError("one value per channel has no variance")
    mean = sum(values) / len(values)
    squares = sum((value - mean) * (value - mean) for value in values)
    return mean, squares / len(values), squares / (len(values) - 1)
