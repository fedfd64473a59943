"""The definition of ``reference/activations/softmax.py`` as plain loops."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class Softmax:
    """Every exponential over the sum of those along its axis, all divided by the largest of them.

    >>> Softmax(dim=0).forward(np.array([[1000.0, 0.0], [1000.0, np.log(3.0)]]))[0]
    array([[0.5 , 0.25],
           [0.5 , 0.75]])
    """

    dim: int = -1

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], None]:
        y = np.empty_like(x)
        x_last, y_last = np.moveaxis(x, self.dim, -1), np.moveaxis(y, self.dim, -1)  # views
        for row in np.ndindex(x_last.shape[:-1]):
            largest = max(x_last[row], default=0)
            exponentials = [np.exp(value - largest) for value in x_last[row]]
            total = sum(exponentials)
            for j, exponential in enumerate(exponentials):
                y_last[(*row, j)] = exponential / total
        return y, None
