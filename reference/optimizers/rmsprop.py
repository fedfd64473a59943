"""Steps divided by a running root mean square; twin: ``torch_impl/optimizers/rmsprop.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class State(NamedTuple):
    """The keys of PyTorch's state; None where momentum is 0, or not centered."""

    step: int
    square_avg: Float[Array, "*shape"]
    momentum_buffer: Float[Array, "*shape"] | None = None
    grad_avg: Float[Array, "*shape"] | None = None


@dataclass(frozen=True, slots=True)
class RMSprop:
    """s = alpha·s + (1-alpha)·g²;  w = w - lr·g / (sqrt(s) + eps),  g = ±grad + weight_decay·w.

    With momentum: b = momentum·b + g / (sqrt(s) + eps), w = w - lr·b. ``centered`` also averages g,
    a = alpha·a + (1-alpha)·g, and takes sqrt(s - a²). ``maximize`` turns the sign of grad first.

    PyTorch and CS231n (alpha is its decay_rate) agree: eps outside the root, no bias correction.
    TensorFlow puts eps inside the root.
    Fragile: s - a² is a variance and cancels; where it rounds to less than 0 (alpha = 0, or a
    gradient that hardly changes) the parameter is nan, here as in PyTorch.
    Source: Tieleman and Hinton 2012, *Lecture 6.5: rmsprop*; centered: Graves 2013,
    https://arxiv.org/abs/1308.0850, equations 38 to 41 (there eps is inside the root).

    >>> import numpy as np
    >>> rmsprop, w = RMSprop(lr=1.0, alpha=0.75, eps=0.0), np.array([5.0])
    >>> state = rmsprop.init(w)
    >>> w, state = rmsprop.update(w, np.array([3.0]), state)
    >>> w, state.square_avg
    (array([3.]), array([2.25]))
    """

    lr: float = 1e-2
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    centered: bool = False
    maximize: bool = False

    def __post_init__(self) -> None:
        for name in ("lr", "alpha", "eps", "weight_decay", "momentum"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}")

    def init(self, param: Float[Array, "*shape"]) -> State:
        buffer = np.zeros_like(param) if self.momentum > 0 else None
        average = np.zeros_like(param) if self.centered else None
        return State(0, np.zeros_like(param), buffer, average)

    def update(
        self, param: Float[Array, "*shape"], grad: Float[Array, "*shape"], state: State
    ) -> tuple[Float[Array, "*shape"], State]:
        step, square_avg, buffer, average = state
        g = -grad if self.maximize else grad
        if self.weight_decay != 0:
            g = g + self.weight_decay * param
        square_avg = self.alpha * square_avg + (1 - self.alpha) * g * g
        spread = square_avg
        if average is not None:
            # PyTorch's lerp: of two ways to write a = alpha·a + (1-alpha)·g the one that rounds less
            change, alpha = g - average, self.alpha
            average = average + (1 - alpha) * change if alpha > 0.5 else g - alpha * change
            spread = square_avg - average * average
        root = np.sqrt(spread) + self.eps
        if buffer is not None:
            buffer = self.momentum * buffer + g / root
            param = param - self.lr * buffer
        else:
            param = param - self.lr * g / root
        return param, State(step + 1, square_avg, buffer, average)
