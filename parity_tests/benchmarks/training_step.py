"""What a whole training step costs: CS231n's ThreeLayerConvNet in float32, by NumPy and by PyTorch.

    python -m parity_tests.benchmarks.training_step --hidden-dim 500

A step is forward, loss, backward, regularisation and update, as ``Solver`` and ``Trainer`` take it. Unlike the
operations it is timed with all threads and by the clock on the wall, which is what somebody who trains waits for:
the machine has to be idle.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy import ndarray as Array

from parity_tests.benchmarks.timing import Call, Timing, in_turns
from parity_tests.harness.run import to_tensor
from reference.networks import ThreeLayerConvNet
from reference.solver import Batch, Solver
from torch_impl import networks as twins
from torch_impl.trainer import Trainer

RULE: dict[str, Any] = {"optimizer": "adam", "options": {"lr": 1e-3}, "reg": 1e-3}
"""The course's recipe."""


@dataclass(frozen=True, slots=True)
class Part:
    """The whole step, or one direction of one link of the network, timed on both sides."""

    name: str
    sides: Mapping[str, Timing]

    @property
    def ratio(self) -> float:
        """Reference / twin: above 1 PyTorch is the faster one."""
        return self.sides["reference"].median_ms / self.sides["torch"].median_ms


def time_step(network: ThreeLayerConvNet, n: int, seconds: float) -> Iterator[Part]:
    """The step, then its parts; whatever is in no part is loss, regularisation and update.

    Args:
        network: with its sizes.
        n: images in the batch, of random numbers and random classes.
        seconds: for the step, and again for all of its parts together; each has two turns even beyond it.
    """
    solver, trainer, batch = make_sides(network, n)
    x, target = to_tensor(batch.x), to_tensor(batch.target)
    step: dict[str, Call] = {
        "reference": partial(solver.step, batch.x, batch.target),
        "torch": partial(trainer.step, x, target),
    }
    yield Part("step", in_turns(step, seconds))
    parts = list(passes_of_links(solver, trainer, batch.x))
    for name, calls in parts:
        yield Part(name, in_turns(calls, seconds / len(parts)))


def make_sides(network: ThreeLayerConvNet, n: int) -> tuple[Solver, Trainer, Batch]:
    """Both sides with the same weights, and a batch."""
    rng = np.random.default_rng(0)
    arrays = network.init(rng, weight_scale=None, dtype=np.float32)
    twin = twins.ThreeLayerConvNet(
        network.input_dim,
        network.num_filters,
        network.filter_size,
        network.hidden_dim,
        network.num_classes,
    )
    twin.load_state_dict({name: to_tensor(array) for name, array in arrays.items()})
    x = rng.standard_normal((n, *network.input_dim), dtype=np.float32)
    batch = Batch(x, rng.integers(0, network.num_classes, n))
    return Solver(network, arrays, **RULE), Trainer(twin, **RULE), batch


def passes_of_links(
    solver: Solver, trainer: Trainer, x: Array
) -> Iterator[tuple[str, dict[str, Call]]]:
    """Every link forward and backward, on what the links before it give; the images need no gradient."""
    first, *_ = links = solver.network.links()
    for link, module in zip(links, trainer.network.children(), strict=True):
        operation, given = link.operation, (x, *link.values(solver.arrays))
        tensor = to_tensor(x).requires_grad_(link is not first)
        yield (
            f"{link.name} forward",
            {"reference": partial(operation.forward, *given), "torch": partial(module, tensor)},
        )
        y, saved = operation.forward(*given)
        dy = np.random.default_rng(0).standard_normal(y.shape, dtype=np.float32)
        backward = operation.parameter_gradients if link is first else operation.backward
        leaves = [leaf for leaf in (tensor, *module.parameters()) if leaf.requires_grad]
        by_autograd = partial(
            torch.autograd.grad, module(tensor), leaves, to_tensor(dy), retain_graph=True
        )
        yield (
            f"{link.name} backward",
            {"reference": partial(backward, saved, dy), "torch": by_autograd},
        )
        x = y


def table(parts: Sequence[Part]) -> str:
    """One line for each part: milliseconds of both sides, and their ratio.

    >>> print(table([Part("step", {"reference": Timing(30.0, 1.0, 9), "torch": Timing(20.0, 1.0, 9)})]))
    ms                   NumPy   PyTorch   ratio
    step                 30.00     20.00    1.50
    """
    lines = [f"{'ms':16}{'NumPy':>10}{'PyTorch':>10}{'ratio':>8}"]
    for part in parts:
        ours, theirs = part.sides["reference"].median_ms, part.sides["torch"].median_ms
        lines.append(f"{part.name:16}{ours:10.2f}{theirs:10.2f}{part.ratio:8.2f}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="One training step: NumPy against PyTorch.")
    parser.add_argument("--hidden-dim", type=int, default=500)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args(arguments)
    network = ThreeLayerConvNet(hidden_dim=given.hidden_dim)
    parts = list(time_step(network, given.batch_size, given.seconds))
    sys.stdout.write(f"{table(parts)}\n")


if __name__ == "__main__":
    main()
