"""A step beyond what the control of a training allows, taken to pieces: is one of them wrong, or is it rounding?

The control disturbs what each layer returns. It does not see what cancels inside an operation: in batch norm's
backward on five images, or in p - 1 where a network is all but sure. Adam then divides a tiny gradient by its own
size, and the trainings part by more than the control did. Experiments go where that happens: batches of five, first
weights of any scale. So the step is taken again, one piece at a time, each on PyTorch's own numbers.
"""

import numpy as np
from numpy import ndarray as Array

from parity_tests.training import LockStep
from parity_tests.training.handover import to_numpy, to_torch_batch
from parity_tests.training.rewind import place_of_difference, steps_again
from reference.solver import Solver

ROUNDINGS = 16
"""Of one entry in an update rule, at most: Adam has a dozen."""


def only_rounding_differs(training: LockStep) -> bool:
    """Whether every operation and the update of the step just taken are right, on equal numbers.

    L2 joins operations and is not taken apart: a training with L2 has to stay with its control.
    """
    if training.settings.reg:
        return False
    return place_of_difference(training) is None and update_agrees(training)


def update_agrees(training: LockStep) -> bool:
    """Whether NumPy's update rule moves PyTorch's parameters as PyTorch does, with its gradients and states."""
    last = training.step - 1
    trainer, batch = next((side, x) for step, side, x in steps_again(training) if step == last)
    before = to_numpy(trainer.state())
    trainer.step(*to_torch_batch(batch))
    after = to_numpy(trainer.network.state_dict())
    parameters = trainer.network.named_parameters()
    gradients = to_numpy({name: p.grad for name, p in parameters if p.grad is not None})
    solver = training.start("reference", {name: before[name] for name in after})
    assert isinstance(solver, Solver)
    solver.restore(before)
    return all(
        moves_alike(solver, name, gradient, after[name]) for name, gradient in gradients.items()
    )


def moves_alike(solver: Solver, name: str, gradient: Array, after: Array) -> bool:
    """Whether a parameter arrives where PyTorch's is after the step, but for the rounding of the rule."""
    before, rule = solver.arrays[name], solver.optimizer
    state = solver.states[name] if name in solver.states else rule.init(before)
    ours, _ = rule.update(before, gradient, state)
    allowed = ROUNDINGS * np.finfo(before.dtype).eps * (np.abs(before) + np.abs(after))
    return bool((np.abs(ours - after) <= allowed).all())
