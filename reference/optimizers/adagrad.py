"""Steps divided by the root of all g²; twin: ``torch_impl/optimizers/adagrad.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class State(NamedTuple):
    """The keys of PyTorch's state."""

    step: int
    sum: Float[Array, "*shape"]


@dataclass(frozen=True, slots=True)
class Adagrad:
    """g = ±grad + weight_decay·w;  s = s + g²;  w = w - lr_t·g / (sqrt(s) + eps).

    lr_t = lr / (1 + (t - 1)·lr_decay) at step t = 1, 2, …; s starts from
    ``initial_accumulator_value``; with ``maximize`` the sign of grad is turned first.

    s only grows, so every step is smaller than lr and steps die out. PyTorch's defaults are kept:
    lr = 1e-2 and eps = 1e-10, not the 1e-8 that is common elsewhere.
    Fragile: eps stands outside the root, and with s = grad = 0 nothing else prevents 0/0.
    Source: Duchi, Hazan and Singer 2011, *Adaptive subgradient methods for online learning and
    stochastic optimization*, https://jmlr.org/papers/v12/duchi11a.html, figure 1 (diagonal).

    >>> import numpy as np
    >>> adagrad, w = Adagrad(lr=1.0, eps=0.0), np.array([1.0])
    >>> state = adagrad.init(w)
    >>> for grad in (3.0, 4.0):
    ...     w, state = adagrad.update(w, np.array([grad]), state)
    ...     print(w.round(9), state)
    [0.] State(step=1, sum=array([9.]))
    [-0.8] State(step=2, sum=array([25.]))
    """

    lr: float = 1e-2
    lr_decay: float = 0.0
    weight_decay: float = 0.0
    initial_accumulator_value: float = 0.0
    eps: float = 1e-10
    maximize: bool = False

    def __post_init__(self) -> None:
        for name in ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}")

    def init(self, param: Float[Array, "*shape"]) -> State:
        return State(0, np.full_like(param, self.initial_accumulator_value))

    def update(
        self, param: Float[Array, "*shape"], grad: Float[Array, "*shape"], state: State
    ) -> tuple[Float[Array, "*shape"], State]:
        g = -grad if self.maximize else grad
        if self.weight_decay != 0:
            g = g + self.weight_decay * param
        lr = self.lr / (1 + state.step * self.lr_decay)
        total = state.sum + g * g
        param = param - lr * g / (np.sqrt(total) + self.eps)
        return param, State(state.step + 1, total)
