"""Wrong sandwich layers."""

from dataclasses import replace
from typing import Any

import numpy as np

from reference.activations.leaky_relu import LeakyReLU
from reference.activations.relu import ReLU
from reference.networks.chain import Link
from reference.networks.sandwich import (
    ConvNormReLU,
    ConvReLU,
    ConvReLUPool,
    LinearNormReLU,
    LinearReLU,
)


class _BlindReLU(ReLU):
    def backward(self, saved: Any, dy: Any) -> Any:
        return dy


class LinearReLUSkipsReLUInBackward(LinearReLU):
    def links(self) -> tuple[Link, ...]:
        linear, relu = super().links()
        return linear, relu._replace(operation=_BlindReLU())


class LinearNormReLUActivatesFirst(LinearNormReLU):
    """ReLU, then the norm."""

    def links(self) -> tuple[Link, ...]:
        linear, norm, relu = super().links()
        return linear, relu, norm


class LinearNormReLUDropsTheBias(LinearNormReLU):
    """The mean of a batch takes it away; the running mean, and a mean over features, do not."""

    def forward(self, x: Any, arrays: Any) -> Any:
        without = np.zeros_like(arrays["linear.bias"])
        return super().forward(x, {**arrays, "linear.bias": without})


class ConvReLULeaks(ConvReLU):
    """A leaky rectifier with 1 % on the other side."""

    def links(self) -> tuple[Link, ...]:
        conv, relu = super().links()
        return conv, relu._replace(operation=LeakyReLU())


class ConvReLUIgnoresItsStride(ConvReLU):
    def links(self) -> tuple[Link, ...]:
        return ConvReLU.links(replace(self, stride=(1, 1)))


class ConvNormReLUNeverTrains(ConvNormReLU):
    """Always as in evaluation: ``training`` is not handed on."""

    def forward(self, x: Any, arrays: Any) -> Any:
        return ConvNormReLU.forward(replace(self, training=False), x, arrays)


class ConvNormReLUForgetsReLU(ConvNormReLU):
    def links(self) -> tuple[Link, ...]:
        return super().links()[:-1]


class ConvReLUPoolStridesByTheWindow(ConvReLUPool):
    """Ignores pool_stride: right where windows lie side by side."""

    def links(self) -> tuple[Link, ...]:
        return ConvReLUPool.links(replace(self, pool_stride=self.pool_size))


FAULTS: dict[str, tuple[type, ...]] = {
    "networks.sandwich.LinearReLU": (LinearReLUSkipsReLUInBackward,),
    "networks.sandwich.LinearNormReLU": (
        LinearNormReLUActivatesFirst,
        LinearNormReLUDropsTheBias,
    ),
    "networks.sandwich.ConvReLU": (
        ConvReLULeaks,
        ConvReLUIgnoresItsStride,
    ),
    "networks.sandwich.ConvNormReLU": (
        ConvNormReLUNeverTrains,
        ConvNormReLUForgetsReLU,
    ),
    "networks.sandwich.ConvReLUPool": (ConvReLUPoolStridesByTheWindow,),
}
