"""The squared difference of two arrays; twin: ``torch_impl/losses/mse_loss.py``."""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    difference: Float[Array, "*shape"]


@dataclass(frozen=True, slots=True)
class MSELoss:
    """loss = (x - target)², entry by entry, then reduced.

    ``reduction`` averages over all entries (not over the batch), adds them up, or leaves them.

    dx = 2·(x - target)·dy, divided by the number of entries under "mean"; dtarget = -dx.

    The target has a gradient too, as in PyTorch, but is not broadcast: both shapes are equal.
    The mean over no entries is nan, as in PyTorch (no warning is given).
    Fragile: where x and target nearly agree, only the leading digits of the difference count.
    Source: Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 5.4.

    >>> import numpy as np
    >>> loss, saved = MSELoss().forward(np.array([1.0, 5.0]), np.array([0.0, 2.0]))
    >>> float(loss)
    5.0
    >>> MSELoss().backward(saved, np.array(10.0))
    (array([10., 30.]), array([-10., -30.]))
    """

    reduction: Literal["mean", "sum", "none"] = "mean"

    def __post_init__(self) -> None:
        if self.reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction must be mean, sum or none, not {self.reduction!r}")

    def forward(
        self, x: Float[Array, "*shape"], target: Float[Array, "*shape"]
    ) -> tuple[Float[Array, ""] | Float[Array, "*shape"], Saved]:
        difference = x - target
        loss = difference * difference
        if self.reduction != "none":
            loss = loss.sum() / self._divisor(loss.size)
        return loss, Saved(difference)

    def backward(
        self, saved: Saved, dy: Float[Array, ""] | Float[Array, "*shape"]
    ) -> tuple[Float[Array, "*shape"], Float[Array, "*shape"]]:
        (difference,) = saved
        dx = 2 * difference * (dy / self._divisor(difference.size))
        return dx, -dx

    def _divisor(self, entries: int) -> float:
        """The mean over nothing is 0 / nan: nan as in PyTorch, where 0 / 0 would also warn."""
        return (entries or math.nan) if self.reduction == "mean" else 1
