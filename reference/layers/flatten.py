"""Several neighbouring axes made one; twin: ``torch_impl/layers/flatten.py``."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    x_shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Flatten:
    """y holds the values of x in row-major order, axes start_dim to end_dim (included) as one axis.

    dx is dy in the shape of x: no value changes, so no gradient does.

    As in PyTorch the first axis is left alone by default and negative axes count from the end.
    CS231n flattens inside its affine layer. Fragile: ``reshape(n, -1)`` fails on an empty batch,
    whose size does not tell the length of the other axis.
    Source: ``torch.nn.Flatten``, https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html.

    >>> import numpy as np
    >>> y, saved = Flatten().forward(np.array([[[1.0, 2.0], [3.0, 4.0]]]))
    >>> y
    array([[1., 2., 3., 4.]])
    >>> Flatten().backward(saved, y).shape
    (1, 2, 2)
    """

    start_dim: int = 1
    end_dim: int = -1

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*flat"], Saved]:
        axes = range(max(x.ndim, 1))
        start, end = axes[self.start_dim], axes[self.end_dim]
        if start > end:
            raise ValueError(f"start_dim comes after end_dim for {x.ndim} axes: swap them")
        length = math.prod(x.shape[start : end + 1])
        return x.reshape(*x.shape[:start], length, *x.shape[end + 1 :]), Saved(x.shape)

    def backward(self, saved: Saved, dy: Float[Array, "*flat"]) -> Float[Array, "*shape"]:
        return dy.reshape(saved.x_shape)
