"""The definition of ``reference/layers/dropout.py`` as a plain loop."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class Dropout:
    """In training: x / (1 - p) where the mask keeps a value, else 0. In evaluation: x.

    >>> mask = np.array([True, False, True])
    >>> Dropout(p=0.75).forward(np.array([1.0, 2.0, 3.0]), mask)[0]
    array([ 4.,  0., 12.])
    """

    p: float = 0.5
    training: bool = True

    def forward(
        self, x: Float[Array, "*shape"], mask: Bool[Array, "*shape"] | None = None
    ) -> tuple[Float[Array, "*shape"], None]:
        if not self.training:
            return x, None
        if mask is None:
            raise ValueError("dropout in training needs a mask")
        y = np.empty_like(x)
        for at, value in np.ndenumerate(x):
            # 0 times an infinite value is nan, as in PyTorch. With p = 1 nothing is kept.
            y[at] = value / (1 - self.p) if mask[at] and self.p < 1 else 0 * value
        return y, None
