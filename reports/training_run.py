"""``nnparity train``: both sides in lock step, the history on disk whatever happens."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from parity_tests.harness.verdict import versions
from parity_tests.training import History, LockStep, StepRecord, TrainSettings
from parity_tests.training.checkpoint import resume, save, save_networks
from parity_tests.training.pieces import Finding, judged
from reports import difference, training_tables
from reports.datasets import load
from reports.interrupts import first_interrupt
from reports.keeping import Keeping
from reports.output import check_folder, write_text
from reports.progress import progress
from reports.settings_file import FILE, to_toml
from reports.table import short
from reports.training_settings import settings_from
from reports.training_tables import Training
from reports.usage import UsageError, asked_for

SCHEMA = 1
CHECKPOINT = "checkpoint.safetensors"
LINES = 20
"""How many lines a training leaves in a log."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended."""

    training: Training
    interrupted: bool

    @property
    def exit_code(self) -> int:
        """0 within rounding, 1 beyond, 130 interrupted."""
        if self.interrupted:
            return 130
        return 0 if self.training.agrees else 1


def command(
    net: str | None,
    data: str | None,
    epochs: int | None,
    out: Path,
    checkpoint: Path | None,
    config: Path | None,
    given: Mapping[str, Any],
) -> Outcome:
    """All of ``nnparity train``: what is asked for is judged before any work."""
    settings = settings_from(config, net, epochs=epochs, **given)
    if checkpoint is not None:
        refuse_settings({"net": net, "config": config, **given})
    check_folder(out, "--out")
    images = load(data)
    if checkpoint is not None:
        training, history = begin_again(checkpoint, images, epochs)
    else:
        training, history = begin(settings, images)
    outcome = run(training, history, out)
    tell(outcome, out, Console())
    return outcome


def refuse_settings(given: Mapping[str, Any]) -> None:
    """A checkpoint has its settings; others beside it would be silently lost."""
    extra = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if extra:
        raise UsageError(
            f"--resume keeps the settings of the checkpoint: leave out {', '.join(extra)}"
        )


def begin(settings: TrainSettings, data: Any) -> tuple[LockStep, History]:
    """A training from its first step."""
    return LockStep(settings, data), History()


def begin_again(file: Path, data: Any, epochs: int | None) -> tuple[LockStep, History]:
    """A training from its checkpoint, with the history that lies beside it."""
    with asked_for():
        training = resume(file, data, epochs)
    if training.epoch >= training.settings.epochs:
        raise UsageError(
            f"{file} has all its {training.epoch} epochs behind it: write --epochs "
            f"{training.epoch + 1} or more to train on"
        )
    return training, training_tables.read_history(file.parent, training.step)


def run(training: LockStep, history: History, folder: Path) -> Outcome:
    """Train to the end or to the first Ctrl-C; either way leave all files in the folder."""
    settings = training.settings
    named = Training(settings.net, settings.dtype, training.data.name, history)
    interrupted = True
    try:
        with first_interrupt() as is_interrupted:
            _train(training, history, folder, is_interrupted)
            interrupted = is_interrupted()
    finally:
        write(training, named, folder, interrupted)
    return Outcome(named, interrupted)


def _train(
    training: LockStep, history: History, folder: Path, is_interrupted: Callable[[], bool]
) -> None:
    todo = training.total_steps - training.step
    stride = max(1, todo // LINES)

    def leave() -> None:
        write_history(history, folder)  # first: a checkpoint takes up what lies beside it
        save(training, folder / CHECKPOINT)

    def tell(finding: Finding) -> None:
        history.difference = difference.keep(finding, folder)

    keeping = Keeping(leave)
    keeping.if_due()
    with progress(f"{training.settings.net} step", todo, stride) as advance:
        for record in judged(training, tell):
            history.add(record)
            if isinstance(record, StepRecord):
                advance(words(record))
            keeping.if_due()
            if is_interrupted():
                break


def words(record: StepRecord) -> str:
    """A step in a few words.

    >>> words(StepRecord(0, 0, 2.5, 2.25, loss_difference=0.25))
    'loss 2.50000 (NumPy) 2.25000 (PyTorch), apart 2.5e-01'
    >>> words(StepRecord(0, 0, loss_torch=2.25))
    'loss 2.25000 (PyTorch)'
    """
    losses = ((record.loss_reference, "NumPy"), (record.loss_torch, "PyTorch"))
    text = "loss " + " ".join(f"{loss:.5f} ({side})" for loss, side in losses if loss is not None)
    apart = record.loss_difference
    return text if apart is None else f"{text}, apart {apart:.1e}"


def write(training: LockStep, named: Training, folder: Path, interrupted: bool) -> None:
    """Leave the history, the summary, the parameters, a checkpoint to go on from, and the curves."""
    write_history(named.history, folder)
    write_text(folder / FILE, to_toml(asdict(training.settings)))
    text = json.dumps(summary(training, named, interrupted), indent=1, allow_nan=False)
    write_text(folder / "summary.json", text + "\n")
    if training.whole:
        save(training, folder / CHECKPOINT)
        save_networks(training, folder)
    from reports import training_plot  # matplotlib takes a second, which nobody has at the start

    write_text(folder / "curves.svg", training_plot.of_lock_step(named.history))


def write_history(history: History, folder: Path) -> None:
    """Leave the records so far as tables."""
    write_text(folder / "history.csv", training_tables.steps(history).to_csv())
    write_text(folder / "parameters.csv", training_tables.parameter_rows(history).to_csv())
    write_text(folder / "epochs.csv", training_tables.epoch_rows(history).to_csv())


def summary(training: LockStep, named: Training, interrupted: bool) -> dict[str, Any]:
    """The machine interface of a training, schema 1."""
    history = named.history
    times = {side: _seconds(history, f"seconds_{side}") for side in ("reference", "torch")}
    document = {
        "schema": SCHEMA,
        "data": named.data,
        "settings": asdict(training.settings),
        "versions": versions(),
        "interrupted": interrupted,
        "agree": named.agrees,
        **history.summary(),
        "difference": history.difference,
        "allowed_used": training_tables.used(history),
        "accuracies": [asdict(epoch) for epoch in history.epochs],
        "seconds": times,
    }
    finite = _finite(document)
    assert isinstance(finite, dict)
    return finite


def _seconds(history: History, name: str) -> float | None:
    taken = [getattr(step, name) for step in history.steps if getattr(step, name) is not None]
    return round(sum(taken), 3) if taken else None


def _finite(value: Any) -> Any:
    """JSON has no nan and no inf: they become null."""
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def tell(outcome: Outcome, folder: Path, console: Console) -> None:
    """Print the tables and the last line."""
    named = outcome.training
    console.print(training_tables.epochs([named]).to_screen())
    console.print(training_tables.trainings([named]).to_screen())
    console.print(
        last_line(outcome, folder), style="bold", markup=False, highlight=False, soft_wrap=True
    )


def last_line(outcome: Outcome, folder: Path) -> str:
    """What came of it, and where the files are."""
    named, history = outcome.training, outcome.training.history
    worst = history.worst
    done = f"{len(history.steps):,} steps in {named.dtype} on {named.data}"
    if outcome.interrupted:
        state = "Interrupted"
    elif not named.agrees:
        state = f"DIVERGED at step {history.diverged_at} ({history.summary()['diverged_in']})"
    else:
        state = "Trained" if worst is None else "In lock step"
    apart = f"; losses differ by at most {short(worst.loss_difference)}" if worst else ""
    if found := history.difference:
        apart += f"; {found['sentence']}"
        apart += f". Replay: {found['replay']}" if found.get("replay") else ""
    elif steps := history.taken_to_pieces_at:
        apart += f"; {by_rounding(steps)}"
    hint = (
        f" Go on with: nnparity train --resume {folder / CHECKPOINT}" if outcome.interrupted else ""
    )
    return f"{state}: {done}{apart}. Files: {folder}/.{hint}"


def by_rounding(steps: Sequence[int]) -> str:
    """What is said of steps whose pieces are right.

    >>> by_rounding([7])
    'at step 7 they part by more than the control does, and taken to pieces everything in it is right: by rounding'
    """
    several = "steps " + ", ".join(map(str, steps)) if len(steps) > 1 else f"step {steps[0]}"
    return (
        f"at {several} they part by more than the control does, "
        "and taken to pieces everything in it is right: by rounding"
    )
