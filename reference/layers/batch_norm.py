"""Every channel brought to mean 0, variance 1; twin: ``torch_impl/layers/batch_norm.py``."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs; ``from_batch`` says that the statistics depend on x."""

    centred: Float[Array, "n c *t"]
    inv_std: Float[Array, " c"]
    x_hat: Float[Array, "n c *t"]
    weight: Float[Array, " c"] | None
    has_bias: bool
    from_batch: bool


@dataclass(frozen=True, slots=True)
class BatchNorm1d:
    """x_hat = (x - mean) / sqrt(var + eps), y = weight x_hat + bias, channel by channel.

    dx = weight / std (dy - mean(dy) - x_hat mean(dy x_hat)), where mean() runs over all axes but
    the channels, dweight = sum of dy x_hat, dbias = sum of dy. With the running statistics (eval)
    mean and var are constants, and only the first of the three terms is left.

    x is divided by the *biased* variance (over m), ``running_var`` is fed the *unbiased* one (over
    m - 1). running = (1 - momentum) running + momentum batch; None for momentum: a plain average
    of all batches. CS231n's momentum is 1 minus this one, and its running_var is biased.
    As in PyTorch an empty batch counts as tracked but leaves the statistics alone, and one value
    per channel is refused. Fragile: a mean much larger than the spread cancels in x - mean.
    Source: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1 and section 3.

    >>> x, dy = np.array([[1.0], [3.0]]), np.array([[2.0], [4.0]])
    >>> y, mean, var, _, saved = BatchNorm1d(eps=3.0).forward(
    ...     x, np.array([4.0]), None, np.array([0.0]), np.array([1.0]), np.array(0)
    ... )
    >>> y.T, mean, var
    (array([[-2.,  2.]]), array([0.2]), array([1.1]))
    >>> BatchNorm1d(eps=3.0).backward(saved, dy)
    (array([[-1.5],
           [ 1.5]]), array([1.]), None)
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
        Saved,
    ]:
        running = Running(running_mean, running_var, num_batches_tracked)
        return forward_by_channel(self, x, weight, bias, running)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c *t"]
    ) -> tuple[Float[Array, "n c *t"], Float[Array, " c"] | None, Float[Array, " c"] | None]:
        return backward_by_channel(saved, dy)

    def backward_nine_steps(
        self, saved: Saved, dy: Float[Array, "n c *t"]
    ) -> tuple[Float[Array, "n c *t"], Float[Array, " c"] | None, Float[Array, " c"] | None]:
        return backward_step_by_step(saved, dy)


@dataclass(frozen=True, slots=True)
class BatchNorm2d:
    """``BatchNorm1d`` for images: the mean runs over the batch and over all pixels.

    The formulas, the gradient and the caveats are those of ``BatchNorm1d``. CS231n calls this
    spatial batch normalisation and gets there by moving the channels last. PyTorch 2.13 on the
    CPU returns wrong gradients, of bias too, for some memory layouts of x or dy that have an axis
    of length 1: such as ``torch.randn(2, 1, 2, 3).permute(1, 3, 0, 2)`` for dy.

    >>> x = np.array([[[[1.0, 3.0]], [[0.0, 8.0]]]])
    >>> y, *_ = BatchNorm2d(eps=0.0).forward(x)
    >>> y
    array([[[[-1.,  1.]],
    <BLANKLINE>
            [[-1.,  1.]]]])
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
        Saved,
    ]:
        running = Running(running_mean, running_var, num_batches_tracked)
        return forward_by_channel(self, x, weight, bias, running)

    def backward(
        self, saved: Saved, dy: Float[Array, "n c h w"]
    ) -> tuple[Float[Array, "n c h w"], Float[Array, " c"] | None, Float[Array, " c"] | None]:
        return backward_by_channel(saved, dy)

    def backward_nine_steps(
        self, saved: Saved, dy: Float[Array, "n c h w"]
    ) -> tuple[Float[Array, "n c h w"], Float[Array, " c"] | None, Float[Array, " c"] | None]:
        return backward_step_by_step(saved, dy)


class Running(NamedTuple):
    """The statistics that outlive a batch; all None where none are kept."""

    mean: Float[Array, " c"] | None
    var: Float[Array, " c"] | None
    num_batches_tracked: Int[Array, ""] | None


def all_but_channels(x: Array) -> tuple[int, ...]:
    return (0, *range(2, x.ndim))


def values_per_channel(x: Array) -> int:
    return math.prod(x.shape[axis] for axis in all_but_channels(x))


def mean_by_channel(x: Array) -> Array:
    """One mean per channel; 0 for an empty batch."""
    return x.sum(axis=all_but_channels(x)) / max(values_per_channel(x), 1)


def spread(vector: Array, x: Array) -> Array:
    """One number per channel, shaped to be combined with x."""
    return vector.reshape(-1, *[1] * (x.ndim - 2))


def forward_by_channel(
    layer: BatchNorm1d | BatchNorm2d,
    x: Array,
    weight: Array | None,
    bias: Array | None,
    running: Running,
) -> tuple:
    if layer.training or running.mean is None or running.var is None:
        from_batch, (mean, var) = True, batch_statistics(x)
    else:
        from_batch, mean, var = False, running.mean, running.var
    centred = x - spread(mean, x)
    inv_std = 1.0 / np.sqrt(var + layer.eps)
    y = x_hat = centred * spread(inv_std, x)
    if weight is not None:
        y = y * spread(weight, x)
    if bias is not None:
        y = y + spread(bias, x)
    if layer.training:
        running = track(running, mean, var, values_per_channel(x), layer.momentum)
    return y, *running, Saved(centred, inv_std, x_hat, weight, bias is not None, from_batch)


def batch_statistics(x: Array) -> tuple[Array, Array]:
    """Mean and biased variance of every channel."""
    if values_per_channel(x) == 1:
        raise ValueError("one value per channel has no variance: pass n * t > 1, or training=False")
    mean = mean_by_channel(x)
    centred = x - spread(mean, x)
    return mean, mean_by_channel(centred * centred)


def track(running: Running, mean: Array, var: Array, m: int, momentum: float | None) -> Running:
    """The running statistics after a batch of m values per channel."""
    tracked = running.num_batches_tracked
    if tracked is not None:
        tracked = np.asarray(tracked + 1)
    if running.mean is None or running.var is None or m == 0:
        return running._replace(num_batches_tracked=tracked)
    if momentum is None:
        if tracked is None:
            raise ValueError("momentum=None averages all batches: pass num_batches_tracked")
        momentum = 1.0 / float(tracked)
    unbiased = var * (m / (m - 1))
    return Running(
        (1.0 - momentum) * running.mean + momentum * mean,
        (1.0 - momentum) * running.var + momentum * unbiased,
        tracked,
    )


def backward_by_channel(saved: Saved, dy: Array) -> tuple[Array, Array | None, Array | None]:
    """The gradient in its simplified form; the sum over m cancels most of the long way."""
    _, inv_std, x_hat, weight, has_bias, from_batch = saved
    dx_hat = dy if weight is None else dy * spread(weight, dy)
    if from_batch:
        along_mean = spread(mean_by_channel(dx_hat), dy)
        along_spread = x_hat * spread(mean_by_channel(dx_hat * x_hat), dy)
        dx_hat = dx_hat - along_mean - along_spread
    dx = spread(inv_std, dy) * dx_hat
    dweight = None if weight is None else (dy * x_hat).sum(axis=all_but_channels(dy))
    return dx, dweight, dy.sum(axis=all_but_channels(dy)) if has_bias else None


def backward_step_by_step(saved: Saved, dy: Array) -> tuple[Array, Array | None, Array | None]:
    """The forward is nine steps; the gradient walks them from the last to the first.

    1 mean = mean(x)       2 centred = x - mean        3 squared = centred^2
    4 var = mean(squared)  5 std = sqrt(var + eps)     6 inv_std = 1 / std
    7 x_hat = centred inv_std    8 scaled = weight x_hat    9 y = scaled + bias
    """
    centred, inv_std, x_hat, weight, has_bias, from_batch = saved
    axes, m = all_but_channels(dy), max(values_per_channel(dy), 1)
    dbias, dscaled = dy.sum(axis=axes) if has_bias else None, dy  # 9
    dweight, dx_hat = None, dscaled  # 8
    if weight is not None:
        dweight, dx_hat = (dscaled * x_hat).sum(axis=axes), dscaled * spread(weight, dy)
    dcentred = dx_hat * spread(inv_std, dy)  # 7, the first of two paths into centred
    if not from_batch:
        return dcentred, dweight, dbias
    dinv_std = (dx_hat * centred).sum(axis=axes)  # 7
    dstd = -dinv_std * inv_std * inv_std  # 6
    dvar = dstd * 0.5 * inv_std  # 5
    dsquared = spread(dvar, dy) / m  # 4, the same for every value
    dcentred = dcentred + 2.0 * centred * dsquared  # 3, the second path
    dmean = -dcentred.sum(axis=axes)  # 2
    return dcentred + spread(dmean, dy) / m, dweight, dbias  # 1
