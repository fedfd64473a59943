"""What a training consists of, apart from the data."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import IntEnum
from typing import Any, Literal, TypeAlias

import numpy as np

from reference import networks, optimizers

SIDES = ("reference", "torch")
Precision: TypeAlias = Literal["float32", "float64"]
Side: TypeAlias = Literal["both", "reference", "torch"]


def choose(name: str, known: Collection[str], what: str) -> str:
    """The name, if it is known.

    >>> choose("adan", ("sgd", "adam"), "optimizer")
    Traceback (most recent call last):
    ...
    ValueError: no optimizer 'adan': did you mean adam? choose from sgd, adam
    """
    if name in known:
        return name
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    raise ValueError(f"no {what} {name!r}: {hint}choose from {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """Two runs with equal settings on the same data are equal bit by bit.

    ``num_train`` takes only the first so many training images. ``control`` adds the third run
    that ``yardstick.py`` measures rounding with; without it a step has no allowed difference.
    ``weight_scale`` None is ``gain`` / sqrt(fan-in), He's gain if no other is said. ``image_scale``
    multiplies the pixels, whose mean image is taken off.
    The seed is the one that the course's notebooks set. How far rounding carries a training depends
    on it: in one epoch of the course's ConvNet in float64 the losses part by 1e-12 to 2e-10.
    """

    net: str = "three_layer_conv_net"
    net_options: Mapping[str, Any] = field(default_factory=dict)
    dtype: Precision = "float64"
    epochs: int = 1
    batch_size: int = 50
    optimizer: str = "adam"
    optimizer_options: Mapping[str, Any] = field(default_factory=lambda: {"lr": 1e-3})
    lr_decay: float = 1.0
    reg: float = 0.0
    weight_scale: float | None = 1e-3
    gain: float = 2**0.5
    image_scale: float = 1.0
    seed: int = 231
    side: Side = "both"
    num_train: int | None = None
    control: bool = True

    def __post_init__(self) -> None:
        choose(self.net, networks.BY_NAME, "network")
        choose(self.optimizer, optimizers.BY_NAME, "optimizer")
        choose(self.dtype, ("float32", "float64"), "dtype")
        choose(self.side, ("both", *SIDES), "side")
        for name in ("epochs", "batch_size", "num_train"):
            if (number := getattr(self, name)) is not None and number < 1:
                raise ValueError(f"{name} must be at least 1, not {number}")
        for name in ("reg", "seed"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}")
        for name in ("lr_decay", "weight_scale", "gain", "image_scale"):
            if (factor := getattr(self, name)) is not None and not 0 < factor < math.inf:
                raise ValueError(f"{name} must be above 0, not {factor}")

    @property
    def sides(self) -> tuple[str, ...]:
        """Which runs there are, the control among them."""
        if self.side != "both":
            return (self.side,)
        return (*SIDES, "control") if self.control else SIDES


class Draw(IntEnum):
    """What random numbers are drawn for; each has a stream of its own."""

    WEIGHTS = 0
    ORDER = 1
    MASKS = 2
    SAMPLE = 3


def generator(seed: int, draw: Draw, index: int = 0) -> np.random.Generator:
    """The stream for the index-th epoch or step: a run is resumed without any saved state."""
    return np.random.default_rng((seed, draw, index))


def recipe(net: str) -> TrainSettings:
    """Settings that are known to train the network on CIFAR-10."""
    return RECIPES[choose(net, networks.BY_NAME, "network")]


PYTORCH_GAIN = 3**-0.5
"""``torch.nn.Linear`` and ``Conv2d`` draw uniform weights of deviation 1 / sqrt(3 · fan-in)."""

RECIPES = {
    "two_layer_net": TrainSettings(
        net="two_layer_net",
        optimizer="sgd",
        optimizer_options={"lr": 1e-3},
        batch_size=100,
        lr_decay=0.95,
        reg=0.25,
    ),
    "fully_connected": TrainSettings(
        net="fully_connected",
        net_options={"hidden_dims": (100, 100, 100), "normalization": "batch", "dropout": 0.1},
        batch_size=100,
        reg=1e-3,
        weight_scale=2e-2,
    ),
    "three_layer_conv_net": TrainSettings(net_options={"hidden_dim": 500}, reg=1e-3),
    "model_2017": TrainSettings(
        net="model_2017", optimizer="rmsprop", batch_size=64, weight_scale=1e-2
    ),
    "two_conv_net": TrainSettings(
        net="two_conv_net",
        batch_size=64,
        optimizer="sgd",
        optimizer_options={"lr": 1e-2, "momentum": 0.9, "nesterov": True},
        weight_scale=None,
        gain=PYTORCH_GAIN,
        image_scale=1 / 51,
    ),
}
"""The third is the course's own (``ConvolutionalNetworks.ipynb``: more than 40 % in one epoch), the last that of the
PyTorch notebook's part IV, whose images have deviation 1 (more than 55 %)."""
