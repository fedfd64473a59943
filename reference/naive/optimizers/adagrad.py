"""The definition of ``reference/optimizers/adagrad.py`` as a plain loop."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class State(NamedTuple):
    """Steps taken, and the sum of squared gradients."""

    step: int
    sum: Float[Array, "*shape"]


@dataclass(frozen=True, slots=True)
class Adagrad:
    """The algorithm that ``torch.optim.Adagrad`` documents, for each element of its own.

    >>> adagrad, w = Adagrad(lr=1.0, eps=0.0), np.array([1.0])
    >>> adagrad.update(w, np.array([3.0]), adagrad.init(w))
    (array([0.]), State(step=1, sum=array([9.])))
    """

    lr: float = 1e-2
    lr_decay: float = 0.0
    weight_decay: float = 0.0
    initial_accumulator_value: float = 0.0
    eps: float = 1e-10
    maximize: bool = False

    def init(self, param: Float[Array, "*shape"]) -> State:
        return State(0, np.full_like(param, self.initial_accumulator_value))

    def update(
        self, param: Float[Array, "*shape"], grad: Float[Array, "*shape"], state: State
    ) -> tuple[Float[Array, "*shape"], State]:
        step = state.step + 1
        lr = self.lr / (1 + (step - 1) * self.lr_decay)
        new, total = np.empty_like(param), np.empty_like(param)
        for at, slope in np.ndenumerate(grad):
            g = -slope if self.maximize else slope
            g = g + self.weight_decay * param[at]
            total[at] = state.sum[at] + g * g
            new[at] = param[at] - lr * g / (np.sqrt(total[at]) + self.eps)
        return new, State(step, total)
