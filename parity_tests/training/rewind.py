"""The steps of an epoch once more, PyTorch's side alone, to look into one that has gone by."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from threadpoolctl import threadpool_limits

from parity_tests.suite import check
from parity_tests.training.handover import TorchSide
from parity_tests.training.localisation import Place, first, locate
from parity_tests.training.lock_step import LockStep, Run
from parity_tests.training.updates import locate_update, moves, optimizer_of
from parity_tests.training.yardstick import all_in_ulps, apart
from reference.solver import Batch
from torch_impl.trainer import Trainer


def place_of_difference(training: LockStep) -> Place | None:
    """Where the step that was just taken differs by more than rounding, and since which step of its epoch.

    None if neither an operation nor the optimizer differs alone: then it is in what joins them, or in L2.
    """
    last = training.step - 1
    with one_thread():
        trainer, batch = before_step(training, last)
        found = locate(trainer, training.network, batch, last)
        if found is not None:
            found = first(found, steps_again(training), training.network)
        else:
            found = _place_of_update(training, trainer, batch)
        if found is None or found.step == last or repeats(training):
            return found
    return replace(found, step=last, repeats=False)


@contextmanager
def one_thread() -> Iterator[None]:
    """As in the training: sums are added in the same order."""
    before = torch.get_num_threads()
    with threadpool_limits(1):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def replay_line(place: Place) -> str:
    """The smallest case of the harness that shows the difference too; nothing if it takes the training's numbers."""
    name = "gradients_agree" if place.direction == "backward" else "outputs_agree"
    dtype = place.verdict.dtype
    findings = check(place.pair, dtypes=(dtype,), implementation=place.implementation)
    return next((v.case for v in findings.failures if v.check == name), "")


def repeats(training: LockStep) -> bool:
    """Whether the reference takes the steps of the epoch again as it took them, to the last bit of every distance.

    If not, it depends on more than its inputs, on how often it was called for one, and what it does now says nothing of
    the steps before.
    """
    ours, twin = restarted(training, "reference"), restarted(training, "torch")
    for (_, (x, target, masks)), recorded in zip(
        batches_again(training), training.recorded, strict=False
    ):
        ours.step(x, target, masks or {})
        twin.step(x, target, masks or {})
        distances = {name: apart(ours.arrays[name], array) for name, array in twin.arrays.items()}
        ulps = all_in_ulps(distances, twin.arrays)
        if any(repr(ulps[name]) != repr(recorded[name]) for name in ulps):  # nan is nan
            return False
    return True


def restarted(training: LockStep, side: str) -> Run:
    """That side as it was at the beginning of the epoch, or where it was resumed."""
    state, names = training.beginning.states[side], training.runs[side].arrays
    run = training.start(side, {name: state[name] for name in names})
    run.restore(state)
    return run


def _place_of_update(training: LockStep, trainer: Trainer, batch: Batch) -> Place | None:
    """A place in the step that is about to be taken, or in the first one at which the same parameter differs."""
    settings = training.settings
    optimizer = optimizer_of(settings.optimizer, settings.optimizer_options, trainer)
    last = training.step - 1
    found = locate_update(optimizer, moves(trainer, batch), last)
    if found is None:
        return None
    side = restarted(training, "torch")
    assert isinstance(side, TorchSide)
    for step, earlier in batches_again(training):
        moved = moves(side.trainer, earlier, (found.layer,))
        if step == last:
            break
        if place := locate_update(optimizer, moved, step):
            return place
    return found


def before_step(training: LockStep, last: int) -> tuple[Trainer, Batch]:
    """PyTorch's training as it was before that step of this epoch, and the step's batch."""
    return next((side, batch) for step, side, batch in steps_again(training) if step == last)


def steps_again(training: LockStep) -> Iterator[tuple[int, Trainer, Batch]]:
    """From the beginning of the epoch, or from where it was resumed: number, the training before the step, batch."""
    side = restarted(training, "torch")
    assert isinstance(side, TorchSide)
    for step, batch in batches_again(training):
        yield step, side.trainer, batch
        side.step(*batch)


def batches_again(training: LockStep) -> Iterator[tuple[int, Batch]]:
    """From the beginning of the epoch, or from where it was resumed: number of the step and its batch."""
    since = training.beginning
    order = training.order(since.epoch)[since.step_in_epoch :]
    for step, indices in enumerate(order, since.step):
        yield step, training.batch(indices, step)
