"""``nnparity fit``: CIFAR-10 with PyTorch alone, as fast as it goes; the history is on disk whatever happens."""

import json
import tomllib
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch
from rich.console import Console

from parity_tests.harness.verdict import versions
from parity_tests.training import fit_checkpoint
from parity_tests.training.checkpoint import write as write_arrays
from parity_tests.training.handover import labelled, to_numpy
from reference import datasets
from reference.datasets.images import Dataset, DatasetError
from reports.fit_history import FitHistory, read_history, tensorboard, to_toml
from reports.keeping import Keeping
from reports.output import check_folder, write_text
from reports.progress import progress
from reports.training_run import first_interrupt, refuse_settings
from reports.usage import UsageError, asked_for
from torch_impl.airbench import (
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
    test: tuple[float, float] | None = None

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


def settings_from(config: Path | None, given: Mapping[str, Any]) -> AirbenchSettings:
    """The recipe, with what a file says in its place, and over both what was given (is not None).

    >>> settings_from(None, {"epochs": 3, "seed": None}).epochs
    3
    """
    changes = {} if config is None else _configured(config)
    changes |= {name: value for name, value in given.items() if value is not None}
    with asked_for():
        return replace(AirbenchSettings(), **changes)


def _configured(config: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--config {str(config)!r}: {reason}") from None
    known = [field.name for field in fields(AirbenchSettings)]
    if unknown := [name for name in found if name not in known]:
        raise UsageError(
            f"--config {str(config)!r} has {unknown[0]!r}: write some of {', '.join(known)}"
        )
    return {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()}


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
            f"{checkpoint} has all its {training.epochs_done} epochs behind it: nothing is left to train"
        )
    history = read_history(checkpoint.parent, training.step, training.epochs_done)
    return Fit(training, images, out, history)


def run(fit: Fit) -> int:
    """Train to the end or to the first Ctrl-C; either way leave all files in the folder."""
    fit.interrupted = True
    began = perf_counter()
    try:
        with first_interrupt() as is_interrupted:
            _train(fit, is_interrupted)
            fit.interrupted = is_interrupted()
    except LossNotFiniteError as error:
        if fit.leads:  # the steps up to here; the state on disk is one of before
            fit.history.write(fit.folder)
        raise UsageError(f"{error}; a state from before is in {fit.folder / CHECKPOINT}") from None
    fit.seconds = perf_counter() - began
    if not fit.interrupted:
        test = labelled(fit.data.test_images, fit.data.test_labels)
        level = fit.training.settings.tta_level
        fit.test = fit.training.accuracy(test), fit.training.accuracy(test, level)
    if fit.leads:
        write(fit)
        tell(fit, Console())
    return 130 if fit.interrupted else 0


def _train(fit: Fit, is_interrupted: Callable[[], bool]) -> None:
    training, history = fit.training, fit.history
    todo = training.total_steps - training.step
    keeping = Keeping(lambda: _leave(fit))
    keeping.if_due()
    log = tensorboard(fit.folder) if fit.leads else None
    bar = progress("step", todo, max(1, todo // LINES)) if fit.leads else nullcontext(print_nothing)
    with bar as advance:
        for record in training:
            history.add(record)
            if isinstance(record, StepRecord):
                advance(f"loss {record.loss:.4f}  {record.images_per_second:,.0f} images/s")
                if log is not None:
                    log("loss", record.loss, record.step)
            elif log is not None:
                log("val_accuracy", record.val_accuracy, training.step)
            keeping.if_due()
            if is_interrupted():
                break


def print_nothing(text: str, steps: int = 1) -> None:
    """Of the other processes nobody hears."""


def _leave(fit: Fit) -> None:
    """The history and a checkpoint, by the first process; the history first, for a checkpoint takes it up."""
    if fit.leads:
        fit.history.write(fit.folder)
        fit_checkpoint.save(fit.training, fit.data.name, fit.folder / CHECKPOINT)


def write(fit: Fit) -> None:
    """Leave the history, the summary, the settings, the network, and a checkpoint to go on from."""
    _leave(fit)
    write_text(fit.folder / "settings.toml", to_toml(fit.training.settings))
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
        "images_per_second": _speed(fit.history),
        "val_accuracy": [epoch.val_accuracy for epoch in fit.history.epochs],
        "val_accuracy_tta": fit.history.epochs[-1].val_accuracy_tta if fit.history.epochs else None,
        "test_accuracy": fit.test and fit.test[0],
        "test_accuracy_tta": fit.test and fit.test[1],
    }


def _speed(history: FitHistory) -> float | None:
    """The median over the steps of this run."""
    seen = [r.images_per_second for r in history.steps if r.images_per_second > 0]
    return round(median(seen), 1) if seen else None


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
        hint = f" Go on with: nnparity fit --resume {fit.folder / CHECKPOINT}"
        return f"Interrupted after {fit.training.step:,} steps on {fit.data.name}. {where}{hint}"
    plain, tta = fit.test
    return (
        f"Test accuracy {plain:.2%}, with test-time augmentation {tta:.2%}, of"
        f" {len(fit.data.test_labels):,} images; {fit.seconds:,.0f} s on {fit.data.name}. {where}"
    )
