"""A rectifier that leaks on the negative side; twin: ``torch_impl/activations/leaky_relu.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    x: Float[Array, "*shape"]


@dataclass(frozen=True, slots=True)
class LeakyReLU:
    """y = x where x > 0, else negative_slope·x.

    dx = dy where x > 0, else negative_slope·dy: at the kink x = 0 the derivative is
    negative_slope, which is PyTorch's choice.

    Fragile: max(x, negative_slope·x) is the same function only while negative_slope <= 1.
    Source: Maas, Hannun and Ng 2013, *Rectifier nonlinearities improve neural network
    acoustic models*, https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf,
    section 2 (there the slope is 0.01).

    >>> import numpy as np
    >>> leaky = LeakyReLU(negative_slope=0.5)
    >>> y, saved = leaky.forward(np.array([-4.0, 0.0, 2.0]))
    >>> y
    array([-2.,  0.,  2.])
    >>> leaky.backward(saved, np.array([10.0, 10.0, 10.0]))
    array([ 5.,  5., 10.])
    """

    negative_slope: float = 0.01

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Saved]:
        return np.where(x > 0, x, self.negative_slope * x), Saved(x)

    def backward(self, saved: Saved, dy: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        return np.where(saved.x > 0, dy, self.negative_slope * dy)
