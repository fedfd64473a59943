"""The logistic function; twin: ``torch_impl/activations/sigmoid.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    y: Float[Array, "*shape"]


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """y = 1 / (1 + exp(-x)), entry by entry.

    dx = dy·y·(1 - y).

    Fragile: exp(-x) overflows for very negative x, so both sides are written with
    exp(-|x|) <= 1: y = 1 / (1 + e) for x >= 0 and y = e / (1 + e) below. For large positive x
    the factor 1 - y has few correct digits left; PyTorch's has no more.
    Source: Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 3.30.

    >>> import numpy as np
    >>> y, saved = Sigmoid().forward(np.array([-1000.0, 0.0, 1000.0]))
    >>> y
    array([0. , 0.5, 1. ])
    >>> Sigmoid().backward(saved, np.array([8.0, 8.0, 8.0]))
    array([0., 2., 0.])
    """

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Saved]:
        e = np.exp(-np.abs(x))
        y = np.where(x >= 0, 1, e) / (1 + e)
        return y, Saved(y)

    def backward(self, saved: Saved, dy: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        return dy * saved.y * (1 - saved.y)
