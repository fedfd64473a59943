"""The definition of ``reference/layers/layer_norm.py`` as plain loops."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class LayerNorm:
    """Every sample less its mean, divided by sqrt(variance + eps), times weight, plus bias.

    >>> LayerNorm(eps=3.0).forward(np.array([[1.0, 3.0]]), np.array([4.0, 2.0]))[0]
    array([[-2.,  1.]])
    """

    eps: float = 1e-5

    def forward(
        self,
        x: Float[Array, "*batch d"],
        weight: Float[Array, " d"] | None = None,
        bias: Float[Array, " d"] | None = None,
    ) -> tuple[Float[Array, "*batch d"], None]:
        y = np.empty_like(x)
        for sample in np.ndindex(x.shape[:-1]):
            values = list(x[sample])
            if not values:
                continue
            mean = sum(values) / len(values)
            variance = sum((value - mean) * (value - mean) for value in values) / len(values)
            for k, value in enumerate(values):
                normal = (value - mean) / np.sqrt(variance + self.eps)
                if weight is not None:
                    normal = normal * weight[k]
                if bias is not None:
                    normal = normal + bias[k]
                y[(*sample, k)] = normal
        return y, None
