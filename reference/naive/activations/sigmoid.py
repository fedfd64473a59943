"""The definition of ``reference/activations/sigmoid.py`` as a plain loop."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """1 / (1 + exp(-x)); for negative x the same fraction times exp(x) above and below.

    >>> Sigmoid().forward(np.array([-1000.0, 0.0, 1000.0]))[0]
    array([0. , 0.5, 1. ])
    """

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], None]:
        y = np.empty_like(x)
        for at, value in np.ndenumerate(x):
            if value < 0:  # exp(-value) may overflow
                y[at] = np.exp(value) / (np.exp(value) + 1)
            else:
                y[at] = 1 / (1 + np.exp(-value))
        return y, None
