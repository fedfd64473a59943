"""``nnparity bench``: what each side costs, and what each part of checking costs, as ratios."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

import parity_tests
from parity_tests.benchmarks import Cost, Row, time_operation, time_witnesses, total
from parity_tests.harness.verdict import versions
from reports.bench_tables import (
    cost_table,
    operation_summary,
    operation_tables,
    part_rows,
    part_table,
    witness_summary,
)
from reports.check_tables import numbered
from reports.output import Files
from reports.progress import progress
from reports.table import Column, Table
from reports.usage import UsageError

SCHEMA = 1
BUDGET = 1.5
EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured: the record for machines, its rows, the tables and the line for people."""

    title: str
    command: str
    record: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    tables: tuple[Table, ...]
    summary: str

    def write(self, files: Files) -> None:
        """Leave the files that were asked for."""
        files.write(self.to_json, self.to_csv, self.to_markdown)

    def to_json(self) -> str:
        """The machine interface."""
        return json.dumps(self.record, indent=1, allow_nan=False) + "\n"

    def to_csv(self) -> str:
        """The rows, under their own names."""
        columns = tuple(Column(name, name) for name in self.rows[0])
        return Table("bench", self.title, columns, self.rows).to_csv()

    def to_markdown(self) -> str:
        """A section of its own: the conditions, the tables, the summary."""
        lines = [f"## {self.title}", "", f"By `{self.command}`, {conditions()}.", ""]
        for table in self.tables:
            lines += [f"### {table.title}", "", table.to_markdown(), f"{table.note}.", ""]
        return "\n".join([*lines, self.summary]) + "\n"


def command(
    names: tuple[str, ...],
    parts: bool,
    dtypes: tuple[str, ...],
    files: Files,
    given: Mapping[str, Any],
) -> int:
    """All of ``nnparity bench``, with its exit code; ``given`` holds budget, examples and seed or None."""
    refuse_unused(parts, **given)
    if parts:
        figures = witnesses(names, dtypes, given["examples"], given["seed"], files)
    else:
        figures = operations(names, dtypes, given["budget"], files)
    figures.write(files)
    tell(figures, Console())
    return 0


def operations(
    names: tuple[str, ...], dtypes: tuple[str, ...], budget: float | None, files: Files
) -> Figures:
    """Time the sides of the pairs that the names select, ``budget`` seconds for each pair."""
    selected = parity_tests.select(*names)
    files.check()
    seconds = BUDGET if budget is None else budget
    rows: list[Row] = []
    with progress("timed", len(selected)) as advance:
        for pair in selected:
            rows += time_operation(pair, dtypes, seconds)
            advance(pair.name)
    found = [row.to_dict() for row in rows]
    record = {**_head(), "budget": seconds, "rows": found}
    command = " ".join(["nnparity bench", *names, f"--budget {seconds:g}"])
    return Figures(
        "Operations", command, record, found, operation_tables(rows), operation_summary(rows)
    )


def witnesses(
    names: tuple[str, ...],
    dtypes: tuple[str, ...],
    examples: int | None,
    seed: int | None,
    files: Files,
) -> Figures:
    """Time every part of checking the pairs that the names select."""
    selected = parity_tests.select(*names)
    files.check()
    drawn, seed = examples or EXAMPLES, seed or 0
    costs: list[Cost] = []
    with progress("timed", len(selected) * len(dtypes)) as advance:
        for pair in selected:
            for dtype in dtypes:
                costs.append(time_witnesses(pair, dtype, drawn, seed))
                advance(f"{pair.name} {dtype}")
    found = [row for cost in [*costs, total(costs)] for row in part_rows(cost)]
    record = {**_head(), "seed": seed, "examples": drawn, "witnesses": found}
    tables = part_table(total(costs)), cost_table(costs)
    command = " ".join(["nnparity bench", *names, f"--witnesses --examples {drawn}"])
    return Figures("Witnesses", command, record, found, tables, witness_summary(total(costs)))


def refuse_unused(witnesses: bool, **given: object) -> None:
    """Refuse options that the chosen measurement does not read.

    >>> refuse_unused(False, seed=1, budget=2.0)
    Traceback (most recent call last):
    ...
    reports.usage.UsageError: --seed is read only with --witnesses: add that or leave --seed out
    """
    for option, value in given.items():
        if value is not None and witnesses == (option == "budget"):
            word = "without" if witnesses else "with"
            change = "leave one of them out" if witnesses else f"add that or leave --{option} out"
            raise UsageError(f"--{option} is read only {word} --witnesses: {change}")


def tell(figures: Figures, console: Console) -> None:
    """Print the tables and the summary."""
    for table in figures.tables:
        console.print(table.title, style="bold", highlight=False)
        console.print(table.to_screen())
    console.print(figures.summary, style="bold", highlight=False, soft_wrap=True)


def conditions() -> str:
    """On what the figures were measured, in one line."""
    known = versions()
    software = f"Python {known['python']}, NumPy {known['numpy']}, PyTorch {known['torch']}"
    cores = numbered(os.cpu_count() or 1, "core")
    day = datetime.now().date().isoformat()
    return f"{day}, one thread of {cores} ({processor()}, {platform.system()}), {software}"


def processor(described: Path = Path("/proc/cpuinfo")) -> str:
    """The family of the processor, as the system names it."""
    lines = described.read_text().splitlines() if described.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(names), "") or platform.processor() or platform.machine()


def _head() -> dict[str, Any]:
    machine = {"processor": processor(), "cores": os.cpu_count(), "threads": 1}
    return {"schema": SCHEMA, "versions": versions(), "machine": machine}
