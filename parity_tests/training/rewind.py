"""The steps of an epoch once more, PyTorch's side alone, to look into one that has gone by."""

from collections.abc import Iterator
from dataclasses import replace

import torch
from threadpoolctl import threadpool_limits

from parity_tests.suite import check
from parity_tests.training.handover import TorchSide
from parity_tests.training.localisation import Place, first, locate
from parity_tests.training.lock_step import LockStep, Run
from parity_tests.training.updates import locate_update
from parity_tests.training.yardstick import all_in_ulps, apart
from reference.solver import Batch
from torch_impl.trainer import Trainer


def place_of_difference(training: LockStep) -> Place | None:
    """Where the step that was just taken differs by more than rounding, and since which step of its epoch.

    None if neither an operation nor the optimizer differs alone: then it is in what joins them, or in L2. The
    optimizer is asked in the first epoch only, as later it has a past that is not at hand.
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
    name = "gradients_agree" if place.direction == "backward" else "outputs_agree"
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
    if found is None:
        found = _place_of_update(training, last)
    else:
        found = first(found, steps_again(training), training.network)
    if found is None or found.step == last or repeats(training):
        return found
    return replace(found, step=last, repeats=False)


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


def _place_of_update(training: LockStep, last: int) -> Place | None:
    if training.beginning.step > 0 or training.gaps is None:
        return None
    settings = training.settings
    furthest = {name: int(gap.argmax()) for name, gap in training.gaps.items()}
    trainers = _before_and_after(training, last)
    return locate_update(settings.optimizer, settings.optimizer_options, trainers, furthest)


def _before_and_after(training: LockStep, last: int) -> Iterator[Trainer]:
    """PyTorch's training before each step up to the last one, and after that."""
    for step, trainer, _ in steps_again(training):
        yield trainer
        if step > last:
            return
    yield trainer


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
