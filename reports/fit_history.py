"""What a training with PyTorch alone leaves behind: tables, a summary, its settings, and TensorBoard's files."""

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from reports.output import write_text
from reports.table import Column, Table
from reports.training_tables import read_rows
from torch_impl.airbench import AirbenchSettings, EpochRecord, StepRecord

Log = Callable[[str, float, int], None]


@dataclass(slots=True)
class FitHistory:
    """All records so far."""

    steps: list[StepRecord] = field(default_factory=list)
    epochs: list[EpochRecord] = field(default_factory=list)

    def add(self, record: StepRecord | EpochRecord) -> None:
        if isinstance(record, StepRecord):
            self.steps.append(record)
        else:
            self.epochs.append(record)

    def write(self, folder: Path) -> None:
        """Leave ``history.csv`` and ``epochs.csv``."""
        write_text(folder / "history.csv", _table(StepRecord, self.steps))
        write_text(folder / "epochs.csv", _table(EpochRecord, self.epochs))


def read_history(folder: Path, steps: int, epochs: int) -> FitHistory:
    """The records of the first so many steps and epochs that lie in a folder."""
    taken = [StepRecord(**row, images_per_second=0.0) for row in read_rows(folder / "history.csv")]
    ended = [EpochRecord(**row, seconds=0.0) for row in read_rows(folder / "epochs.csv")]
    return FitHistory(
        [record for record in taken if record.step < steps],
        [record for record in ended if record.epoch < epochs],
    )


def _table(kind: type, records: Sequence[StepRecord | EpochRecord]) -> str:
    """Without times, so that a training that was interrupted leaves the same file as one that was not."""
    columns = tuple(Column(f.name, f.name) for f in fields(kind) if f.compare)
    return Table(kind.__name__, "", columns, [asdict(record) for record in records]).to_csv()


def to_toml(settings: AirbenchSettings) -> str:
    """The settings as a file that ``--config`` reads.

    >>> to_toml(AirbenchSettings(epochs=3)).splitlines()[:2]
    ['epochs = 3', 'batch_size = 2000']
    """
    return "".join(f"{name} = {_toml(value)}\n" for name, value in asdict(settings).items())


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return (
        f'"{value}"'
        if isinstance(value, str)
        else str(list(value) if isinstance(value, tuple) else value)
    )


def tensorboard(folder: Path) -> Log | None:
    """Logs a named number at a step, where TensorBoard is installed."""
    if importlib.util.find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(folder / "tensorboard"))

    def log(name: str, value: float, step: int) -> None:
        writer.add_scalar(name, value, step)

    return log
