"""A training of the fast recipe so small that it takes a tenth of a second, and what its rounding does."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias
from unittest.mock import patch

import torch
from torch import Tensor

from reference.datasets import make_synthetic
from torch_impl.airbench import (
    ALONE,
    AirbenchSettings,
    AirbenchTraining,
    Labelled,
    Processes,
    StepRecord,
)

CPU = torch.device("cpu")
Trained: TypeAlias = tuple[dict[str, Tensor], list[float]]
TINY = AirbenchSettings(
    epochs=2,
    batch_size=8,
    widths=(4, 6, 8),
    dtype="float64",
    whiten_bias_epochs=1,
)
"""Three steps an epoch on the images below, one image left out."""


def images(n: int = 25) -> tuple[Labelled, Labelled]:
    data = make_synthetic(num_train=n, num_val=10, num_test=1)
    train, val = data.train_images.pixels, data.val_images.pixels
    return (
        Labelled(torch.tensor(train), torch.tensor(data.train_labels)),
        Labelled(torch.tensor(val), torch.tensor(data.val_labels)),
    )


def training(
    settings: AirbenchSettings = TINY, processes: Processes = ALONE, n: int = 25
) -> AirbenchTraining:
    return AirbenchTraining(settings, *images(n), processes, CPU)


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def reversed_batch(self: AirbenchTraining) -> Labelled:
    batch = BATCH(self)
    return Labelled(batch.images.flip(0), batch.labels.flip(0))


BATCH = AirbenchTraining.batch


def apart(one: dict[str, Tensor], other: dict[str, Tensor]) -> float:
    return max((one[name] - other[name]).abs().max().item() for name in one)


TERMS = 8 * 31 * 31
"""The pixels of a batch: so many numbers are added in the longest sums. What two orders of N terms may differ by is
N times what two particular orders do, each batch forwards and backwards, as in ``training/yardstick.py``."""


@cache
def alone_and_control(settings: AirbenchSettings) -> tuple[Trained, Trained]:
    """One process's training, and the same with each batch backwards."""
    found = []
    for batch in (BATCH, reversed_batch):
        run = training(settings)
        with patch.object(AirbenchTraining, "batch", batch):
            losses = [record.loss for record in run if isinstance(record, StepRecord)]
        found.append((run.state(), losses))
    return found[0], found[1]


def alone_and_allowed(settings: AirbenchSettings = TINY) -> tuple[dict[str, Tensor], float]:
    """One process's state, and how far rounding carries this very training, amplified by its every step."""
    (alone, _), (control, _) = alone_and_control(settings)
    return alone, apart(alone, control) * TERMS


def losses_and_allowed(settings: AirbenchSettings) -> tuple[list[float], float]:
    """Its losses, and how far rounding carries them: in float64 1e-11 with muon and sgd.

    AdamW divides by the size of a gradient, however small, and rounding may carry it to 5e-8.
    """
    (_, alone), (_, control) = alone_and_control(settings)
    return alone, TERMS * max(abs(one - other) for one, other in zip(alone, control, strict=True))


@dataclass(frozen=True, slots=True)
class SingleStep:
    """What one step, from a state that was given, has for its loss and leaves for the next."""

    loss: float
    state: dict[str, Tensor]


def single_steps(
    settings: AirbenchSettings, starts: Sequence[dict[str, Tensor]], processes: Processes = ALONE
) -> list[SingleStep]:
    """A step from each of these states."""
    run, found = training(settings, processes), []
    for start in starts:
        run.restore(start)
        record = next(run)
        assert isinstance(record, StepRecord)
        found.append(SingleStep(record.loss, run.state()))
    return found


def starts_of(settings: AirbenchSettings) -> list[dict[str, Tensor]]:
    """The states in which one process begins its steps."""
    run, starts = training(settings), []
    while run.step < run.total_steps:
        if run.step < (run.epochs_done + 1) * run.steps_in_an_epoch:
            starts.append(run.state())
        next(run)
    return starts
