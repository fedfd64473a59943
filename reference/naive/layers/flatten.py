"""The definition of ``reference/layers/flatten.py`` as plain loops."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class Flatten:
    """Every value goes to its place along the joined axes, which are counted as digits of one number.

    >>> Flatten().forward(np.array([[[1.0, 2.0], [3.0, 4.0]]]))[0]
    array([[1., 2., 3., 4.]])
    """

    start_dim: int = 1
    end_dim: int = -1

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*flat"], None]:
        first = self.start_dim % max(x.ndim, 1)
        joined = slice(first, self.end_dim % max(x.ndim, 1) + 1)
        length = 1
        for size in x.shape[joined]:
            length *= size
        y = np.empty_like(x, shape=(*x.shape[:first], length, *x.shape[joined.stop :]))
        for at, value in np.ndenumerate(x):
            place = 0
            for size, i in zip(x.shape[joined], at[joined], strict=True):
                place = place * size + i
            y[(*at[:first], place, *at[joined.stop :])] = value
        return y, None
