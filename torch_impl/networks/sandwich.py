"""Twins of ``reference/networks/sandwich.py``."""

from typing import Literal, TypeAlias

from torch_impl.activations.relu import ReLU
from torch_impl.layers.batch_norm import BatchNorm1d, BatchNorm2d
from torch_impl.layers.conv2d import Conv2d
from torch_impl.layers.layer_norm import LayerNorm
from torch_impl.layers.linear import Linear
from torch_impl.layers.max_pool2d import MaxPool2d
from torch_impl.networks.chain import Chain

Pair: TypeAlias = tuple[int, int]


class LinearReLU(Chain):
    """Affine, ReLU."""

    def __init__(self, d_in: int, d_out: int, *, training: bool = True) -> None:
        super().__init__({"linear": Linear(d_in, d_out), "relu": ReLU()}, training)


class LinearNormReLU(Chain):
    """Affine, batch or layer norm, ReLU."""

    def __init__(
        self,
        d_in: int,
        d_out: int,
        normalization: Literal["batch", "layer"] = "batch",
        *,
        training: bool = True,
    ) -> None:
        norm = BatchNorm1d(d_out) if normalization == "batch" else LayerNorm(d_out)
        layers = {"linear": Linear(d_in, d_out), "norm": norm, "relu": ReLU()}
        super().__init__(layers, training)


class ConvReLU(Chain):
    """Conv, ReLU."""

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel_size: Pair = (3, 3),
        stride: Pair = (1, 1),
        padding: Pair = (0, 0),
        *,
        training: bool = True,
    ) -> None:
        conv = Conv2d(c_in, c_out, *kernel_size, stride, padding)
        super().__init__({"conv": conv, "relu": ReLU()}, training)


class ConvNormReLU(Chain):
    """Conv, batch norm, ReLU."""

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel_size: Pair = (3, 3),
        stride: Pair = (1, 1),
        padding: Pair = (0, 0),
        *,
        training: bool = True,
    ) -> None:
        conv = Conv2d(c_in, c_out, *kernel_size, stride, padding)
        layers = {"conv": conv, "norm": BatchNorm2d(c_out), "relu": ReLU()}
        super().__init__(layers, training)


class ConvReLUPool(Chain):
    """Conv, ReLU, max pool."""

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel_size: Pair = (3, 3),
        stride: Pair = (1, 1),
        padding: Pair = (0, 0),
        pool_size: Pair = (2, 2),
        pool_stride: Pair = (2, 2),
        *,
        training: bool = True,
    ) -> None:
        conv = Conv2d(c_in, c_out, *kernel_size, stride, padding)
        layers = {"conv": conv, "relu": ReLU(), "pool": MaxPool2d(pool_size, pool_stride)}
        super().__init__(layers, training)
