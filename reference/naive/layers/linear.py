"""The definition of ``reference/layers/linear.py`` as plain loops."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class Linear:
    """y[i, o] is the sum over all features k of sample i of x[i, k] weight[o, k], and bias[o].

    >>> Linear().forward(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([5.0]))[0]
    array([[16.]])
    """

    def forward(
        self,
        x: Float[Array, "n *features"],
        weight: Float[Array, "d_out d_in"],
        bias: Float[Array, " d_out"] | None = None,
    ) -> tuple[Float[Array, "n d_out"], None]:
        y = np.zeros_like(x, shape=(x.shape[0], weight.shape[0]))
        for i, o in np.ndindex(y.shape):
            for k, feature in enumerate(x[i].flat):
                y[i, o] += feature * weight[o, k]
            if bias is not None:
                y[i, o] += bias[o]
        return y, None
