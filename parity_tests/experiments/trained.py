"""A training in lock step as one setting of an experiment: the figures that settings are compared by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from parity_tests.experiments.outcome import Chart, Line, Row, Sides
from parity_tests.training import EpochRecord, History, LockStep, TrainSettings
from parity_tests.training.handover import Arrays
from parity_tests.training.lock_step import Data
from parity_tests.training.pieces import judged
from parity_tests.training.settings import SIDES
from reference.datasets import Dataset

Accuracy = Literal["train_accuracy", "val_accuracy"]


@dataclass(frozen=True, slots=True)
class Trained:
    """What became of one setting: all its records, and the arrays of both sides at the end."""

    setting: str
    settings: TrainSettings
    history: History
    arrays: Mapping[str, Arrays]

    @property
    def agrees(self) -> bool:
        """Whether what the sides are apart is rounding."""
        return self.history.diverged_at is None

    def last(self, accuracy: Accuracy) -> Sides:
        """After the last epoch."""
        return accuracies(self.history.epochs[-1], accuracy)

    def best(self, accuracy: Accuracy) -> Sides:
        """The highest after any epoch, on each side by itself."""
        found = [accuracies(epoch, accuracy) for epoch in self.history.epochs]
        return Sides(*(max(side) for side in zip(*found, strict=True)))

    def gap(self) -> Sides:
        """How far validation is behind training, on the mean of all epochs."""
        epochs = self.history.epochs
        gaps = [
            accuracies(epoch, "train_accuracy").less(accuracies(epoch, "val_accuracy"))
            for epoch in epochs
        ]
        return Sides(*(sum(side) / len(epochs) for side in zip(*gaps, strict=True)))

    def loss(self) -> Sides:
        """The mean over the steps of the last epoch: one batch alone says little."""
        last = self.history.epochs[-1].epoch
        steps = [step for step in self.history.steps if step.epoch == last]
        reference = sum(step.loss_reference or 0.0 for step in steps) / len(steps)
        return Sides(reference, sum(step.loss_torch or 0.0 for step in steps) / len(steps))

    def line(self, accuracy: Accuracy) -> Line:
        """Over the epochs, counted from 1."""
        epochs = self.history.epochs
        reference, torch = zip(*(accuracies(epoch, accuracy) for epoch in epochs), strict=True)
        return Line(
            self.setting,
            tuple(epoch.epoch + 1.0 for epoch in epochs),
            tuple(reference),
            tuple(torch),
        )

    def row(self, quantity: str, figures: Sides, expected: str = "", reached: bool = True) -> Row:
        """A figure of this training; how far the sides are apart is told of its losses."""
        worst = self.history.worst
        return Row(
            setting=self.setting,
            quantity=quantity,
            figures=figures,
            expected=expected,
            reached=reached,
            apart=worst.loss_difference if worst else None,
            agrees=self.agrees,
            dtype=self.settings.dtype,
        )


def accuracies(epoch: EpochRecord, accuracy: Accuracy) -> Sides:
    """Of both sides after one epoch.

    >>> accuracies(EpochRecord(0, 10, 0.5, 0.25, 0.5, 0.125), "val_accuracy")
    Sides(reference=0.25, torch=0.125)
    """
    return Sides(*(getattr(epoch, f"{accuracy}_{side}") for side in SIDES))


def train(setting: str, settings: TrainSettings, data: Data) -> Trained:
    """All epochs of a training, on both sides and on the control that measures rounding.

    The sides agree if they stay as near each other as the control allows, or if what takes them further is rounding.
    """
    training, history = LockStep(settings, data), History()
    for record in judged(training):
        history.add(record)
    arrays = {
        side: {name: array.copy() for name, array in training.runs[side].arrays.items()}
        for side in SIDES
    }
    return Trained(setting, settings, history, arrays)


def accuracy_chart(trainings: Iterable[Trained], accuracy: Accuracy, data: str) -> Chart:
    """The accuracies of several settings after each epoch."""
    kind = "Training" if accuracy == "train_accuracy" else "Validation"
    lines = tuple(trained.line(accuracy) for trained in trainings)
    return Chart(
        f"{kind} accuracy after each epoch, on {data}.", "epoch", f"{kind.lower()} accuracy", lines
    )


def with_few_to_validate(data: Dataset, count: int) -> Dataset:
    """The same images to train on, and only the first so many to validate on, after each epoch."""
    few = replace(data.val_images, pixels=data.val_images.pixels[:count])
    return replace(data, val_images=few, val_labels=data.val_labels[:count])
