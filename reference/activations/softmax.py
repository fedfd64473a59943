"""Scores turned into probabilities along one axis; twin: ``torch_impl/activations/softmax.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    y: Float[Array, "*shape"]


@dataclass(frozen=True, slots=True)
class Softmax:
    """y_j = exp(x_j) / sum over k of exp(x_k), along the axis ``dim``.

    dx_j = y_j·(dy_j - sum over k of dy_k·y_k): nothing at all reaches x when all dy are equal,
    so an upstream gradient of ones tests nothing here.

    Fragile: exp(x) overflows from x = 89 (float32) or 710 (float64); subtracting the maximum
    first changes no y and leaves the largest term exp(0) = 1.
    Source: Bridle 1990, *Probabilistic interpretation of feedforward classification network
    outputs*; the shift: Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 6.33.

    >>> import numpy as np
    >>> y, saved = Softmax().forward(np.array([[1000.0, 1000.0, -1000.0]]))
    >>> y
    array([[0.5, 0.5, 0. ]])
    >>> Softmax().backward(saved, np.array([[4.0, 0.0, 7.0]]))
    array([[ 1., -1.,  0.]])
    """

    dim: int = -1

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Saved]:
        if not x.size:
            return np.empty_like(x), Saved(x)  # nothing has no maximum
        e = np.exp(x - x.max(axis=self.dim, keepdims=True))
        y = e / e.sum(axis=self.dim, keepdims=True)
        return y, Saved(y)

    def backward(self, saved: Saved, dy: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        y = saved.y
        return y * (dy - (dy * y).sum(axis=self.dim, keepdims=True))
