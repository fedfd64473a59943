"""The positive part; twin: ``torch_impl/activations/relu.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    x: Float[Array, "*shape"]


@dataclass(frozen=True, slots=True)
class ReLU:
    """y = max(0, x), entry by entry.

    dx = dy where x > 0, else 0: the derivative at the kink x = 0 is 0, as in PyTorch and CS231n.

    Fragile: choosing dx by ``dy * (x > 0)`` turns an infinite dy into nan on the dead side.
    Source: Nair and Hinton 2010, *Rectified linear units improve restricted Boltzmann
    machines*, https://icml.cc/Conferences/2010/papers/432.pdf, section 2.

    >>> import numpy as np
    >>> y, saved = ReLU().forward(np.array([-1.0, 0.0, 2.0]))
    >>> y
    array([0., 0., 2.])
    >>> ReLU().backward(saved, np.array([10.0, 10.0, 10.0]))
    array([ 0.,  0., 10.])
    """

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Saved]:
        return np.maximum(x, 0), Saved(x)

    def backward(self, saved: Saved, dy: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        alive = ~(saved.x <= 0)  # not x > 0: a nan lets dy through, as in PyTorch
        if np.isfinite(dy).all():
            return dy * alive  # faster by far than a choice that no processor can predict
        return np.where(alive, dy, 0)
