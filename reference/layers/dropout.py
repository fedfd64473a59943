"""Values dropped at random, the rest scaled up; twin: ``torch_impl/layers/dropout.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs; None for a layer that let everything through."""

    mask: Bool[Array, "*shape"] | None


@dataclass(frozen=True, slots=True)
class Dropout:
    """y = x mask / (1 - p) in training, y = x in evaluation; dx is dy, treated the same way.

    mask is True where a value is kept, which ``draw_mask`` does with probability 1 - p. The
    division keeps the expected value of y at x, so that evaluation has nothing to scale.

    The mask comes in from outside, so that two frameworks can be given the same one.
    p is the chance to drop, as in PyTorch; in CS231n since 2018 p is the chance to keep.
    With p = 1 everything is dropped and y is zero. Fragile: 0 times an infinite x is NaN, in
    PyTorch too; the mask must be kept for backward, a new draw is another function.
    Source: Srivastava et al. 2014, JMLR 15, section 4; scaling in training: section 10.

    >>> dropout = Dropout(p=0.75)
    >>> y, saved = dropout.forward(np.array([1.0, 2.0, 3.0]), np.array([True, False, True]))
    >>> y
    array([ 4.,  0., 12.])
    >>> dropout.backward(saved, np.array([1.0, 1.0, 10.0]))
    array([ 4.,  0., 40.])
    """

    p: float = 0.5
    training: bool = True

    def forward(
        self, x: Float[Array, "*shape"], mask: Bool[Array, "*shape"] | None = None
    ) -> tuple[Float[Array, "*shape"], Saved]:
        if not self.training:
            return x, Saved(None)
        if mask is None:
            raise ValueError("dropout in training needs a mask: pass draw_mask(rng, x.shape)")
        return x * mask * self.scale(), Saved(mask)

    def backward(self, saved: Saved, dy: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        if saved.mask is None:
            return dy
        return dy * saved.mask * self.scale()

    def scale(self) -> float:
        """1 / (1 - p); any number would do where nothing is kept."""
        return 1.0 / (1.0 - self.p) if self.p < 1.0 else 0.0

    def draw_mask(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Bool[Array, "*shape"]:
        return rng.random(shape) >= self.p
