"""``nnparity report``: all pairs checked, twins trained, and everything on one page."""

import os
from pathlib import Path
from typing import Any

from rich.console import Console

from reports import check_run, pictures, sensitivity_run, strength_run, strength_sample, trials
from reports.output import write_text
from reports.page import to_html
from reports.progress import progress
from reports.report import DTYPES, Report, headline
from reports.report_page import page, tables
from reports.trials import TRIALS, Result

ON_SCREEN = ("training", "epochs", "experiments", "environment")


def make(data: Any, examples: int, seed: int, jobs: int | None) -> Report:
    """Do the work of the report."""
    findings = check_run.run((), examples, seed, DTYPES, jobs)
    strength = strength_sample.measure(seed, jobs)
    sensitivity = sensitivity_run.run((), sensitivity_run.EXAMPLES, seed)
    done: dict[str, Result] = {}
    with progress("trained", len(TRIALS)) as advance:
        for name, result in trials.run_all(TRIALS, data, jobs or os.cpu_count() or 1):
            done[name] = result
            advance(name)
    return Report(findings, strength, sensitivity, [done[name] for name in TRIALS], data.name)


def write(report: Report, folder: Path) -> None:
    """Leave the tables as CSV and Markdown, the pictures, the verdicts as JSON, and the page last of all."""
    made = tables(report)
    for table in made.values():
        table.write(folder)
    pictures.write((each for outcome in report.outcomes for each in outcome.pictures), folder)
    write_text(folder / "verdicts.json", check_run.to_json(report.findings))
    write_text(folder / "index.html", to_html(page(report, made)))


def tell(report: Report, folder: Path, console: Console) -> None:
    """Print the tables that fit on a screen, then the page's first line and its place."""
    check_run.tell(report.findings, console)
    made = tables(report)
    for name in ON_SCREEN:
        console.print(f"\n[bold]{made[name].title}[/bold]")
        console.print(made[name].to_screen())
    if not report.strength.passed:
        strength_run.tell(report.strength, console)
    for line in (
        strength_sample.sentence(report.strength),
        sensitivity_run.summary(report.sensitivity),
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    style = "bold green" if report.passed else "bold red"
    console.print(
        f"{headline(report)} {folder / 'index.html'}", style=style, highlight=False, soft_wrap=True
    )
