"""Adam with decoupled weight decay; twin: ``torch_impl/optimizers/adamw.py``."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class State(NamedTuple):
    """The keys of PyTorch's state; the maximum is None without amsgrad."""

    step: int
    exp_avg: Float[Array, "*shape"]
    exp_avg_sq: Float[Array, "*shape"]
    max_exp_avg_sq: Float[Array, "*shape"] | None = None


@dataclass(frozen=True, slots=True)
class AdamW:
    """w = (1 - lr·weight_decay)·w, then Adam's step on the shrunk w.

    m = beta1·m + (1-beta1)·g;  v = beta2·v + (1-beta2)·g²;  w = w - lr·m̂ / (sqrt(v̂) + eps), with
    m̂ = m / (1 - beta1^t), v̂ = v / (1 - beta2^t) and g = ±grad. ``amsgrad`` puts the largest
    v so far in v's place, chosen before the bias correction.

    In Adam the decay is part of g and is divided by sqrt(v̂) like everything else; here every
    weight shrinks at the same rate. PyTorch's weight_decay is 1e-2 unless told otherwise, and is
    multiplied by lr: halving lr halves the decay, unlike the paper's lambda.
    Fragile: the shrunk w must not be used in g, or the decay is counted twice.
    Source: Loshchilov and Hutter 2019, *Decoupled weight decay regularization*,
    https://arxiv.org/abs/1711.05101, algorithm 2.

    >>> import numpy as np
    >>> adamw, w = AdamW(lr=0.5, eps=0.0, weight_decay=1.0), np.array([8.0])
    >>> w, state = adamw.update(w, np.array([3.0]), adamw.init(w))
    >>> w.round(9), state.step  # 8 shrinks to 4, then a first step of lr
    (array([3.5]), 1)
    """

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 1e-2
    amsgrad: bool = False
    maximize: bool = False

    def __post_init__(self) -> None:
        for name in ("lr", "eps", "weight_decay"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}")
        if not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"betas must be at least 0 and less than 1, not {self.betas}")

    def init(self, param: Float[Array, "*shape"]) -> State:
        highest = np.zeros_like(param) if self.amsgrad else None
        return State(0, np.zeros_like(param), np.zeros_like(param), highest)

    def update(
        self, param: Float[Array, "*shape"], grad: Float[Array, "*shape"], state: State
    ) -> tuple[Float[Array, "*shape"], State]:
        step, m, v, highest = state
        step, (beta1, beta2) = step + 1, self.betas
        g = -grad if self.maximize else grad
        if self.weight_decay != 0:
            param = (1 - self.lr * self.weight_decay) * param
        # PyTorch's lerp: of two ways to write beta1·m + (1-beta1)·g the one that rounds less
        m = m + (1 - beta1) * (g - m) if beta1 > 0.5 else g - beta1 * (g - m)
        v = beta2 * v + (1 - beta2) * g * g
        if highest is not None:
            highest = np.maximum(highest, v)
        root = np.sqrt(v if highest is None else highest) / (1 - beta2**step) ** 0.5
        param = param - self.lr / (1 - beta1**step) * m / (root + self.eps)
        return param, State(step, m, v, highest)
