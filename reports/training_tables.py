"""Tables about trainings in lock step. Each names the data that it was made with."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from parity_tests.training import EpochRecord, History, StepRecord
from reports.check_tables import AGREE, DISAGREE, verdict_tone
from reports.table import Column, Table, count, exact, percent, short

HISTORY = {
    "step": "step",
    "loss_reference": "loss_reference",
    "loss_torch": "loss_torch",
    "difference": "loss_difference",
    "allowed": "loss_allowed",
    "rounding": "loss_rounding",
    "parameter": "array",
    "parameter_difference": "array_difference",
    "beyond": "beyond",
    "by_rounding": "by_rounding",
    "epoch": "epoch",
}
"""The columns of ``history.csv``, in order, and the fields of a step that they hold."""


@dataclass(frozen=True, slots=True)
class Training:
    """A history with what it is the history of."""

    title: str
    dtype: str
    data: str
    history: History

    @property
    def agrees(self) -> bool:
        """Whether rounding explains all differences."""
        return self.history.diverged_at is None


def steps(history: History) -> Table:
    """One row per step, for ``history.csv``."""
    rows = [{name: getattr(step, key) for name, key in HISTORY.items()} for step in history.steps]
    return Table("history", "Every step", tuple(Column(name, name) for name in HISTORY), rows)


def parameter_rows(history: History) -> Table:
    """One row per step for ``parameters.csv``: how many units of the last place each array is off at most."""
    names = dict.fromkeys(name for step in history.steps for name in step.ulps)
    rows = [{"step": step.step, **step.ulps} for step in history.steps if step.ulps]
    columns = tuple(Column(name, name) for name in ("step", *names))
    return Table("parameters", "Every array", columns, rows)


def epoch_rows(history: History) -> Table:
    """One row per epoch, for ``epochs.csv``."""
    names = EpochRecord.__dataclass_fields__
    rows = [asdict(epoch) for epoch in history.epochs]
    return Table("epochs", "Every epoch", tuple(Column(name, name) for name in names), rows)


def read_history(folder: Path, before: int) -> History:
    """The records of earlier steps that ``history.csv`` and ``epochs.csv`` of a folder hold."""
    history = History()
    ulps = {row.pop("step"): row for row in read_rows(folder / "parameters.csv")}
    for row in read_rows(folder / "history.csv"):
        known = {key: row[name] for name, key in HISTORY.items() if name in row}
        record = StepRecord(**known, ulps=ulps.get(row["step"], {}))
        if record.step < before:
            history.add(record)
    for row in read_rows(folder / "epochs.csv"):
        epoch = EpochRecord(**row)
        if epoch.step <= before:
            history.add(epoch)
    return history


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a table that was left as CSV, none where there is no file."""
    if not file.exists():
        return []
    frame = pd.read_csv(file).astype(object)
    records = frame.where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in record.items()} for record in records]


def trainings(runs: Sequence[Training]) -> Table:
    """One row per training: how far the sides came apart, and where."""
    columns = (
        Column("training", "training", whole=True),
        Column("dtype", "dtype", whole=True),
        Column("data", "data", detail=True),
        Column("steps", "steps", count),
        Column("difference", "apart", short),
        Column("at_step", "at step", count, detail=True),
        Column("used", "used", percent),
        Column("parted_at", "parted at", count),
        Column("growth", "growth per step", exact, detail=True),
        Column("verdict", "verdict", tone=verdict_tone),
        Column("diverged_at", "diverged at", count, detail=True),
        Column("diverged_in", "diverged in", detail=True),
        Column("taken_to_pieces", "steps taken to pieces", count, detail=True),
        Column("parameter_difference", "parameters apart", short, detail=True),
        Column("parameter", "parameter", detail=True),
        Column("loss_reference", "final loss, NumPy", exact, detail=True),
        Column("loss_torch", "final loss, PyTorch", exact, detail=True),
    )
    note = (
        f"Data: {', '.join(dict.fromkeys(run.data for run in runs))}. Apart: what the "
        "losses differ by at most; used: of the difference allowed; parted: the first step at "
        "which they differ by more than the rounding of one forward; growth per step: what a step multiplies the "
        "distance of the parameters by, until it is a tenth of the largest; taken to pieces: steps that part by more "
        "than the control does, all of whose operations are right."
    )
    return Table(
        "training", "Training in lock step", columns, [_training_row(r) for r in runs], note
    )


def _training_row(run: Training) -> dict[str, Any]:
    history, worst = run.history, run.history.worst
    compared = [step for step in history.steps if step.array_difference is not None]
    furthest = max(compared, key=lambda step: _size(step.array_difference), default=None)
    last = history.steps[-1] if history.steps else None
    return {
        "training": run.title,
        "dtype": run.dtype,
        "data": run.data,
        "steps": len(history.steps),
        "difference": worst and worst.loss_difference,
        "at_step": worst and worst.step,
        "used": used(history),
        "parameter_difference": furthest and furthest.array_difference,
        "parameter": furthest and furthest.array,
        "parted_at": history.parted_at,
        "growth": history.growth,
        "loss_reference": last and last.loss_reference,
        "loss_torch": last and last.loss_torch,
        "diverged_at": history.diverged_at,
        "diverged_in": history.summary()["diverged_in"],
        "taken_to_pieces": len(history.taken_to_pieces_at),
        "verdict": AGREE if run.agrees else DISAGREE,
    }


def used(history: History) -> float | None:
    """The largest share of the allowed loss difference that a step needed."""
    shares = [
        _size(step.loss_difference) / step.loss_allowed
        for step in history.steps
        if step.loss_difference is not None and step.loss_allowed
    ]
    return max(shares, default=None)


def _size(difference: float | None) -> float:
    return math.inf if difference is None or math.isnan(difference) else difference


def epochs(runs: Sequence[Training]) -> Table:
    """One row per training and epoch: the accuracies of both sides."""
    columns = (
        Column("training", "training", whole=True),
        Column("dtype", "dtype", whole=True),
        Column("data", "data", detail=True),
        Column("epoch", "epoch", count),
        Column("train_accuracy_reference", "train NumPy", percent),
        Column("train_accuracy_torch", "train PyTorch", percent),
        Column("val_accuracy_reference", "val NumPy", percent),
        Column("val_accuracy_torch", "val PyTorch", percent),
    )
    rows = [
        {"training": run.title, "dtype": run.dtype, "data": run.data}
        | asdict(record)
        | {"epoch": record.epoch + 1}
        for run in runs
        for record in run.history.epochs
    ]
    return Table("epochs", "Accuracies", columns, rows, _data_note(run.data for run in runs))


def _data_note(names: Any) -> str:
    return f"Data: {', '.join(dict.fromkeys(names))}."
