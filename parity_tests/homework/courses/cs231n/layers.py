"""The layers of assignment 2 as the course defines them, on top of the verified operations.

Each keeps the contract of a reference (see ``harness``), under the course's names for arrays. What is
computed is ``operation``'s business: with a fault of the zoo in its place, the layer makes that mistake
in the course's conventions.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from reference.activations.relu import ReLU as ReLUOperation
from reference.layers.batch_norm import BatchNorm1d, BatchNorm2d
from reference.layers.conv2d import Conv2d
from reference.layers.group_norm import GroupNorm
from reference.layers.layer_norm import LayerNorm as LayerNormOperation
from reference.layers.linear import Linear
from reference.layers.max_pool2d import MaxPool2d

Gradients = tuple[Array, Array, Array]


@dataclass(frozen=True, slots=True)
class Affine:
    """out = x w + b, where x is a matrix of one row per sample."""

    operation: ClassVar[type] = Linear

    def forward(
        self,
        x: Float[Array, "n *features"],
        w: Float[Array, "d_in d_out"],
        b: Float[Array, " d_out"],
    ) -> tuple[Float[Array, "n d_out"], Any]:
        return self.operation().forward(x, w.T, b)  # type: ignore[no-any-return]

    def backward(self, saved: Any, dy: Float[Array, "n d_out"]) -> tuple[Array, Array, Array]:
        dx, dweight, db = self.operation().backward(saved, dy)
        return dx, dweight.T, db


@dataclass(frozen=True, slots=True)
class ReLU:
    """out = max(0, x)."""

    operation: ClassVar[type] = ReLUOperation

    def forward(self, x: Float[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Any]:
        return self.operation().forward(x)  # type: ignore[no-any-return]

    def backward(self, saved: Any, dy: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        return self.operation().backward(saved, dy)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _BatchNorm:
    """x brought to mean 0 and variance 1; the running averages move by 1 - momentum, both biased."""

    operation: ClassVar[type] = BatchNorm1d
    eps: float = 1e-5
    momentum: float = 0.9
    training: bool = True

    def _forward(
        self, x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any
    ) -> tuple[Any, Any, Any, Any]:
        layer = self.operation(eps=self.eps, training=self.training)
        out, *_, saved = layer.forward(x, gamma, beta, running_mean, running_var)
        if self.training:
            running_mean, running_var = self._moved(x, running_mean, running_var)
        return out, running_mean, running_var, saved

    def _moved(self, x: Any, running_mean: Any, running_var: Any) -> tuple[Any, Any]:
        mean, var = self._statistics(x)
        new = 1 - self.momentum
        return self.momentum * running_mean + new * mean, self.momentum * running_var + new * var

    def _statistics(self, x: Any) -> tuple[Any, Any]:
        """Mean and biased variance of each channel."""
        axes = (0, *range(2, x.ndim))
        centred = x - np.mean(x, axis=axes, keepdims=True)
        return np.mean(x, axis=axes), np.mean(centred * centred, axis=axes)

    def _backward(self, saved: Any, dy: Any) -> Gradients:
        layer = self.operation(eps=self.eps, training=self.training)
        return layer.backward(saved, dy)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class BatchNorm(_BatchNorm):
    """Batch normalization of vectors: statistics of each column of x."""

    def forward(
        self,
        x: Float[Array, "n c"],
        gamma: Float[Array, " c"],
        beta: Float[Array, " c"],
        running_mean: Float[Array, " c"],
        running_var: Float[Array, " c"],
    ) -> tuple[Float[Array, "n c"], Float[Array, " c"], Float[Array, " c"], Any]:
        return self._forward(x, gamma, beta, running_mean, running_var)

    def backward(
        self, saved: Any, dy: Float[Array, "n c"]
    ) -> tuple[Float[Array, "n c"], Float[Array, " c"], Float[Array, " c"]]:
        return self._backward(saved, dy)


@dataclass(frozen=True, slots=True)
class SpatialBatchNorm(_BatchNorm):
    """Batch normalization of images: statistics of each channel over samples and pixels."""

    operation: ClassVar[type] = BatchNorm2d

    def forward(
        self,
        x: Float[Array, "n c h w"],
        gamma: Float[Array, " c"],
        beta: Float[Array, " c"],
        running_mean: Float[Array, " c"],
        running_var: Float[Array, " c"],
    ) -> tuple[Float[Array, "n c h w"], Float[Array, " c"], Float[Array, " c"], Any]:
        return self._forward(x, gamma, beta, running_mean, running_var)

    def backward(
        self, saved: Any, dy: Float[Array, "n c h w"]
    ) -> tuple[Float[Array, "n c h w"], Float[Array, " c"], Float[Array, " c"]]:
        return self._backward(saved, dy)


@dataclass(frozen=True, slots=True)
class LayerNorm:
    """Every sample brought to mean 0 and variance 1."""

    operation: ClassVar[type] = LayerNormOperation
    eps: float = 1e-5

    def forward(
        self, x: Float[Array, "n c"], gamma: Float[Array, " c"], beta: Float[Array, " c"]
    ) -> tuple[Float[Array, "n c"], Any]:
        return self.operation(eps=self.eps).forward(x, gamma, beta)  # type: ignore[no-any-return]

    def backward(
        self, saved: Any, dy: Float[Array, "n c"]
    ) -> tuple[Float[Array, "n c"], Float[Array, " c"], Float[Array, " c"]]:
        return self.operation(eps=self.eps).backward(saved, dy)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Conv:
    """Cross-correlation of images with filters; one stride and one padding for both axes."""

    operation: ClassVar[type] = Conv2d
    stride: int = 1
    padding: int = 0

    def forward(
        self,
        x: Float[Array, "n c h w"],
        w: Float[Array, "c_out c kh kw"],
        b: Float[Array, " c_out"],
    ) -> tuple[Float[Array, "n c_out h_out w_out"], Any]:
        return self._layer().forward(x, w, b)  # type: ignore[no-any-return]

    def backward(
        self, saved: Any, dy: Float[Array, "n c_out h_out w_out"]
    ) -> tuple[Array, Array, Array]:
        return self._layer().backward(saved, dy)  # type: ignore[no-any-return]

    def _layer(self) -> Any:
        return self.operation(stride=(self.stride,) * 2, padding=(self.padding,) * 2)


@dataclass(frozen=True, slots=True)
class MaxPool:
    """The largest value of every window; one stride for both axes, no padding."""

    operation: ClassVar[type] = MaxPool2d
    kernel_size: tuple[int, int]
    stride: int

    def forward(self, x: Float[Array, "n c h w"]) -> tuple[Float[Array, "n c h_out w_out"], Any]:
        return self._layer().forward(x)  # type: ignore[no-any-return]

    def backward(self, saved: Any, dy: Float[Array, "n c h_out w_out"]) -> Float[Array, "n c h w"]:
        return self._layer().backward(saved, dy)  # type: ignore[no-any-return]

    def _layer(self) -> Any:
        return self.operation(kernel_size=self.kernel_size, stride=(self.stride,) * 2)


@dataclass(frozen=True, slots=True)
class SpatialGroupNorm:
    """Groups of neighbouring channels brought to mean 0 and variance 1; gamma and beta per channel."""

    operation: ClassVar[type] = GroupNorm
    num_groups: int
    eps: float = 1e-5

    def forward(
        self,
        x: Float[Array, "n c h w"],
        gamma: Float[Array, "1 c 1 1"],
        beta: Float[Array, "1 c 1 1"],
    ) -> tuple[Float[Array, "n c h w"], Any]:
        return self._layer().forward(x, gamma.reshape(-1), beta.reshape(-1))  # type: ignore[no-any-return]

    def backward(
        self, saved: Any, dy: Float[Array, "n c h w"]
    ) -> tuple[Float[Array, "n c h w"], Float[Array, "1 c 1 1"], Float[Array, "1 c 1 1"]]:
        dx, dgamma, dbeta = self._layer().backward(saved, dy)
        return dx, dgamma.reshape(1, -1, 1, 1), dbeta.reshape(1, -1, 1, 1)

    def _layer(self) -> Any:
        return self.operation(num_groups=self.num_groups, eps=self.eps)
