"""The definition of ``reference/losses/multiclass_hinge_loss.py`` as plain loops."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class MulticlassHingeLoss:
    """What each wrong class lacks to be ``margin`` below the target; mean, sum, or one per sample.

    >>> MulticlassHingeLoss().forward(np.array([[3.0, 2.5, 4.0, 0.0]]), np.array([0]))[0]
    array(2.5)
    """

    margin: float = 1.0
    reduction: Literal["mean", "sum", "none"] = "mean"

    def forward(
        self, x: Float[Array, "n c"], target: Int[Array, " n"]
    ) -> tuple[Float[Array, ""] | Float[Array, " n"], None]:
        losses = np.zeros_like(x, shape=target.shape)
        for i, t in enumerate(target):
            if t < 0:
                raise IndexError(f"target must be a class from 0 on, not {t}")
            for j, score in enumerate(x[i]):
                lacking = self.margin - x[i, t] + score
                if j != t and lacking > 0:
                    losses[i] += lacking
        if self.reduction == "none":
            return losses, None
        loss = np.zeros_like(x, shape=())
        for one in losses:
            loss[()] += one
        if self.reduction == "mean":
            loss[()] = loss[()] / len(losses) if len(losses) else np.nan
        return loss, None
