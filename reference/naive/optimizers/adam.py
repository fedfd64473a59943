"""The definition of ``reference/optimizers/adam.py`` as a plain loop."""

from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class State(NamedTuple):
    """Steps taken and the moments; the largest second moment is None without amsgrad."""

    step: int
    exp_avg: Float[Array, "*shape"]
    exp_avg_sq: Float[Array, "*shape"]
    max_exp_avg_sq: Float[Array, "*shape"] | None = None


@dataclass(frozen=True, slots=True)
class Adam:
    """The algorithm that ``torch.optim.Adam`` documents, for each element of its own.

    >>> adam, w = Adam(lr=0.5, betas=(0.5, 0.75), eps=0.0), np.array([1.0])
    >>> w, state = adam.update(w, np.array([4.0]), adam.init(w))
    >>> w, state.step, state.exp_avg, state.exp_avg_sq
    (array([0.5]), 1, array([2.]), array([4.]))
    """

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False
    maximize: bool = False

    def init(self, param: Float[Array, "*shape"]) -> State:
        largest = np.zeros_like(param) if self.amsgrad else None
        return State(0, np.zeros_like(param), np.zeros_like(param), largest)

    def update(
        self, param: Float[Array, "*shape"], grad: Float[Array, "*shape"], state: State
    ) -> tuple[Float[Array, "*shape"], State]:
        t, (beta1, beta2) = state.step + 1, self.betas
        new, first, second = (np.empty_like(param) for _ in range(3))
        largest = copy(state.max_exp_avg_sq)
        for at, slope in np.ndenumerate(grad):
            g = -slope if self.maximize else slope
            g = g + self.weight_decay * param[at]
            first[at] = beta1 * state.exp_avg[at] + (1 - beta1) * g
            second[at] = v = beta2 * state.exp_avg_sq[at] + (1 - beta2) * g * g
            if largest is not None:
                largest[at] = v = max(largest[at], v)
            mean, square = first[at] / (1 - beta1**t), v / (1 - beta2**t)
            new[at] = param[at] - self.lr * mean / (np.sqrt(square) + self.eps)
        return new, State(t, first, second, largest)
