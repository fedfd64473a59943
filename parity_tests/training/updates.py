"""Whether the optimizers part: the reference's, alone, on the gradients that PyTorch's training had."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.cases import Case
from parity_tests.harness.checks import outputs_agree
from parity_tests.harness.pair import Pair
from parity_tests.harness.run import run_twin
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS
from parity_tests.training.localisation import Place, name_of
from reference import optimizers
from torch_impl.trainer import Trainer

ENTRIES = 64
"""So many entries of each parameter are looked at: an optimizer treats all alike."""


class Trajectory(Trial):
    """A trial of an optimizer on the gradients of a training from its first step on."""

    def __init__(self, pair: Pair, optimizer: Any, param: Array, grads: Array) -> None:
        fields = optimizer.__dataclass_fields__
        options = {name: getattr(optimizer, name) for name in fields}
        sizes = {"shape": param.shape, "steps": len(grads)}
        self.pair, self.case = pair, Case(pair.name, options, sizes, str(param.dtype))
        self.implementation, self.written, self.dy = type(optimizer), {}, None
        self.arguments = {"param": param, "grads": grads}
        self.twin = run_twin(pair, self.case, self.arguments, np.ones)

    def first_step(self, quantity: str) -> int:
        """The first step at which this quantity is further off than rounding explains."""
        ours, twins = (np.asarray(o.outputs[quantity]) for o in (self.outcome, self.twin))
        allowed = self.allowed.of(quantity)
        with np.errstate(all="ignore"):
            beyond = ~(np.abs(ours - twins) <= (0.0 if allowed is None else allowed))
        return int(np.argmax(beyond.reshape(len(ours), -1).any(axis=1)))


def locate_update(
    name: str,
    options: Mapping[str, Any],
    steps: Iterable[Trainer],
    furthest: Mapping[str, int],
) -> Place | None:
    """The first step at which the optimizer moves a parameter otherwise than PyTorch's; None if it never does.

    Args:
        name: of the optimizer.
        options: its own, as the first epoch has them.
        steps: PyTorch's training before each step from the very first, and after the last one.
        furthest: of every parameter the entry that is furthest off, which is looked at too.
    """
    optimizer = optimizers.BY_NAME[name](**options)
    pair = PAIRS[name_of(type(optimizer))]
    found = [
        place
        for layer, (param, grads) in trajectories(steps, furthest).items()
        if (place := _place(layer, Trajectory(pair, optimizer, param, grads)))
    ]
    return min(found, key=lambda place: place.step, default=None)


def trajectories(
    steps: Iterable[Trainer], furthest: Mapping[str, int]
) -> dict[str, tuple[Array, Array]]:
    """Of every parameter some entries: as they began, and their gradients at every step."""
    begins: dict[str, Array] = {}
    grads: dict[str, list[Array]] = {name: [] for name in furthest}
    for trainer in steps:
        for name, param in trainer.network.named_parameters():
            spread = np.linspace(0, param.numel() - 1, min(ENTRIES, param.numel())).astype(int)
            chosen = np.unique([*spread, furthest[name]])
            if name not in begins:
                begins[name] = param.detach().numpy().ravel()[chosen].copy()
            elif param.grad is not None:
                grads[name].append(param.grad.numpy().ravel()[chosen].copy())
    return {name: (begin, np.stack(grads[name])) for name, begin in begins.items()}


def _place(layer: str, trial: Trajectory) -> Place | None:
    failed = [verdict for verdict in outputs_agree(trial) if not verdict.passed]
    if not failed:
        return None
    verdict = next((v for v in failed if v.quantity == "param"), failed[0])
    step = 0 if trial.outcome.error else trial.first_step(verdict.quantity)
    arrays = {name: x for name, x in trial.arguments.items() if x is not None}
    return Place(step, layer, trial.pair.name, "update", verdict, arrays, trial.implementation)
