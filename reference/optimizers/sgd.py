"""Stochastic gradient descent with momentum; twin: ``torch_impl/optimizers/sgd.py``."""

from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Float
from numpy import ndarray as Array


class State(NamedTuple):
    """None until the first step, as in PyTorch."""

    momentum_buffer: Float[Array, "*shape"] | None = None


@dataclass(frozen=True, slots=True)
class SGD:
    """g = ±grad + weight_decay·w;  b = momentum·b + (1-dampening)·g;  w = w - lr·b.

    The first step sets b = g, undampened. With Nesterov the step is lr·(g + momentum·b);
    with ``maximize`` the sign of grad is turned before anything else.

    CS231n keeps v = -lr·b instead (see ``reference/cs231n.py``): the same path while lr is fixed.
    Source: Sutskever, Martens, Dahl and Hinton 2013, *On the importance of initialization and
    momentum in deep learning*, equations 1 to 4, with PyTorch's scaling of the buffer.

    >>> import numpy as np
    >>> sgd, w = SGD(lr=0.5, momentum=0.5), np.array([1.0])
    >>> state = sgd.init(w)
    >>> for _ in range(2):
    ...     w, state = sgd.update(w, np.array([1.0]), state)
    ...     print(w, state.momentum_buffer)
    [0.5] [1.]
    [-0.25] [1.5]
    """

    lr: float = 1e-3
    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False
    maximize: bool = False

    def __post_init__(self) -> None:
        for name in ("lr", "momentum", "weight_decay"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}")
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            raise ValueError(
                f"nesterov needs momentum above 0 and dampening 0, "
                f"not momentum {self.momentum} and dampening {self.dampening}"
            )

    def init(self, param: Float[Array, "*shape"]) -> State:
        return State()

    def update(
        self, param: Float[Array, "*shape"], grad: Float[Array, "*shape"], state: State
    ) -> tuple[Float[Array, "*shape"], State]:
        step = -grad if self.maximize else grad
        if self.weight_decay != 0:
            step = step + self.weight_decay * param
        if self.momentum != 0:
            last = state.momentum_buffer
            buffer = step if last is None else self.momentum * last + (1 - self.dampening) * step
            state = State(buffer)
            step = step + self.momentum * buffer if self.nesterov else buffer
        return param - self.lr * step, state
