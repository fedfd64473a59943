"""The definition of ``reference/optimizers/rmsprop.py`` as a plain loop."""

from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class State(NamedTuple):
    """Steps taken and the averages; None where momentum is 0, or not centered."""

    step: int
    square_avg: Float[Array, "*shape"]
    momentum_buffer: Float[Array, "*shape"] | None = None
    grad_avg: Float[Array, "*shape"] | None = None


@dataclass(frozen=True, slots=True)
class RMSprop:
    """The algorithm that ``torch.optim.RMSprop`` documents, for each element of its own.

    >>> rmsprop, w = RMSprop(lr=1.0, alpha=0.75, eps=0.0), np.array([5.0])
    >>> w, state = rmsprop.update(w, np.array([3.0]), rmsprop.init(w))
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

    def init(self, param: Float[Array, "*shape"]) -> State:
        buffer = np.zeros_like(param) if self.momentum > 0 else None
        average = np.zeros_like(param) if self.centered else None
        return State(0, np.zeros_like(param), buffer, average)

    def update(
        self, param: Float[Array, "*shape"], grad: Float[Array, "*shape"], state: State
    ) -> tuple[Float[Array, "*shape"], State]:
        new, square_avg = np.empty_like(param), np.empty_like(param)
        buffer, grad_avg = copy(state.momentum_buffer), copy(state.grad_avg)
        for at, slope in np.ndenumerate(grad):
            g = -slope if self.maximize else slope
            g = g + self.weight_decay * param[at]
            mean_square = self.alpha * state.square_avg[at] + (1 - self.alpha) * g * g
            square_avg[at] = variance = mean_square
            if grad_avg is not None:
                grad_avg[at] = self.alpha * grad_avg[at] + (1 - self.alpha) * g
                variance = mean_square - grad_avg[at] * grad_avg[at]
            step = g / (np.sqrt(variance) + self.eps)
            if buffer is not None:
                buffer[at] = step = self.momentum * buffer[at] + step
            new[at] = param[at] - self.lr * step
        return new, State(state.step + 1, square_avg, buffer, grad_avg)
