"""The definition of ``reference/optimizers/sgd.py`` as a plain loop."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class State(NamedTuple):
    """None until the first step, and always without momentum."""

    momentum_buffer: Float[Array, "*shape"] | None = None


@dataclass(frozen=True, slots=True)
class SGD:
    """The algorithm that ``torch.optim.SGD`` documents, for each element of its own.

    >>> w, state = SGD(lr=0.5, momentum=0.5).update(np.array([1.0]), np.array([1.0]), State())
    >>> w, state.momentum_buffer
    (array([0.5]), array([1.]))
    """

    lr: float = 1e-3
    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False
    maximize: bool = False

    def init(self, param: Float[Array, "*shape"]) -> State:
        return State()

    def update(
        self, param: Float[Array, "*shape"], grad: Float[Array, "*shape"], state: State
    ) -> tuple[Float[Array, "*shape"], State]:
        new = np.empty_like(param)
        buffer = np.empty_like(param) if self.momentum != 0 else None
        for at, slope in np.ndenumerate(grad):
            g = -slope if self.maximize else slope
            g = g + self.weight_decay * param[at]
            if buffer is not None:
                if state.momentum_buffer is None:
                    buffer[at] = g
                else:
                    last = state.momentum_buffer[at]
                    buffer[at] = self.momentum * last + (1 - self.dampening) * g
                g = g + self.momentum * buffer[at] if self.nesterov else buffer[at]
            new[at] = param[at] - self.lr * g
        return new, State(buffer)
