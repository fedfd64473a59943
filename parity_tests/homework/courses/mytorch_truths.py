"""The layers of mytorch that are not CS231n's: the same operations under other shapes, and what resamples."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from parity_tests.homework.courses.cs231n import layers, update_rules
from reference.layers.max_pool2d import MaxPool2d


@dataclass(frozen=True, slots=True)
class Linear:
    """Z = A W^T + b, where b is a column."""

    operation: ClassVar[type] = layers.Affine

    def forward(
        self, x: Float[Array, "n d_in"], w: Float[Array, "d_out d_in"], b: Float[Array, "d_out 1"]
    ) -> tuple[Float[Array, "n d_out"], Any]:
        return self.operation().forward(x, w.T, b.reshape(-1))  # type: ignore[no-any-return]

    def backward(self, saved: Any, dy: Float[Array, "n d_out"]) -> tuple[Array, Array, Array]:
        dx, dw, db = self.operation().backward(saved, dy)
        return dx, dw.T, db.reshape(-1, 1)


@dataclass(frozen=True, slots=True)
class BatchNorm1d:
    """CS231n's, with parameters and running averages as rows; eps is 1e-8 in the handout's own lines."""

    operation: ClassVar[type] = layers.BatchNorm
    alpha: float = 0.9
    training: bool = True

    def forward(
        self,
        x: Float[Array, "n c"],
        gamma: Float[Array, "1 c"],
        beta: Float[Array, "1 c"],
        running_mean: Float[Array, "1 c"],
        running_var: Float[Array, "1 c"],
    ) -> tuple[Float[Array, "n c"], Float[Array, "1 c"], Float[Array, "1 c"], Any]:
        rows = (row.reshape(-1) for row in (gamma, beta, running_mean, running_var))
        y, mean, var, saved = self._layer().forward(x, *rows)
        return y, mean.reshape(1, -1), var.reshape(1, -1), saved

    def backward(
        self, saved: Any, dy: Float[Array, "n c"]
    ) -> tuple[Float[Array, "n c"], Float[Array, "1 c"], Float[Array, "1 c"]]:
        dx, dgamma, dbeta = self._layer().backward(saved, dy)
        return dx, dgamma.reshape(1, -1), dbeta.reshape(1, -1)

    def _layer(self) -> Any:
        return self.operation(eps=1e-8, momentum=self.alpha, training=self.training)


class Moved(NamedTuple):
    """A bias that moves beside the weight, and what the rule keeps of each."""

    b: Any
    velocity: Any = None
    velocity_of_b: Any = None


@dataclass(frozen=True, slots=True)
class SGD:
    """v = momentum v + dLdW, then W - lr v, and the same for a bias whose gradient is -dLdW.

    CS231n's rule keeps -lr v: the same path while lr does not change, and the path is all that is compared.
    """

    operation: ClassVar[type] = update_rules.SGDMomentum
    lr: float = 0.1
    momentum: float = 0.0

    def init(self, param: Array) -> Moved:
        return Moved(-2 * param)

    def update(self, param: Array, grad: Array, state: Moved) -> tuple[Array, Moved]:
        rule = self.operation(learning_rate=self.lr, momentum=self.momentum)
        w, own = rule.update(param, grad, update_rules.Velocity(state.velocity))
        b, other = rule.update(state.b, -grad, update_rules.Velocity(state.velocity_of_b))
        return w, Moved(b, own.velocity, other.velocity)


@dataclass(frozen=True, slots=True)
class Downsample2d:
    """Every k-th row and column: the maximum of windows of one pixel, k apart."""

    k: int

    def forward(self, x: Float[Array, "n c h w"]) -> tuple[Float[Array, "n c h_out w_out"], Any]:
        return self._windows().forward(x)

    def backward(self, saved: Any, dy: Float[Array, "n c h_out w_out"]) -> Float[Array, "n c h w"]:
        return self._windows().backward(saved, dy)

    def _windows(self) -> MaxPool2d:
        return MaxPool2d(kernel_size=(1, 1), stride=(self.k, self.k))


@dataclass(frozen=True, slots=True)
class Upsample2d:
    """k - 1 zeros between neighbours: what takes a gradient through downsampling."""

    k: int

    def forward(self, x: Float[Array, "n c h w"]) -> tuple[Float[Array, "n c h_out w_out"], Any]:
        n, c, h, w = x.shape
        fine = np.zeros_like(x, shape=(n, c, self.k * (h - 1) + 1, self.k * (w - 1) + 1))
        _, saved = Downsample2d(self.k).forward(fine)
        return Downsample2d(self.k).backward(saved, x), saved

    def backward(self, saved: Any, dy: Float[Array, "n c h_out w_out"]) -> Float[Array, "n c h w"]:
        return Downsample2d(self.k).forward(dy)[0]


class DownsampleForgetsTheSize(Downsample2d):
    """dLdA as small as the factor allows: right where the last row and column were kept."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return Upsample2d(self.k).forward(dy)[0]
