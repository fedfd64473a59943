"""The hyperbolic tangent; twin: ``torch_impl/activations/tanh.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    y: Float[Array, "*shape"]


@dataclass(frozen=True, slots=True)
class Tanh:
    """y = tanh(x) = 2·sigmoid(2x) - 1, entry by entry.

    dx = dy·(1 - y²).

    Fragile: where |x| is large, 1 - y² has few correct digits left; PyTorch's has no more.
    Source: LeCun, Bottou, Orr and Müller 1998, *Efficient BackProp*,
    http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf, section 4.4.

    >>> import numpy as np
    >>> y, saved = Tanh().forward(np.array([-1000.0, 0.0, np.arctanh(0.5)]))
    >>> y
    array([-1. ,  0. ,  0.5])
    >>> Tanh().backward(saved, np.array([4.0, 4.0, 4.0]))
    array([0., 4., 3.])
    """

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Saved]:
        y = np.tanh(x)
        return y, Saved(y)

    def backward(self, saved: Saved, dy: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        return dy * (1 - saved.y * saved.y)
