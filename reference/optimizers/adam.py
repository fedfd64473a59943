"""Steps from bias-corrected running moments; twin: ``torch_impl/optimizers/adam.py``."""

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
class Adam:
    """m = beta1·m + (1-beta1)·g;  v = beta2·v + (1-beta2)·g²;  w = w - lr·m̂ / (sqrt(v̂) + eps).

    m̂ = m / (1 - beta1^t) and v̂ = v / (1 - beta2^t) at step t = 1, 2, …;
    g = ±grad + weight_decay·w, with ``maximize`` the minus. ``amsgrad`` puts the largest v so far
    in v's place, chosen before the bias correction.

    PyTorch and CS231n (t, m and v are step, exp_avg and exp_avg_sq) agree: t counts before it is
    used, and eps is added to the corrected root, not before the correction as in the paper's
    "epsilon hat" and in TensorFlow. Reddi et al. correct no bias; PyTorch's amsgrad does.
    Fragile: the first step is lr·sign(g) whatever the size of g, until g is as small as eps.
    Source: Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1; amsgrad: Reddi,
    Kale and Kumar 2018, https://openreview.net/forum?id=ryQu7f-RZ, algorithm 2.

    >>> import numpy as np
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
            g = g + self.weight_decay * param
        # PyTorch's lerp: of two ways to write beta1·m + (1-beta1)·g the one that rounds less
        m = m + (1 - beta1) * (g - m) if beta1 > 0.5 else g - beta1 * (g - m)
        v = beta2 * v + (1 - beta2) * g * g
        if highest is not None:
            highest = np.maximum(highest, v)
        root = np.sqrt(v if highest is None else highest) / (1 - beta2**step) ** 0.5
        param = param - self.lr / (1 - beta1**step) * m / (root + self.eps)
        return param, State(step, m, v, highest)
