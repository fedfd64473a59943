"""The definition of ``reference/activations/relu.py`` as a plain loop."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class ReLU:
    """Every number that is negative becomes 0.

    >>> ReLU().forward(np.array([-1.0, 0.0, 2.0]))[0]
    array([0., 0., 2.])
    """

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], None]:
        y = np.empty_like(x)
        for at, value in np.ndenumerate(x):
            y[at] = 0 if value <= 0 else value
        return y, None
