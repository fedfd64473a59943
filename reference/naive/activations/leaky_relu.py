"""The definition of ``reference/activations/leaky_relu.py`` as a plain loop."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class LeakyReLU:
    """Positive numbers stay; all others are multiplied by ``negative_slope``.

    >>> LeakyReLU(negative_slope=0.5).forward(np.array([-4.0, 0.0, 2.0]))[0]
    array([-2.,  0.,  2.])
    """

    negative_slope: float = 0.01

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], None]:
        y = np.empty_like(x)
        for at, value in np.ndenumerate(x):
            y[at] = value if value > 0 else self.negative_slope * value
        return y, None
