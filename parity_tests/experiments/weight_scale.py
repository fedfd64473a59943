"""Batch norm against the scale of the first weights: with it, a network learns where it would not without.

Source: CS231n, assignment 2, ``BatchNormalization.ipynb``, "Batch normalization and initialization": eight
layers on 1,000 images, ten epochs of Adam at each of twenty scales from 1e-4 to 1.
"""

from dataclasses import dataclass, replace

import numpy as np

from parity_tests.experiments.normalization import NAMES, Normalization, normalized
from parity_tests.experiments.outcome import Chart, Line, Outcome, Row, Sides
from parity_tests.experiments.trained import Trained, train
from parity_tests.training import TrainSettings
from reference.datasets import Dataset

EIGHT_LAYERS = TrainSettings(
    net="fully_connected",
    net_options={"hidden_dims": (50,) * 7},
    num_train=1000,
    epochs=10,
)
TWENTY_SCALES = tuple(float(scale) for scale in np.logspace(-4, 0, num=20))
SHORT = replace(EIGHT_LAYERS, num_train=500)
FIVE_SCALES = tuple(float(scale) for scale in np.logspace(-4, 0, num=5))
AHEAD = 0.1
"""By how much batch norm's training accuracy must be higher."""
TOP = 3.5
"""Where the course cuts its chart of losses, which are in the millions at the largest scale."""
QUANTITY = "best training accuracy"
KINDS: tuple[Normalization, ...] = (None, "batch")


@dataclass(frozen=True, slots=True)
class Sweep:
    """A network trained from each scale."""

    normalization: Normalization
    scales: tuple[float, ...]
    trainings: tuple[Trained, ...]

    def best(self) -> tuple[Sides, ...]:
        """The highest training accuracy of each."""
        return tuple(trained.best("train_accuracy") for trained in self.trainings)

    def worst(self) -> Sides:
        """At the worst scale for each side."""
        return Sides(*(min(side) for side in zip(*self.best(), strict=True)))

    def rows(self) -> list[Row]:
        """What was reached at each scale."""
        found = zip(self.trainings, self.best(), strict=True)
        return [trained.row(QUANTITY, figures) for trained, figures in found]

    def line(self, figures: tuple[Sides, ...]) -> Line:
        """A figure over the scales."""
        reference, torch = zip(*figures, strict=True)
        return Line(NAMES[self.normalization], self.scales, tuple(reference), tuple(torch))


def run(
    data: Dataset, settings: TrainSettings = SHORT, scales: tuple[float, ...] = FIVE_SCALES
) -> Outcome:
    """Both networks at every scale."""
    none, batch = (sweep(settings, kind, scales, data) for kind in KINDS)
    rows = (*none.rows(), *batch.rows(), *compared(none, batch))
    return Outcome("weight-scale", data.name, rows, charts(none, batch, data.name))


def sweep(
    settings: TrainSettings,
    normalization: Normalization,
    scales: tuple[float, ...],
    data: Dataset,
) -> Sweep:
    """One network at every scale."""
    network = normalized(settings, normalization)
    done = (
        train(
            f"{NAMES[normalization]}, scale {scale:.2g}", replace(network, weight_scale=scale), data
        )
        for scale in scales
    )
    return Sweep(normalization, scales, tuple(done))


def compared(none: Sweep, batch: Sweep) -> tuple[Row, Row]:
    """What batch norm makes of the smallest scale, and of whichever is worst."""
    smallest = batch.best()[0].less(none.best()[0])
    worst = batch.worst().less(none.worst())
    return (
        ahead(batch, "the smallest scale", batch.best()[0], smallest),
        ahead(batch, "the worst scale", batch.worst(), worst),
    )


def ahead(batch: Sweep, which: str, figures: Sides, lead: Sides) -> Row:
    """Whether batch norm is better at that scale than no norm is at its own."""
    return Row(
        setting=f"batch norm, {which}",
        quantity=QUANTITY,
        figures=figures,
        expected=f"higher than {which} without norm by {AHEAD:g}",
        reached=lead.both(lambda more: more >= AHEAD),
        agrees=all(row.agrees for row in batch.rows()),
    )


def charts(none: Sweep, batch: Sweep, data: str) -> tuple[Chart, Chart]:
    """Best training accuracy and last loss over the scales."""
    x, both = "scale of the first weights", (none, batch)
    return (
        Chart(
            f"Best training accuracy for each scale of the first weights, on {data}.",
            x,
            QUANTITY,
            tuple(sweep.line(sweep.best()) for sweep in both),
            logarithmic=True,
        ),
        Chart(
            f"Mean loss of the last epoch for each scale, on {data}; above {TOP:g} is left out.",
            x,
            "loss",
            tuple(sweep.line(tuple(t.loss() for t in sweep.trainings)) for sweep in both),
            logarithmic=True,
            top=TOP,
        ),
    )
