"""The links that networks are made of: an operation, its name and its shapes."""

from typing import TypeAlias

from reference.activations.relu import ReLU
from reference.layers.batch_norm import BatchNorm1d, BatchNorm2d
from reference.layers.conv2d import Conv2d
from reference.layers.dropout import Dropout
from reference.layers.layer_norm import LayerNorm
from reference.layers.linear import Linear
from reference.layers.max_pool2d import MaxPool2d
from reference.networks.chain import BATCH, Link

Pair: TypeAlias = tuple[int, int]


def affine(name: str, d_in: int, d_out: int) -> Link:
    return Link(name, Linear(), {"weight": (d_out, d_in), "bias": (d_out,)})


def convolution(
    name: str,
    c_in: int,
    c_out: int,
    kernel_size: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
) -> Link:
    shapes = {"weight": (c_out, c_in, *kernel_size), "bias": (c_out,)}
    return Link(name, Conv2d(stride=stride, padding=padding), shapes)


def relu(name: str) -> Link:
    return Link(name, ReLU())


def max_pool(name: str, kernel_size: Pair = (2, 2), stride: Pair = (2, 2)) -> Link:
    return Link(name, MaxPool2d(kernel_size=kernel_size, stride=stride))


def batch_norm(name: str, c: int, spatial: bool = False) -> Link:
    arguments = ("weight", "bias", "running_mean", "running_var")
    shapes = {**dict.fromkeys(arguments, (c,)), "num_batches_tracked": ()}
    return Link(name, BatchNorm2d() if spatial else BatchNorm1d(), shapes)


def layer_norm(name: str, d: int) -> Link:
    return Link(name, LayerNorm(), {"weight": (d,), "bias": (d,)})


def dropout(name: str, p: float, d: int) -> Link:
    return Link(name, Dropout(p), {"mask": (BATCH, d)})


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """The length of an axis after a window has slid along it.

    >>> output_size(32, kernel_size=7), output_size(26, kernel_size=2, stride=2)
    (26, 13)
    """
    return (size + 2 * padding - kernel_size) // stride + 1
