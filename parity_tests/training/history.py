"""The records that a training in lock step leaves behind."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from statistics import linear_regression
from typing import Any


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One batch on both sides; None where a side is not trained.

    ``array`` is the parameter or running statistic that differs most after the step.
    ``beyond`` names what differs by more than allowed: ``loss``, or an array; where the step was taken to pieces
    and every piece is right (``pieces.py``), it is ``by_rounding`` that names it. ``ulps`` says of every array how
    far it is off at most, in units of the last place of its largest entry.
    """

    step: int
    epoch: int
    loss_reference: float | None = None
    loss_torch: float | None = None
    loss_difference: float | None = None
    loss_rounding: float | None = None
    loss_allowed: float | None = None
    array: str | None = None
    array_difference: float | None = None
    beyond: str | None = None
    by_rounding: str | None = None
    ulps: Mapping[str, float] = field(default_factory=dict)
    seconds_reference: float | None = field(default=None, compare=False)
    seconds_torch: float | None = field(default=None, compare=False)

    @property
    def parted(self) -> bool:
        """Whether the losses differ by more than the rounding of one forward can explain."""
        if self.loss_difference is None or self.loss_rounding is None:
            return False
        return not self.loss_difference <= self.loss_rounding


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """Accuracies after an epoch, the training one on a sample of 1,000 images."""

    epoch: int
    step: int
    train_accuracy_reference: float | None = None
    val_accuracy_reference: float | None = None
    train_accuracy_torch: float | None = None
    val_accuracy_torch: float | None = None


@dataclass(slots=True)
class History:
    """All records so far; an interrupted training leaves those up to the interruption.

    >>> history = History()
    >>> history.add(StepRecord(0, 0, 2.5, 2.0, loss_difference=0.5, loss_rounding=1e-15))
    >>> history.parted_at, history.diverged_at
    (0, None)
    """

    steps: list[StepRecord] = field(default_factory=list)
    epochs: list[EpochRecord] = field(default_factory=list)
    difference: dict[str, Any] | None = None
    """Of a training that diverged: which operation differs, in which direction and since which step."""

    def add(self, record: StepRecord | EpochRecord) -> None:
        if isinstance(record, StepRecord):
            self.steps.append(record)
        else:
            self.epochs.append(record)

    @property
    def parted_at(self) -> int | None:
        """From which step on the trajectories lie apart by more than one forward's rounding."""
        return next((record.step for record in self.steps if record.parted), None)

    @property
    def diverged_at(self) -> int | None:
        """The first step at which something differed by more than rounding can explain."""
        return next((record.step for record in self.steps if record.beyond), None)

    @property
    def taken_to_pieces_at(self) -> list[int]:
        """The steps that were beyond the control's bounds, every piece of which is right."""
        return [record.step for record in self.steps if record.by_rounding]

    @property
    def growth(self) -> float | None:
        """The factor by which a step multiplies the distance of the parameters, before it is as large as it gets.

        From the slope of log distance over the steps (least squares), from the first distance that is not 0 to
        the first beyond a tenth of the largest. None where fewer than ten steps lie between.
        """
        apart = [(r.step, r.array_difference) for r in self.steps if r.array_difference]
        largest = max((distance for _, distance in apart), default=0.0)
        growing = list(takewhile(lambda pair: pair[1] <= largest / 10, apart))
        if len(growing) < 10 or not math.isfinite(largest):
            return None
        slope, _ = linear_regression(*zip(*((s, math.log(d)) for s, d in growing), strict=True))
        return math.exp(slope)

    @property
    def worst(self) -> StepRecord | None:
        """The step with the largest difference between the losses; a nan is the largest."""
        compared = [record for record in self.steps if record.loss_difference is not None]
        return max(
            compared, key=lambda record: nan_as_largest(record.loss_difference), default=None
        )

    def summary(self) -> dict[str, Any]:
        """The figures of the whole training, ready for JSON."""
        worst, beyond = (
            self.worst,
            next((record.beyond for record in self.steps if record.beyond), None),
        )
        return {
            "steps": len(self.steps),
            "epochs": len(self.epochs),
            "worst_loss_difference": worst and worst.loss_difference,
            "worst_step": worst and worst.step,
            "parted_at": self.parted_at,
            "growth_per_step": self.growth,
            "diverged_at": self.diverged_at,
            "diverged_in": beyond,
            "taken_to_pieces_at": self.taken_to_pieces_at,
            "final_loss_reference": self.steps[-1].loss_reference if self.steps else None,
            "final_loss_torch": self.steps[-1].loss_torch if self.steps else None,
        }


def nan_as_largest(difference: float | None) -> float:
    """A key for sorting in which nothing is further off than nan."""
    return math.inf if difference is None or math.isnan(difference) else difference
