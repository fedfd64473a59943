"""The definition of ``reference/activations/tanh.py`` as a plain loop."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class Tanh:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), with both sums divided by the larger exponential.

    For x >= 0 that is (1 - exp(-2x)) / (1 + exp(-2x)), and with m = exp(-2x) - 1, which has all its digits
    near x = 0 too, -m / (2 + m). tanh(-x) = -tanh(x).

    >>> Tanh().forward(np.array([-1000.0, 0.0, np.arctanh(0.5)]))[0]
    array([-1. ,  0. ,  0.5])
    """

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], None]:
        y = np.empty_like(x)
        for at, value in np.ndenumerate(x):
            if value < 0:
                m = np.expm1(2 * value)
                y[at] = m / (2 + m)
            else:
                m = np.expm1(-2 * value)
                y[at] = -m / (2 + m)
        return y, None
