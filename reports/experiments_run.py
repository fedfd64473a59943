"""``nnparity experiments``: the course's experiments by both sides, as tables, charts and pictures."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from parity_tests.experiments import EXPERIMENTS, Outcome
from parity_tests.harness.verdict import versions
from parity_tests.training.settings import choose
from reference.datasets import Dataset
from reports import experiment_page, experiment_tables, pictures, trials
from reports.datasets import load
from reports.output import check_folder, write_text
from reports.page import Page, Section, to_html
from reports.progress import progress
from reports.table import Column, Table
from reports.usage import asked_for


def command(
    names: tuple[str, ...], data: str | None, full: bool, out: Path, jobs: int | None
) -> int:
    """All of ``nnparity experiments``; 0 if every expectation is reached and the sides agree, else 1."""
    with asked_for():
        chosen = [choose(name, EXPERIMENTS, "experiment") for name in names or EXPERIMENTS]
    check_folder(out, "--out")
    images = load(data)
    outcomes = run(list(dict.fromkeys(chosen)), images, full, jobs)
    write(outcomes, images.name, full, out)
    tell(outcomes, out, Console())
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def run(names: Sequence[str], data: Dataset, full: bool, jobs: int | None) -> list[Outcome]:
    """The outcomes in the order of the course."""
    order = [name for name in EXPERIMENTS if name in names]
    todo = {name: partial(trials.experiment, name=name, full=full) for name in order}
    done: dict[str, Outcome] = {}
    processes = min(jobs or os.cpu_count() or 1, len(todo))
    with progress("done", len(todo)) as advance:
        for name, result in trials.run_all(todo, data, processes):
            (done[name],) = result.outcomes
            advance(name)
    return [done[name] for name in order]


def write(outcomes: Sequence[Outcome], data: str, full: bool, folder: Path) -> None:
    """Leave the tables as CSV and Markdown, the pictures, and the page last of all."""
    made = {table.name: table for table in experiment_tables.tables(outcomes)}
    made["environment"] = environment(data, full)
    for table in made.values():
        table.write(folder)
    pictures.write((each for outcome in outcomes for each in outcome.pictures), folder)
    sections = [
        experiment_page.section(outcomes, made),
        Section("environment", "Environment", "", (), [made["environment"]]),
    ]
    page = Page(
        title="nnparity experiments",
        passed=all(outcome.passed for outcome in outcomes),
        headline=experiment_tables.sentence(outcomes),
        sentences=[experiment_tables.agreement(outcomes)],
        facts=[],
        sections=sections,
        footer="Made by nnparity experiments. Every table lies beside this page as CSV and as Markdown.",
    )
    write_text(folder / "index.html", to_html(page))


def environment(data: str, full: bool) -> Table:
    """What the figures were made with."""
    columns = Column("name", "what"), Column("value", "which")
    values = versions() | {"data": data, "sizes": "the course's" if full else "short"}
    rows = [{"name": name, "value": value} for name, value in values.items()]
    return Table("environment", "Environment", columns, rows)


def tell(outcomes: Sequence[Outcome], folder: Path, console: Console) -> None:
    """Print every table, then what came of it and where the files are."""
    for table in (*map(experiment_tables.rows, outcomes), experiment_tables.summary(outcomes)):
        console.print(f"\n[bold]{table.title}[/bold]")
        console.print(table.to_screen())
    passed = all(outcome.passed for outcome in outcomes)
    told = f"{experiment_tables.sentence(outcomes)} {experiment_tables.agreement(outcomes)}"
    style = "bold green" if passed else "bold red"
    console.print(f"{told} {folder / 'index.html'}", style=style, highlight=False, soft_wrap=True)
