"""The definition of ``reference/layers/group_norm.py`` as plain loops."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class GroupNorm:
    """Every group of neighbouring channels of a sample less its mean, over sqrt(variance + eps).

    Then every channel times its weight, plus its bias.

    >>> x = np.array([[[1.0], [3.0], [5.0], [9.0]]])
    >>> GroupNorm(num_groups=2, eps=0.0).forward(x, np.array([2.0, 2.0, 1.0, 1.0]))[0].ravel()
    array([-2.,  2., -1.,  1.])
    """

    num_groups: int
    eps: float = 1e-5

    def forward(
        self,
        x: Float[Array, "n c *d"],
        weight: Float[Array, " c"] | None = None,
        bias: Float[Array, " c"] | None = None,
    ) -> tuple[Float[Array, "n c *d"], None]:
        y = np.empty_like(x)
        size = x.shape[1] // self.num_groups
        for i, group in np.ndindex(x.shape[0], self.num_groups):
            channels = range(group * size, (group + 1) * size)
            values = [value for c in channels for value in x[i, c : c + 1].flat]
            if not values:
                continue
            mean = sum(values) / len(values)
            variance = sum((value - mean) * (value - mean) for value in values) / len(values)
            for c in channels:
                for at in np.ndindex(x.shape[2:]):
                    normal = (x[(i, c, *at)] - mean) / np.sqrt(variance + self.eps)
                    if weight is not None:
                        normal = normal * weight[c]
                    if bias is not None:
                        normal = normal + bias[c]
                    y[(i, c, *at)] = normal
        return y, None
