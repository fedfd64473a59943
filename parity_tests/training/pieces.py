"""A step beyond what the control of a training allows, taken to pieces: is one of them wrong, or is it rounding?

The control disturbs what each layer returns. It does not see what cancels inside an operation: in batch norm's
backward on five images, or in p - 1 where a network is all but sure. Adam then divides a tiny gradient by its own
size, and the trainings part by more than the control did. So the step is taken again, one piece at a time, each on
PyTorch's own numbers: every operation forward and backward, L2, the whole gradient, the update. Where no piece is
wrong, only rounding differs, and the control's bounds are widened to what it came to.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.training.handover import to_numpy, to_torch_batch
from parity_tests.training.history import EpochRecord, StepRecord
from parity_tests.training.localisation import Place
from parity_tests.training.lock_step import LockStep
from parity_tests.training.rewind import before_step, one_thread, place_of_difference
from reference.solver import Batch, Solver
from torch_impl.trainer import Trainer


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in a step: an operation or the update, else something in words."""

    place: Place | None
    words: str = ""

    def sentence(self) -> str:
        """One line for people."""
        return self.words if self.place is None else self.place.sentence()


def judged(
    training: LockStep, tell: Callable[[Finding], None] = lambda _: None
) -> Iterator[StepRecord | EpochRecord]:
    """``training.run()``, every step that is beyond its bounds taken to pieces until something is found to be wrong.

    A step of which every piece is right comes as one ``by_rounding``.
    """
    told = False
    for record in training.run():
        if told or not isinstance(record, StepRecord) or not record.beyond:
            yield record
        elif finding := what_is_wrong(training, record):
            told = True
            tell(finding)
            yield record
        else:
            training.widen(record)
            yield replace(record, beyond=None, by_rounding=record.beyond)


def what_is_wrong(training: LockStep, record: StepRecord) -> Finding | None:
    """What is wrong in the step just taken; None if nothing is."""
    if not is_finite(training, record):
        return Finding(
            None, f"PyTorch's own numbers overflow at step {record.step}: try a smaller lr"
        )
    if (place := place_of_difference(training)) is not None:
        return Finding(place)
    if joint := wrong_joint(training):
        return Finding(None, f"no operation differs alone, nor does the optimizer; {joint}")
    return None


def is_finite(training: LockStep, record: StepRecord) -> bool:
    """Whether PyTorch's loss and all its numbers are; if not, sums in another order are infinite or nan elsewhere."""
    arrays = training.runs["torch"].arrays.values()
    return math.isfinite(record.loss_torch or 0.0) and all(np.isfinite(x).all() for x in arrays)


def wrong_joint(training: LockStep) -> str:
    """Which joint of the operations is wrong in the step just taken, in words; nothing if none is.

    Rounding that cancels has no bound at hand over a whole network. What joins operations is wrong in leading digits,
    L2 apart, so half the digits have to agree; L2 is judged by itself.
    """
    with one_thread():
        trainer, batch = before_step(training, training.step - 1)
        before = to_numpy(trainer.state())
        arrays = {name: before[name] for name in trainer.network.state_dict()}
        solver = training.start("reference", arrays)
        assert isinstance(solver, Solver)
        loss, gradients, _ = solver.loss(*batch)
        return wrong_l2(solver, batch, loss, gradients) or wrong_whole(
            trainer, batch, loss, gradients
        )


def wrong_l2(solver: Solver, batch: Batch, loss: Any, gradients: dict[str, Array]) -> str:
    """What is wrong about the term reg/2 · sum of W² in a loss and its gradients, which were computed with it."""
    reg, solver.reg = solver.reg, 0.0
    bare, without, _ = solver.loss(*batch)
    solver.reg = reg
    decayed = {name: solver.arrays[name] for name in solver.network.decayed}
    unit = float(np.finfo(np.asarray(loss).dtype).eps)
    squares = 0.5 * reg * sum(float(np.sum(np.square(w, dtype=float))) for w in decayed.values())
    terms = sum(w.size for w in decayed.values())
    if not abs(float(loss) - float(bare) - squares) <= unit * (terms * squares + 2 * abs(loss)):
        return "L2 is not reg / 2 times the sum of the squared weights"
    for name, gradient in gradients.items():
        expected = reg * decayed[name] if name in decayed else np.zeros_like(gradient)
        found = gradient - without[name]
        if not (abs(found - expected) <= 2 * unit * (abs(gradient) + abs(expected))).all():
            return f"L2 does not add reg times the weight to the gradient of {name}"
    return ""


def wrong_whole(trainer: Trainer, batch: Batch, loss: Any, gradients: dict[str, Array]) -> str:
    """What is wrong about a loss and its gradients, computed from PyTorch's parameters, in leading digits."""
    twins_loss = trainer.step(*to_torch_batch(batch))
    named = trainer.network.named_parameters()
    twins = to_numpy({name: p.grad for name, p in named if p.grad is not None})
    digits = float(np.finfo(np.asarray(loss).dtype).eps) ** 0.5
    if not abs(float(loss) - twins_loss) <= digits * abs(twins_loss):
        return "the loss of the network as a whole differs"
    if gradients.keys() != twins.keys():
        return "the gradients are not those of the same parameters"
    scale = max(float(abs(twin).max(initial=0.0)) for twin in twins.values())
    for name, twin in twins.items():
        if not (abs(gradients[name] - twin) <= digits * scale).all():
            return f"the gradient of {name} differs in the network as a whole"
    return ""
