"""The combinations that networks repeat; twins: ``torch_impl/networks/sandwich.py``.

They are the course's convenience layers (``layer_utils.py``: affine_relu, conv_relu,
conv_bn_relu, conv_relu_pool). A link of such a chain is named by its kind.
"""

from dataclasses import dataclass
from typing import Literal

from reference.networks.chain import Chain, Link
from reference.networks.links import (
    Pair,
    affine,
    batch_norm,
    convolution,
    layer_norm,
    max_pool,
    relu,
)


@dataclass(frozen=True, slots=True)
class LinearReLU(Chain):
    """y = max(0, W x + b).

    >>> LinearReLU(d_in=4, d_out=3).shapes(n=2)
    {'linear.weight': (3, 4), 'linear.bias': (3,)}
    """

    d_in: int
    d_out: int

    def links(self) -> tuple[Link, ...]:
        return affine("linear", self.d_in, self.d_out), relu("relu")


@dataclass(frozen=True, slots=True)
class LinearNormReLU(Chain):
    """y = max(0, norm(W x + b)), normalised over the batch or over the features.

    In front of a batch norm the gradient by b is 0 up to rounding: the mean takes b away.

    >>> list(LinearNormReLU(d_in=4, d_out=3, normalization="layer").shapes(n=2))
    ['linear.weight', 'linear.bias', 'norm.weight', 'norm.bias']
    """

    d_in: int
    d_out: int
    normalization: Literal["batch", "layer"] = "batch"

    def links(self) -> tuple[Link, ...]:
        norm = batch_norm if self.normalization == "batch" else layer_norm
        return affine("linear", self.d_in, self.d_out), norm("norm", self.d_out), relu("relu")


@dataclass(frozen=True, slots=True)
class ConvReLU(Chain):
    """y = max(0, W * x + b).

    >>> ConvReLU(c_in=3, c_out=8, kernel_size=(5, 3)).shapes(n=2)["conv.weight"]
    (8, 3, 5, 3)
    """

    c_in: int
    c_out: int
    kernel_size: Pair = (3, 3)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)

    def links(self) -> tuple[Link, ...]:
        window = (self.kernel_size, self.stride, self.padding)
        return convolution("conv", self.c_in, self.c_out, *window), relu("relu")


@dataclass(frozen=True, slots=True)
class ConvNormReLU(Chain):
    """y = max(0, norm(W * x + b)), every channel normalised over batch and image.

    >>> ConvNormReLU(c_in=3, c_out=8).shapes(n=2)["norm.running_mean"]
    (8,)
    """

    c_in: int
    c_out: int
    kernel_size: Pair = (3, 3)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)

    def links(self) -> tuple[Link, ...]:
        window = (self.kernel_size, self.stride, self.padding)
        return (
            convolution("conv", self.c_in, self.c_out, *window),
            batch_norm("norm", self.c_out, spatial=True),
            relu("relu"),
        )


@dataclass(frozen=True, slots=True)
class ConvReLUPool(Chain):
    """y = max over windows of max(0, W * x + b).

    >>> [link.name for link in ConvReLUPool(c_in=3, c_out=8).links()]
    ['conv', 'relu', 'pool']
    """

    c_in: int
    c_out: int
    kernel_size: Pair = (3, 3)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    pool_size: Pair = (2, 2)
    pool_stride: Pair = (2, 2)

    def links(self) -> tuple[Link, ...]:
        window = (self.kernel_size, self.stride, self.padding)
        return (
            convolution("conv", self.c_in, self.c_out, *window),
            relu("relu"),
            max_pool("pool", self.pool_size, self.pool_stride),
        )
