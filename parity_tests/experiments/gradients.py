"""Every parameter's gradient against the slope of the loss, and both sides' gradients against each other.

The slopes are taken in longdouble, by moving one entry of a parameter at a time: they know neither
a backward nor autograd. The networks are the course's, small enough for that.
Source: CS231n, assignment 2, "Initial loss and gradient check" in ``FullyConnectedNets.ipynb``, and the
checks of the same kind in the other notebooks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from parity_tests.experiments.drawn import Drawn
from parity_tests.experiments.outcome import Outcome, Row, Sides
from parity_tests.training import LockStep, TrainSettings
from parity_tests.training.handover import Arrays, TorchSide, to_numpy
from parity_tests.training.lock_step import Run
from parity_tests.training.yardstick import count_terms
from reference.datasets import Dataset
from reference.gradient_check import numerical_gradient
from reference.losses.cross_entropy_loss import CrossEntropyLoss
from reference.networks.chain import Chain
from reference.solver import Batch, Solver

LARGEST_ERROR = 1e-5
"""Of a gradient, relative to the largest slope of its parameter. A wrong term is off by far more, and the course
accepts as much, where a step crosses the corner of a ReLU."""
STEP = 1e-8
"""Shorter than ``default_step``: few entries cross a corner, and longdouble keeps nine digits of the slope."""
SMALL = 1e-2
"""A parameter whose slopes are smaller than this share of the network's largest is measured against that share: in
front of a batch norm the gradient by a bias is 0, and all that is left there is rounding."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A network whose gradients are checked, on inputs of a shape."""

    title: str
    shape: tuple[int, ...]
    settings: TrainSettings


def fully_connected(title: str, reg: float = 0.0, **options: Any) -> Checked:
    """Two hidden layers of 20 and 30 on 15 numbers."""
    settings = TrainSettings(
        net="fully_connected",
        net_options={"hidden_dims": (20, 30), "input_dim": 15, **options},
        batch_size=2,
        weight_scale=5e-2,
        reg=reg,
    )
    return Checked(title, (15,), settings)


CHECKED = (
    fully_connected("affine, reg 0"),
    fully_connected("affine, reg 3.14", reg=3.14),
    fully_connected("batch norm, reg 0", normalization="batch"),
    fully_connected("batch norm, reg 3.14", reg=3.14, normalization="batch"),
    fully_connected("layer norm, reg 3.14", reg=3.14, normalization="layer"),
    fully_connected("dropout 0.25", dropout=0.25),
    fully_connected("dropout 0.5", dropout=0.5),
    Checked(
        "ConvNet",
        (3, 16, 16),
        TrainSettings(
            net_options={
                "input_dim": (3, 16, 16),
                "num_filters": 3,
                "filter_size": 3,
                "hidden_dim": 7,
            },
            batch_size=2,
            weight_scale=None,
        ),
    ),
)
"""As in the course, but for the ConvNet's weights: with 1e-3 its slopes are too small to be measured well."""


def run(data: Dataset, checked: tuple[Checked, ...] = CHECKED) -> Outcome:
    """A row for each parameter of each network. The images play no part."""
    rows = [row for each in checked for row in rows_of(each)]
    return Outcome("gradients", Drawn.name, tuple(rows))


def rows_of(checked: Checked) -> list[Row]:
    """One for each parameter, in the order of the layers."""
    training = LockStep(checked.settings, Drawn(checked.settings.batch_size, checked.shape))
    batch = training.batch(training.order()[0], step=0)
    solver = training.runs["reference"]
    assert isinstance(solver, Solver)
    slopes = slopes_of_loss(training.network, solver.arrays, batch, checked.settings.reg)
    _, ours, _ = solver.loss(*batch)
    theirs = autograd(training.runs["torch"], batch)
    sizes = sizes_of(slopes)
    allowed = rounding(training, theirs, autograd(training.runs["control"], batch), sizes)
    return [
        row(
            checked.title,
            name,
            Sides(*(off(side[name], slope) / sizes[name] for side in (ours, theirs))),
            off(ours[name], theirs[name]) / sizes[name],
            allowed,
        )
        for name, slope in slopes.items()
    ]


def row(setting: str, name: str, errors: Sides, apart: float, allowed: float) -> Row:
    """What is said of one parameter."""
    return Row(
        setting=setting,
        quantity=f"{name}, error",
        figures=errors,
        expected=f"at most {LARGEST_ERROR:g}",
        reached=errors.both(lambda error: error <= LARGEST_ERROR),
        apart=apart,
        agrees=apart <= allowed,
    )


def sizes_of(slopes: Arrays) -> dict[str, float]:
    """What the errors of each parameter are divided by."""
    sizes = {name: float(np.abs(slope).max()) for name, slope in slopes.items()}
    least = SMALL * max(sizes.values())
    return {name: max(size, least) for name, size in sizes.items()}


def rounding(
    training: LockStep, twin: Arrays, control: Arrays, sizes: Mapping[str, float]
) -> float:
    """What rounding explains of a relative difference between the sides, as ``Yardstick`` has it.

    The control makes errors of one unit where a sum of k terms can make k. Two images are a small batch to be
    normalized: the control tells what that makes of rounding.
    """
    grown = max(off(control[name], twin[name]) / size for name, size in sizes.items())
    terms = count_terms(training.network, training.settings.batch_size)
    return terms * (float(np.finfo(np.float64).eps) / 2 + grown)


def autograd(side: Run, batch: Batch) -> dict[str, Float[Array, "..."]]:
    """PyTorch's gradients of the loss of a batch, as a step leaves them behind."""
    assert isinstance(side, TorchSide)
    side.step(*batch)
    parameters = side.trainer.network.named_parameters()
    return to_numpy({name: p.grad for name, p in parameters if p.grad is not None})


def slopes_of_loss(
    network: Chain, arrays: Arrays, batch: Batch, reg: float
) -> dict[str, Float[Array, "..."]]:
    """The slope of the loss by every entry of every parameter, in longdouble."""
    wide = {name: array.astype(np.longdouble) for name, array in arrays.items()}
    wide_batch = Batch(batch.x.astype(np.longdouble), batch.target, batch.masks)
    loss = partial(loss_of, network, wide, wide_batch, reg)
    parameters = [name for name in arrays if name.endswith((".weight", ".bias"))]
    return {
        name: numerical_gradient(partial(loss, name), wide[name], h=STEP) for name in parameters
    }


def loss_of(
    network: Chain, arrays: Arrays, batch: Batch, reg: float, name: str, value: Array
) -> Array:
    """Forward alone, with one parameter moved."""
    moved = {**arrays, **(batch.masks or {}), name: value}
    y, _, _ = network.forward(batch.x, moved)
    loss, _ = CrossEntropyLoss().forward(y, batch.target)
    squares = sum(np.vdot(moved[weight], moved[weight]) for weight in network.decayed)
    return loss + 0.5 * reg * squares if reg else loss


def off(a: Array, b: Array) -> float:
    """The largest difference between two arrays."""
    return float(np.abs(a - b).max())
