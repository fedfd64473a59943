"""``nnparity fit``: CIFAR-10 with PyTorch alone, as fast as it goes; the history is on disk whatever happens."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch
from rich.console import Console

from parity_tests.harness.verdict import versions
from parity_tests.training import fit_checkpoint
from parity_tests.training.checkpoint import write as write_arrays
from parity_tests.training.handover import labelled, to_numpy
from reference import datasets
from reference.datasets.images import Dataset, DatasetError
from reports.fit_history import FitHistory, Record, read_history, tensorboard
from reports.fit_settings import settings_from
from reports.interrupts import first_interrupt
from reports.keeping import Keeping
from reports.output import check_folder, write_text
from reports.progress import progress
from reports.settings_file import FILE, to_toml
from reports.training_run import refuse_settings
from reports.usage import UsageError, asked_for
from torch_impl.airbench import (
    Accuracy,
    AirbenchSettings,
    AirbenchTraining,
    LossNotFiniteError,
    Processes,
    StepRecord,
    device_here,
    keep_freed_memory,
    launched,
)

SCHEMA = 1
CHECKPOINT, WEIGHTS = "checkpoint.safetensors", "network.safetensors"
LINES = 20
"""How many lines a training leaves in a log."""


@dataclass(slots=True)
class Fit:
    """A training at work: where its files go, and what it has said so far."""

    training: AirbenchTraining
    data: Dataset
    folder: Path
    history: FitHistory
    interrupted: bool = False
    seconds: float = 0.0
    test: Accuracy | None = None

    @property
    def leads(self) -> bool:
        """Whether this process writes files and speaks: the first one does."""
        return self.training.processes.rank == 0


def command(
    data: str | None,
    split: str,
    out: Path,
    checkpoint: Path | None,
    config: Path | None,
    given: Mapping[str, Any],
) -> int:
    """All of ``nnparity fit``: what is asked for is judged before any work."""
    settings = settings_from(config, given)
    if checkpoint is not None:
        beside = {name: value for name, value in given.items() if name != "epochs"}
        refuse_settings({**beside, "config": config})
        with asked_for():
            settings, name = fit_checkpoint.settings_in(checkpoint)
    check_folder(out, "--out")
    with asked_for(DatasetError):
        images = datasets.resolve(data, "full" if split == "full" else "course")
    if checkpoint is not None and name != images.name:
        raise UsageError(
            f"{checkpoint} was trained on {name}, not on {images.name}: write its --data"
        )
    keep_freed_memory()
    with launched(device_here()) as processes:
        with asked_for():
            fit = begin(settings, images, out, checkpoint, given.get("epochs"), processes)
        return run(fit)


def begin(
    settings: AirbenchSettings,
    images: Dataset,
    out: Path,
    checkpoint: Path | None,
    epochs: int | None,
    processes: Processes,
) -> Fit:
    """A training from its first step, or from where it was saved, with the history that lies beside it."""
    train = labelled(images.train_images, images.train_labels)
    val = labelled(images.val_images, images.val_labels)
    if checkpoint is None:
        return Fit(AirbenchTraining(settings, train, val, processes), images, out, FitHistory())
    training = fit_checkpoint.resume(checkpoint, train, val, epochs, processes)
    if training.epochs_done >= training.settings.epochs:
        raise ValueError(
            f"{checkpoint} has all its {training.epochs_done} epochs behind it: write --epochs"
            f" {training.epochs_done + 1} or more to train on"
        )
    history = read_history(checkpoint.parent, training.step, training.epochs_done)
    return Fit(training, images, out, history)


def run(fit: Fit) -> int:
    """Train to the end or to the first Ctrl-C; either way leave all files in the folder."""
    if fit.leads:
        say(first_line(fit))
    began = perf_counter()
    try:
        with first_interrupt(fit.leads) as is_interrupted:
            fit.interrupted = _train(fit, is_interrupted)
            fit.seconds = perf_counter() - began
            if not fit.interrupted:
                fit.test = _test_accuracy(fit)
            if fit.leads:
                write(fit)
    except LossNotFiniteError as error:
        if not fit.leads:  # all processes have the same loss
            return 2
        fit.history.write(fit.folder)  # the steps up to here; the state on disk is one of before
        raise UsageError(f"{error}; a state from before is in {fit.folder / CHECKPOINT}") from None
    if fit.leads:
        tell(fit, Console())
    return 130 if fit.interrupted else 0


def _train(fit: Fit, is_interrupted: Callable[[], bool]) -> bool:
    """Whether it was cut short: all processes stop after the same record, whichever of them was interrupted."""
    keeping = Keeping(lambda: _leave(fit))
    keeping.if_due()
    with _telling(fit) as note:
        for record in fit.training:
            fit.history.add(record)
            note(record)
            keeping.if_due()
            if fit.training.processes.any(is_interrupted(), fit.training.device):
                break
    return fit.training.epochs_done < fit.training.settings.epochs


@contextmanager
def _telling(fit: Fit) -> Iterator[Callable[[Record], None]]:
    """Of the first process everybody hears, of the others nobody."""
    if not fit.leads:
        yield lambda record: None
        return
    todo = fit.training.total_steps - fit.training.step
    every = max(1, todo // LINES)
    with progress("step", todo, every) as advance, tensorboard(fit.folder) as log:

        def note(record: Record) -> None:
            if isinstance(record, StepRecord):
                advance(words(record, fit.history))
                log("loss", record.loss, record.step)
                log("lr", record.lr, record.step)
            else:
                log("val_accuracy", record.val_accuracy, fit.training.step)

        yield note


def words(record: StepRecord, history: FitHistory) -> str:
    """A step in so few words that a line of 80 columns holds them beside the bar.

    >>> words(StepRecord(0, 0, 2.5, 0.17, 941.6), FitHistory())
    'loss 2.500  942 images/s'
    """
    seen = f"val {history.epochs[-1].val_accuracy:.1%}  " if history.epochs else ""
    return f"loss {record.loss:.3f}  {seen}{record.images_per_second:,.0f} images/s"


def _test_accuracy(fit: Fit) -> Accuracy:
    """Measured once: where the test images stood in for validation, the last epoch has done it."""
    data, last, level = fit.data, fit.history.epochs[-1], fit.training.settings.tta_level
    same = np.array_equal(data.val_images.pixels, data.test_images.pixels)
    if same and np.array_equal(data.val_labels, data.test_labels):
        with_views = last.val_accuracy_tta
        return Accuracy(last.val_accuracy, last.val_accuracy if with_views is None else with_views)
    return fit.training.accuracy(labelled(data.test_images, data.test_labels), level)


def _leave(fit: Fit) -> None:
    """The history and a checkpoint, by the first process; the history first, for a checkpoint takes it up."""
    if fit.leads:
        fit.history.write(fit.folder)
        fit_checkpoint.save(fit.training, fit.data.name, fit.folder / CHECKPOINT)


def write(fit: Fit) -> None:
    """Leave the history and its curves, the summary, the settings, the network, and a checkpoint to go on from."""
    from reports import training_plot  # matplotlib, which one process needs, and at the end

    _leave(fit)
    write_text(fit.folder / FILE, to_toml(asdict(fit.training.settings)))
    write_text(fit.folder / "curves.svg", training_plot.of_fit(fit.history))
    text = json.dumps(summary(fit), indent=1, allow_nan=False)
    write_text(fit.folder / "summary.json", text + "\n")
    arrays = to_numpy(fit.training.network.state_dict())
    write_arrays(fit.folder / WEIGHTS, arrays, {"net": "airbench"})


def summary(fit: Fit) -> dict[str, Any]:
    """The machine interface of such a training, schema 1."""
    training = fit.training
    return {
        "schema": SCHEMA,
        "data": fit.data.name,
        "settings": asdict(training.settings),
        "versions": versions(),
        "device": str(training.device),
        "threads": torch.get_num_threads(),
        "processes": training.processes.size,
        "interrupted": fit.interrupted,
        "steps": training.step,
        "seconds": round(fit.seconds, 3),
        "evaluation_seconds": round(fit.history.evaluation_seconds, 3),
        "images_per_second": _speed(fit.history),
        "val_accuracy": [epoch.val_accuracy for epoch in fit.history.epochs],
        "val_accuracy_tta": fit.history.epochs[-1].val_accuracy_tta if fit.history.epochs else None,
        "test_accuracy": fit.test and fit.test.plain,
        "test_accuracy_tta": fit.test and fit.test.with_views,
    }


def _speed(history: FitHistory) -> float | None:
    """The median over the steps of this run."""
    seen = [r.images_per_second for r in history.steps if r.images_per_second > 0]
    return round(median(seen), 1) if seen else None


def say(line: str) -> None:
    """To whoever waits; results go to the other stream."""
    Console(stderr=True).print(line, markup=False, highlight=False, soft_wrap=True)


def first_line(fit: Fit) -> str:
    """What is about to be done."""
    training, chosen = fit.training, fit.training.settings
    beside = f", {training.processes.size} processes" if training.processes.size > 1 else ""
    epochs = "1 epoch" if chosen.epochs == 1 else f"{chosen.epochs} epochs"
    return (
        f"{len(fit.data.train_labels):,} images of {fit.data.name}, {epochs} of"
        f" {training.steps_in_an_epoch} steps: {chosen.optimizer} at {chosen.rate:g}, {chosen.schedule};"
        f" {chosen.dtype} on {training.device.type}{beside}"
    )


def tell(fit: Fit, console: Console) -> None:
    """Print the accuracies, and a last line."""
    for epoch in fit.history.epochs:
        console.print(
            f"epoch {epoch.epoch + 1}: validation {epoch.val_accuracy:.2%}", highlight=False
        )
    console.print(last_line(fit), style="bold", markup=False, highlight=False, soft_wrap=True)


def last_line(fit: Fit) -> str:
    """What came of it, and where the files are."""
    where = f"Files: {fit.folder}/."
    if fit.test is None:
        hint = f" Go on with: nnparity fit --resume {fit.folder / CHECKPOINT} --out {fit.folder}"
        return f"Interrupted after {fit.training.step:,} steps on {fit.data.name}. {where}{hint}"
    plain, tta = fit.test
    evaluation = f"{fit.history.evaluation_seconds:,.0f} of them to evaluate,"
    return (
        f"Test accuracy {plain:.2%}, with test-time augmentation {tta:.2%}, of"
        f" {len(fit.data.test_labels):,} images; {fit.seconds:,.0f} s, {evaluation}"
        f" on {fit.data.name}. {where}"
    )
