"""What a training with PyTorch alone leaves behind: tables of its records, and TensorBoard's files."""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TypeAlias

from reports.output import write_text
from reports.table import Column, Table
from reports.training_tables import read_rows
from torch_impl.airbench import EpochRecord, StepRecord

Log: TypeAlias = Callable[[str, float, int], None]
Record: TypeAlias = StepRecord | EpochRecord


@dataclass(slots=True)
class FitHistory:
    """All records so far."""

    steps: list[StepRecord] = field(default_factory=list)
    epochs: list[EpochRecord] = field(default_factory=list)

    def add(self, record: Record) -> None:
        if isinstance(record, StepRecord):
            self.steps.append(record)
        else:
            self.epochs.append(record)

    @property
    def evaluation_seconds(self) -> float:
        """What the accuracies after the epochs of this run took."""
        return sum(epoch.seconds for epoch in self.epochs)

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


def _table(kind: type, records: Sequence[Record]) -> str:
    """Without times, so that a training that was interrupted leaves the same file as one that was not."""
    columns = tuple(Column(f.name, f.name) for f in fields(kind) if f.compare)
    return Table(kind.__name__, "", columns, [asdict(record) for record in records]).to_csv()


@contextmanager
def tensorboard(folder: Path) -> Iterator[Log]:
    """Logs a named number at a step where TensorBoard is installed, and nothing elsewhere."""
    if importlib.util.find_spec("tensorboard") is None:
        yield lambda name, value, step: None
        return
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder / "tensorboard")) as writer:
        yield writer.add_scalar
