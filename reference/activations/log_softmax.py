"""Logarithms of softmax probabilities; twin: ``torch_impl/activations/log_softmax.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    y: Float[Array, "*shape"]


@dataclass(frozen=True, slots=True)
class LogSoftmax:
    """y_j = x_j - log(sum over k of exp(x_k)), along the axis ``dim``.

    dx_j = dy_j - exp(y_j)·sum over k of dy_k.

    Fragile: log(softmax(x)) is -inf as soon as a probability underflows. Subtracting the maximum
    first keeps every y finite; it must be (x - max) - log(...), since max + log(...) loses the
    logarithm beside a large maximum.
    Source: Blanchard, Higham and Higham 2021, *Accurately computing the log-sum-exp and softmax
    functions*, https://doi.org/10.1093/imanum/draa038, the shifted formulas.

    >>> import numpy as np
    >>> y, saved = LogSoftmax().forward(np.array([[0.0, 1000.0, 1000.0 + np.log(3)]]))
    >>> y.round(4).tolist()  # logarithms of (0, 1/4, 3/4)
    [[-1001.3863, -1.3863, -0.2877]]
    >>> LogSoftmax().backward(saved, np.array([[4.0, 0.0, 4.0]])).round(4)
    array([[ 4., -2., -2.]])
    """

    dim: int = -1

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Saved]:
        if not x.size:
            return np.empty_like(x), Saved(x)  # nothing has no maximum
        shifted = x - x.max(axis=self.dim, keepdims=True)
        y = shifted - np.log(np.exp(shifted).sum(axis=self.dim, keepdims=True))
        return y, Saved(y)

    def backward(self, saved: Saved, dy: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        return dy - np.exp(saved.y) * dy.sum(axis=self.dim, keepdims=True)
