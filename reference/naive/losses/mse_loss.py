"""The definition of ``reference/losses/mse_loss.py`` as plain loops."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class MSELoss:
    """The square of every difference; their mean, their sum, or all of them.

    >>> MSELoss().forward(np.array([1.0, 5.0]), np.array([0.0, 2.0]))[0]
    array(5.)
    """

    reduction: Literal["mean", "sum", "none"] = "mean"

    def forward(
        self, x: Float[Array, "*shape"], target: Float[Array, "*shape"]
    ) -> tuple[Float[Array, ""] | Float[Array, "*shape"], None]:
        squares = np.empty_like(x)
        for at, value in np.ndenumerate(x):
            squares[at] = (value - target[at]) * (value - target[at])
        if self.reduction == "none":
            return squares, None
        loss = np.zeros_like(x, shape=())
        for square in squares.flat:
            loss[()] += square
        if self.reduction == "mean":
            loss[()] = loss[()] / squares.size if squares.size else np.nan
        return loss, None
