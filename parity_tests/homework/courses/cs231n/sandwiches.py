"""The sandwich layers of ``layer_utils.py``: an affine map or a convolution with ReLU and more behind it.

All arrays but x come in one dict, under the course's names.
"""

import math
from dataclasses import dataclass
from typing import Any

from numpy import ndarray as Array

from parity_tests.homework.courses.cs231n import layers
from parity_tests.homework.courses.cs231n.networks import Arrays, Link, Shapes
from parity_tests.homework.courses.cs231n.students import RUNNING

_RELU = Link("relu", layers.ReLU())
_NORM = ("gamma", "beta")


@dataclass(frozen=True, slots=True)
class Sandwich:
    """Some layers, one after the other."""

    def links(self) -> tuple[Link, ...]:
        """The layers, first to last."""
        raise NotImplementedError

    def links_back(self) -> tuple[Link, ...]:
        """The layers that the gradient passes; a mistake may leave one out."""
        return self.links()

    def shapes(self, n: int) -> Shapes:
        """The shape of every array."""
        raise NotImplementedError

    def forward(self, x: Array, arrays: Arrays) -> tuple[Array, dict[str, Array], dict[str, Any]]:
        kept: dict[str, Any] = {}
        states: dict[str, Array] = {}
        for link in self.links():
            given = [arrays[name] for name in link.names]
            x, *running, kept[link.name] = link.layer.forward(x, *given)
            states |= dict(zip(RUNNING, running, strict=False))
        return x, states, kept

    def backward(self, saved: dict[str, Any], dy: Array) -> tuple[Array, dict[str, Array]]:
        gradients: dict[str, Array] = {}
        for link in reversed(self.links_back()):
            found = link.layer.backward(saved[link.name], dy)
            dy, *others = found if isinstance(found, tuple) else (found,)
            gradients |= dict(zip(link.names, others, strict=False))  # averages have none
        return dy, gradients


@dataclass(frozen=True, slots=True)
class AffineReLU(Sandwich):
    """affine - ReLU."""

    features: tuple[int, ...]
    d_out: int

    def norm(self) -> tuple[Link, ...]:
        """What stands between the two."""
        return ()

    def links(self) -> tuple[Link, ...]:
        return Link("affine", layers.Affine(), ("w", "b")), *self.norm(), _RELU

    def shapes(self, n: int) -> Shapes:
        found: Shapes = {"w": (math.prod(self.features), self.d_out), "b": (self.d_out,)}
        names = [name for link in self.norm() for name in link.names]
        return found | dict.fromkeys(names, (self.d_out,))


@dataclass(frozen=True, slots=True)
class AffineBatchNormReLU(AffineReLU):
    """affine - batch norm - ReLU."""

    eps: float
    momentum: float
    training: bool
    tracked: bool

    def norm(self) -> tuple[Link, ...]:
        layer = layers.BatchNorm(self.eps, self.momentum, self.training)
        return (Link("norm", layer, (*_NORM, *RUNNING)),)


@dataclass(frozen=True, slots=True)
class AffineLayerNormReLU(AffineReLU):
    """affine - layer norm - ReLU."""

    eps: float

    def norm(self) -> tuple[Link, ...]:
        return (Link("norm", layers.LayerNorm(self.eps), _NORM),)


@dataclass(frozen=True, slots=True)
class ConvReLU(Sandwich):
    """convolution - ReLU."""

    image: tuple[int, int, int]
    c_out: int
    kernel_size: tuple[int, int]
    stride: int
    padding: int

    def norm(self) -> tuple[Link, ...]:
        """What stands between the two."""
        return ()

    def pool(self) -> tuple[Link, ...]:
        """What stands behind."""
        return ()

    def links(self) -> tuple[Link, ...]:
        conv = Link("conv", layers.Conv(self.stride, self.padding), ("w", "b"))
        return conv, *self.norm(), _RELU, *self.pool()

    def shapes(self, n: int) -> Shapes:
        found: Shapes = {"w": (self.c_out, self.image[0], *self.kernel_size), "b": (self.c_out,)}
        names = [name for link in self.norm() for name in link.names]
        return found | dict.fromkeys(names, (self.c_out,))


@dataclass(frozen=True, slots=True)
class ConvBatchNormReLU(ConvReLU):
    """convolution - spatial batch norm - ReLU."""

    eps: float
    momentum: float
    training: bool
    tracked: bool

    def norm(self) -> tuple[Link, ...]:
        layer = layers.SpatialBatchNorm(self.eps, self.momentum, self.training)
        return (Link("norm", layer, (*_NORM, *RUNNING)),)


@dataclass(frozen=True, slots=True)
class ConvReLUPool(ConvReLU):
    """convolution - ReLU - max pool with square windows side by side."""

    pool_size: int

    def pool(self) -> tuple[Link, ...]:
        return (Link("pool", layers.MaxPool((self.pool_size,) * 2, self.pool_size)),)
