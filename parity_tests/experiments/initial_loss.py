"""The loss of a network that has not learnt anything, with L2 and without.

Scores of almost 0 give each of c classes the probability 1/c, and the loss log c. L2 adds
reg/2 times the sum of all squared weights, no more and no less.
Source: CS231n, assignment 2, ``ConvolutionalNetworks.ipynb``, "Sanity check loss", and
``FullyConnectedNets.ipynb``, "Initial loss and gradient check".
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from parity_tests.experiments.drawn import Drawn
from parity_tests.experiments.outcome import Outcome, Row, Sides
from parity_tests.training import LockStep, TrainSettings
from parity_tests.training.handover import Arrays
from parity_tests.training.lock_step import Data
from parity_tests.training.settings import SIDES, Precision
from reference.datasets import Dataset

NEAR = 0.01
"""How near log 10 a loss must be, relatively: the scores are small, not 0."""


@dataclass(frozen=True, slots=True)
class New:
    """A network before its first step, and the strength of L2 that it is tried with."""

    title: str
    settings: TrainSettings
    reg: float


CONV_NET = New("ThreeLayerConvNet", TrainSettings(), 0.5)
"""On images, as it is trained."""
FULLY_CONNECTED = New(
    "FullyConnectedNet",
    TrainSettings(
        net="fully_connected",
        net_options={"hidden_dims": (20, 30), "input_dim": 15},
        batch_size=2,
        weight_scale=5e-2,
    ),
    3.14,
)
"""On drawn numbers, as the course checks it."""
DTYPES: tuple[Precision, ...] = ("float64", "float32")


def run(data: Dataset, conv_net: New = CONV_NET, fully_connected: New = FULLY_CONNECTED) -> Outcome:
    """Both networks in both precisions."""
    on: tuple[tuple[New, Data], ...] = (
        (conv_net, data),
        (fully_connected, Drawn(fully_connected.settings.batch_size, (15,))),
    )
    rows = [row for dtype in DTYPES for new, inputs in on for row in rows_of(new, inputs, dtype)]
    return Outcome("initial-loss", data.name, tuple(rows))


@dataclass(frozen=True, slots=True)
class First:
    """The loss of the first batch, and the weights that it was made with."""

    losses: Sides
    apart: float | None
    agrees: bool
    weights: Arrays

    def row(self, setting: str, dtype: Precision, expected: str, reached: bool) -> Row:
        """What is said of it."""
        setting = setting if dtype == "float64" else f"{setting}, {dtype}"
        return Row(setting, "loss", self.losses, expected, reached, self.apart, self.agrees, dtype)


def rows_of(new: New, data: Data, dtype: Precision) -> tuple[Row, Row]:
    """Without L2, and with it."""
    without = first_loss(replace(new.settings, dtype=dtype, reg=0.0), data)
    with_l2 = first_loss(replace(new.settings, dtype=dtype, reg=new.reg), data)
    guess = math.log(10)
    penalty = Penalty(without.weights, new.reg, dtype)
    added = with_l2.losses.less(without.losses)
    allowed = penalty.rounding(max(with_l2.losses))
    return (
        without.row(
            f"{new.title}, reg 0",
            dtype,
            f"log 10 = {guess:.4f} within {NEAR:.0%}",
            without.losses.both(lambda loss: abs(loss - guess) <= NEAR * guess),
        ),
        with_l2.row(
            f"{new.title}, reg {new.reg:g}",
            dtype,
            f"larger by reg/2·ΣW² = {penalty.value:.6g}, to rounding",
            added.both(lambda more: abs(more - penalty.value) <= allowed),
        ),
    )


def first_loss(settings: TrainSettings, data: Data) -> First:
    """One step of both sides."""
    training = LockStep(settings, data)
    arrays = training.runs["reference"].arrays
    weights = {name: arrays[name] for name in training.network.decayed}
    step = training.take_step(training.order()[0])
    losses = Sides(*(getattr(step, f"loss_{side}") for side in SIDES))
    return First(losses, step.loss_difference, step.beyond is None, weights)


class Penalty:
    """What L2 adds to a loss, summed without rounding, and what rounding makes of it on either side."""

    def __init__(self, weights: Arrays, reg: float, dtype: str) -> None:
        self.count = sum(weight.size for weight in weights.values())
        squares = (np.square(weight, dtype=np.float64).ravel() for weight in weights.values())
        self.value = 0.5 * reg * math.fsum(square for each in squares for square in each.tolist())
        self.unit = float(np.finfo(dtype).eps) / 2

    def rounding(self, loss: float) -> float:
        """A sum of k squares is off by k·u of itself at most, in any order (Higham 2002, equation 3.5).

        Each of the two losses that are compared was rounded a few times more, where it was put together.
        """
        return self.unit * (self.count * self.value + 8 * loss)
