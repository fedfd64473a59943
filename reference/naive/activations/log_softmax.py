"""The definition of ``reference/activations/log_softmax.py`` as plain loops."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class LogSoftmax:
    """Every number less the logarithm of the sum of exponentials along its axis.

    Both are first lowered by the largest number, so that no exponential overflows.

    >>> LogSoftmax().forward(np.array([[0.0, 1000.0, 1000.0]]))[0].round(4).tolist()
    [[-1000.6931, -0.6931, -0.6931]]
    """

    dim: int = -1

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], None]:
        y = np.empty_like(x)
        x_last, y_last = np.moveaxis(x, self.dim, -1), np.moveaxis(y, self.dim, -1)  # views
        for row in np.ndindex(x_last.shape[:-1]):
            largest = max(x_last[row], default=0)
            lowered = [value - largest for value in x_last[row]]
            total = sum(np.exp(value) for value in lowered)
            for j, value in enumerate(lowered):
                y_last[(*row, j)] = value - np.log(total)
        return y, None
