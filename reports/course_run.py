"""``nnparity course``: the course's networks, trained with several seeds; each training is done once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from parity_tests.training.course import COURSE, Milestone, Outcome, begin, measure
from parity_tests.training.settings import choose
from reference.datasets import Dataset
from reports import course_tables
from reports.check_tables import numbered
from reports.datasets import load
from reports.experiment_tables import MISSED
from reports.output import check_folder, write_text
from reports.progress import progress
from reports.table import Column, Table
from reports.training_tables import read_rows
from reports.usage import asked_for
from torch_impl.airbench import AirbenchSettings

RUNS = "runs.csv"
LINES = 10
"""How many lines each training leaves in a log."""


@dataclass(frozen=True, slots=True)
class Run:
    """A training that is done, or to be done: its settings as JSON, without the seed."""

    settings: str
    of: str
    seed: int
    data: str


def command(
    names: Sequence[str], data: str | None, seeds: range, num_train: int | None, out: Path
) -> int:
    """All of ``nnparity course``: 0 if every stated accuracy is reached, else 1."""
    with asked_for():
        chosen = {
            choose(name, COURSE, "network of the course"): COURSE[name] for name in names or COURSE
        }
    chosen = {name: on_fewer(milestone, num_train) for name, milestone in chosen.items()}
    check_folder(out, "--out")
    images = load(data)
    interrupted = False
    done = read_runs(out / RUNS)
    try:
        train_all(chosen, seeds, images, done, out)
    except KeyboardInterrupt:
        interrupted = True
    rows = [row_of(name, milestone, seeds, images.name, done) for name, milestone in chosen.items()]
    table = course_tables.course([row for row in rows if row["seeds"]], images.name)
    table.write(out)
    console = Console()
    console.print(table.to_screen())
    console.print(last_line(table, out, interrupted), style="bold", highlight=False, soft_wrap=True)
    if interrupted:
        return 130
    return 0 if all(row["verdict"] != MISSED for row in table.rows) else 1


def on_fewer(milestone: Milestone, num_train: int | None) -> Milestone:
    """The milestone on the first so many training images, where its training can be told so."""
    if num_train is None or isinstance(milestone.settings, AirbenchSettings):
        return milestone
    return replace(milestone, settings=replace(milestone.settings, num_train=num_train))


def train_all(
    chosen: Mapping[str, Milestone],
    seeds: range,
    images: Dataset,
    done: dict[Run, Outcome],
    out: Path,
) -> None:
    """Every training that is not done yet, seed by seed: after the first round all have a figure."""
    todo = {
        run_of(milestone, seed, images.name): (name, milestone)
        for seed in seeds
        for name, milestone in chosen.items()
    }
    todo = {run: named for run, named in todo.items() if run not in done}
    for index, (run, (name, milestone)) in enumerate(todo.items(), start=1):
        training = begin(milestone, run.seed, images)
        steps = training.total_steps
        title = f"[{index} of {len(todo)}] {name}, seed {run.seed}, step"
        with progress(title, steps, max(1, steps // LINES)) as advance:
            done[run] = measure(training, milestone.of, advance)
        write_text(out / RUNS, runs_table(done).to_csv())


def run_of(milestone: Milestone, seed: int, data: str) -> Run:
    """What tells this training from all others; two milestones may share one."""
    settings = {name: v for name, v in asdict(milestone.settings).items() if name != "seed"}
    return Run(json.dumps(settings, sort_keys=True), milestone.of, seed, data)


def runs_table(done: Mapping[Run, Outcome]) -> Table:
    """One row per training."""
    names = [field.name for kind in (Run, Outcome) for field in fields(kind)]
    rows = [asdict(run) | asdict(outcome) for run, outcome in done.items()]
    return Table("runs", "Every training", tuple(Column(name, name) for name in names), rows)


def read_runs(file: Path) -> dict[Run, Outcome]:
    """The trainings that a table of earlier holds."""
    return {
        Run(**{field.name: row[field.name] for field in fields(Run)}): Outcome(
            **{field.name: row[field.name] for field in fields(Outcome)}
        )
        for row in read_rows(file)
    }


def row_of(
    name: str, milestone: Milestone, seeds: range, data: str, done: Mapping[Run, Outcome]
) -> dict[str, Any]:
    """What all seeds of a milestone came to."""
    runs = [run_of(milestone, seed, data) for seed in seeds]
    return course_tables.row(name, milestone, data, [done[run] for run in runs if run in done])


def last_line(table: Table, out: Path, interrupted: bool) -> str:
    """What came of it, and where the files are."""
    verdicts = [row["verdict"] for row in table.rows]
    missed = [row["name"] for row in table.rows if row["verdict"] == MISSED]
    if not any(verdicts):
        said = f"{numbered(len(verdicts), 'network')} trained; what the course states is of CIFAR-10 only"
    elif missed:
        said = f"{', '.join(missed)} MISSED what the course states"
    else:
        said = f"What the course states is reached by {numbered(len(verdicts), 'network')}"
    hint = " Interrupted: the same command goes on." if interrupted else ""
    return f"{said}. Files: {out}/.{hint}"


def tell_list() -> None:
    """Print the names, and what is stated of each."""
    Console().print(course_tables.listing(COURSE).to_screen())
