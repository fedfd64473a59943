"""Learning rates as pure functions of the step: a resumed training has nothing to remember.

A schedule says which share of its learning rate a step takes, once t of the training is done, 0 <= t < 1:

    linear      1 - t
    cosine      (1 + cos πt) / 2
    constant    1
    onecycle    0.2 + 0.8 t / 0.23 before t = 0.23, then (1 - t) / 0.77

Only the last one warms up, which SGD on a fresh network may want; Muon's steps have the same length
whatever the gradient, and the recipe with it goes straight down to zero.

Source: ``linear`` and ``onecycle`` are those of cifar10-airbench (Jordan 2024, *94% on CIFAR-10 in 3.29
Seconds on a Single GPU*), in ``airbench94_muon.py`` and ``airbench94.py``, whose average over weights lets it end
at 0.07; one cycle is from Smith and Topin 2018, *Super-Convergence*, section 2. ``cosine`` is from Loshchilov
and Hutter 2017, *SGDR*, equation 5, with one period and down to 0.
"""

import math
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

Schedule: TypeAlias = Literal["linear", "cosine", "constant", "onecycle"]
FIRST, PEAK = 0.2, 0.23
"""One cycle begins with this share, and reaches the whole rate when so much of the training is done."""


def one_cycle(done: float) -> float:
    """Up, then down to 0.

    >>> [round(one_cycle(done), 2) for done in (0.0, 0.115, 0.23, 0.615, 1.0)]
    [0.2, 0.6, 1.0, 0.5, 0.0]
    """
    if done < PEAK:
        return FIRST + (1.0 - FIRST) * done / PEAK
    return (1.0 - done) / (1.0 - PEAK)


SCHEDULES: Mapping[Schedule, Callable[[float], float]] = {
    "linear": lambda done: 1.0 - done,
    "cosine": lambda done: (1.0 + math.cos(math.pi * done)) / 2.0,
    "constant": lambda done: 1.0,
    "onecycle": one_cycle,
}


def share(schedule: Schedule, step: int, steps: int) -> float:
    """What a step takes of its learning rate; from ``steps`` on nothing.

    >>> [share("linear", step, steps=4) for step in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    >>> [share("constant", step, steps=2) for step in range(4)]
    [1.0, 1.0, 0.0, 0.0]
    """
    return SCHEDULES[schedule](step / steps) if step < steps else 0.0


def steps_in_an_epoch(num_images: int, batch_size: int) -> int:
    """Whole batches only, as batch norm wants them; a set smaller than a batch is one batch.

    >>> steps_in_an_epoch(49_000, 2_000), steps_in_an_epoch(64, 2_000)
    (24, 1)
    """
    return max(1, num_images // batch_size)
