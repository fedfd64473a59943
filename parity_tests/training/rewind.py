"""The steps of an epoch once more, PyTorch's side alone, to look into one that has gone by."""

from collections.abc import Iterator

import torch
from threadpoolctl import threadpool_limits

from parity_tests.suite import check
from parity_tests.training.handover import TorchSide
from parity_tests.training.localisation import Place, first, locate
from parity_tests.training.lock_step import LockStep
from reference.solver import Batch
from torch_impl.trainer import Trainer


def place_of_difference(training: LockStep) -> Place | None:
    """Where the step that was just taken differs by more than rounding, and since which step of its epoch.

    None if no operation differs alone: then it is in what joins them, the optimizer or L2.
    """
    last = training.step - 1
    with threadpool_limits(1):
        before = torch.get_num_threads()
        torch.set_num_threads(1)  # as in the training: sums are added in the same order
        try:
            return _place(training, last)
        finally:
            torch.set_num_threads(before)


def replay_line(place: Place) -> str:
    """The smallest case of the harness that shows the difference too; nothing if it takes the training's numbers."""
    name = "outputs_agree" if place.direction == "forward" else "gradients_agree"
    dtype = place.verdict.dtype
    findings = check(place.pair, dtypes=(dtype,), implementation=place.implementation)
    return next((v.case for v in findings.failures if v.check == name), "")


def _place(training: LockStep, last: int) -> Place | None:
    for step, trainer, batch in steps_again(training):
        if step == last:
            found = locate(trainer, training.network, batch, step)
            break
    else:
        return None
    return found and first(found, steps_again(training), training.network)


def steps_again(training: LockStep) -> Iterator[tuple[int, Trainer, Batch]]:
    """From the beginning of the epoch, or from where it was resumed: number, the training before the step, batch."""
    since = training.beginning
    side = training.start("torch", since.arrays)
    assert isinstance(side, TorchSide)
    side.restore(since.state)
    order = training.order(since.epoch)[since.step_in_epoch :]
    for step, indices in enumerate(order, since.step):
        batch = training.batch(indices, step)
        yield step, side.trainer, batch
        side.step(*batch)
