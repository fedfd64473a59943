"""A training of the fast recipe so small that it takes a tenth of a second, and what its rounding does."""

from functools import cache
from typing import TypeAlias
from unittest.mock import patch

import torch
from torch import Tensor

from reference.datasets import make_synthetic
from torch_impl.airbench import ALONE, AirbenchSettings, AirbenchTraining, Labelled, Processes

CPU = torch.device("cpu")
Alone: TypeAlias = tuple[dict[str, Tensor], float]
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


@cache
def alone_and_allowed() -> Alone:
    """One process's state, and how far rounding carries this very training.

    Measured as in ``training/yardstick.py``: a control sums each batch in the opposite order. What two
    orders of N terms may differ by is N times what these two do; N are the pixels of a batch.
    """
    alone, control = training(), training()
    list(alone)
    with patch.object(AirbenchTraining, "batch", reversed_batch):
        list(control)
    return alone.state(), apart(alone.state(), control.state()) * 8 * 31 * 31
