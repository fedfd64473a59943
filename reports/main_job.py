"""``nnparity report``: all pairs checked, twins trained, and everything on one page."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from parity_tests.harness.verdict import Findings, versions
from parity_tests.training import History
from reports import check_run, check_tables, plot, training_tables, trials
from reports.check_tables import numbered
from reports.output import write_text
from reports.page import Fact, Page, Plot, Section, to_html
from reports.plain_text import one_line
from reports.progress import progress
from reports.table import Column, Table, count, percent, short
from reports.training_tables import Experiment, Training
from reports.trials import TRIALS, Result

DTYPES = ("float64", "float32")


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page is made of."""

    findings: Findings
    results: Sequence[Result]
    data: str

    @property
    def passed(self) -> bool:
        """Whether all of it is good."""
        return self.findings.passed and all(result.passed for result in self.results)

    @property
    def trainings(self) -> list[Training]:
        """Of all results."""
        return [training for result in self.results for training in result.trainings]

    @property
    def experiments(self) -> list[Experiment]:
        """Of all results."""
        return [each for result in self.results for each in result.experiments]

    def training(self, dtype: str) -> Training:
        """The long training in a dtype."""
        return next(run for run in self.trainings if run.dtype == dtype and run.title == trials.NET)


def make(data: Any, examples: int, seed: int, jobs: int | None) -> Report:
    """Do the work of the report."""
    findings = check_run.run((), examples, seed, DTYPES, jobs)
    done: dict[str, Result] = {}
    with progress("trained", len(TRIALS)) as advance:
        for name, result in trials.run_all(data, jobs or os.cpu_count() or 1):
            done[name] = result
            advance(name)
    return Report(findings, [done[name] for name in TRIALS], data.name)


def environment(report: Report) -> Table:
    """What the figures were made with."""
    columns = Column("name", "what"), Column("value", "which")
    findings = report.findings
    own = {"seed": findings.seed, "random cases per operation and dtype": findings.examples}
    values = versions() | {"data": report.data} | own
    rows = [{"name": name, "value": value} for name, value in values.items()]
    return Table("environment", "Environment", columns, rows)


def tables(report: Report) -> list[Table]:
    """Every table of the report."""
    return [
        check_tables.operations(report.findings),
        check_tables.verdict_rows(report.findings),
        check_tables.slack_rows(report.findings),
        training_tables.trainings(report.trainings),
        training_tables.epochs([report.training(dtype) for dtype in DTYPES]),
        training_tables.experiments(report.experiments),
        environment(report),
    ]


def write(report: Report, folder: Path) -> None:
    """Leave the tables as CSV and Markdown, the verdicts as JSON, and the page last of all."""
    made = tables(report)
    for table in made:
        table.write(folder)
    write_text(folder / "verdicts.json", check_run.to_json(report.findings))
    write_text(folder / "index.html", to_html(page(report, made)))


def tell(report: Report, folder: Path, console: Console) -> None:
    """Print the tables that fit on a screen, then the page's first line and its place."""
    check_run.tell(report.findings, console)
    for table in tables(report)[3:]:
        console.print(f"\n[bold]{table.title}[/bold]")
        console.print(table.to_screen())
    style = "bold green" if report.passed else "bold red"
    console.print(
        f"{headline(report)} {folder / 'index.html'}", style=style, highlight=False, soft_wrap=True
    )


def headline(report: Report) -> str:
    """The one sentence that a hurried reader takes away."""
    findings, wrong = report.findings, len({v.pair for v in report.findings.failures})
    pairs = len({verdict.pair for verdict in findings.verdicts})
    drawn = check_tables.all_cases(findings)
    if wrong:
        return f"{wrong} of {numbered(pairs, 'operation')} {'disagrees' if wrong == 1 else 'disagree'}."
    sentence = f"{numbered(pairs, 'operation')} agree on {numbered(drawn, 'random case')}"
    if report.passed:
        return f"{sentence}."
    if all(training.agrees for training in report.trainings):
        return f"{sentence}, but an experiment missed its mark."
    return f"{sentence}, but the training does not."


def sentences(report: Report) -> list[str]:
    """What else belongs at the top."""
    trained = [training_sentence(report.training(dtype)) for dtype in DTYPES]
    if not report.findings.passed:
        return trained
    share = percent(check_tables.most_used(report.findings))
    first = (
        "NumPy operations, written by hand, and PyTorch's own give the same outputs and gradients "
        "up to rounding: of the error that rounding allows, computed case by case, at most "
        f"{share} was needed."
    )
    return [first, *trained]


def training_sentence(run: Training) -> str:
    """How far two trainings stayed together."""
    history = run.history
    apart = short(history.worst.loss_difference) if history.worst else "nothing"
    steps = numbered(len(history.steps), "training step")
    data = f"In {run.dtype}, over {steps} on {run.data},"
    return f"{data} the two losses differ by at most {apart}; {parting(history)}."


def parting(history: History) -> str:
    """From where on, and whether rounding explains it."""
    if history.diverged_at is not None:
        where = f"{history.summary()['diverged_in']} at step {history.diverged_at}"
        return f"rounding does not explain what became of {where}"
    if history.parted_at is not None:
        return f"from step {history.parted_at} on the trajectories part by rounding alone"
    return "the trajectories never part by more than the rounding of one forward"


def facts(report: Report) -> list[Fact]:
    """The numbers at the top."""
    findings = report.findings
    grouped = check_tables.groups(findings)
    drawn = check_tables.all_cases(findings)
    double = report.training("float64").history
    return [
        Fact(count(len({pair for pair, _ in grouped})), "operations, each in NumPy and in PyTorch"),
        Fact(count(drawn), "random cases, in float64 and float32"),
        Fact(
            percent(check_tables.most_used(findings)),
            "of the allowed error used, at most",
        ),
        Fact(
            short(double.worst.loss_difference if double.worst else None),
            "largest difference of two float64 losses",
        ),
    ]


def page(report: Report, made: Sequence[Table]) -> Page:
    """The page of a report."""
    operations, every, unneeded, training, epochs, experiments, where = made
    failed = [
        (one_line(verdict.sentence()), verdict.replay) for verdict in report.findings.failures
    ]
    return Page(
        title="nnparity report",
        passed=report.passed,
        headline=headline(report),
        sentences=sentences(report),
        facts=facts(report),
        failures=failed,
        sections=[
            Section(
                "operations",
                "Operations",
                OPERATIONS,
                [shares(report), spread(report)],
                [operations, *([unneeded] if unneeded.rows else [])],
                [every],
            ),
            Section(
                "training", "Training in lock step", TRAINING, curves(report), [training, epochs]
            ),
            Section("experiments", "Experiments", EXPERIMENTS, (), [experiments]),
            Section("environment", "Environment", "", (), [where]),
        ],
        footer="Made by nnparity report. Every table lies beside this page as CSV and as Markdown.",
    )


OPERATIONS = (
    "Each case draws sizes, options, memory layout and numbers; the upstream gradient is random too. "
    "Outputs and gradients are held against PyTorch, against the slope of the forward itself, and "
    "against the definition in plain loops where there is one."
)
TRAINING = (
    "Both sides start from the same weights and see the same batches. What rounding grows to during a "
    "training is measured on a third run, whose layers are disturbed by one unit in the last place."
)
EXPERIMENTS = (
    "A network that knows nothing must guess, and one that is large enough must learn a hundred "
    "images by heart."
)


def shares(report: Report) -> Plot:
    """The dot plot."""
    caption = (
        "The largest share of the allowed error that each operation needed, on a logarithmic axis. "
        "Right of the dashed line would be a disagreement."
    )
    return Plot(plot.used_shares(report.findings), caption)


def spread(report: Report) -> Plot:
    """The bars."""
    caption = (
        "How often which share of the allowed error was needed, over all comparisons of all cases. "
        "Bounds that were far too wide would stand at the left, beside the exact agreements."
    )
    return Plot(plot.used_spread(report.findings), caption)


def curves(report: Report) -> list[Plot]:
    """Losses of both sides, and their difference in each dtype."""
    double, single = (report.training(dtype).history for dtype in DTYPES)
    reference = plot.Curve("NumPy", [step.loss_reference or 0.0 for step in double.steps])
    twin = plot.Curve("PyTorch", [step.loss_torch or 0.0 for step in double.steps])
    apart = [
        plot.Curve(dtype, [step.loss_difference or 0.0 for step in history.steps])
        for dtype, history in (("float64", double), ("float32", single))
    ]
    allowed = [
        plot.Curve("allowed", [step.loss_allowed or 0.0 for step in history.steps])
        for history in (double, single)
    ]
    coincide = f"Loss of both sides per step in float64, on {report.data}: the curves coincide."
    dashed = (
        f"Difference between the two losses per step, on {report.data}. Dashed: what rounding is "
        "allowed to make of it. Where the losses are equal there is a gap."
    )
    return [
        Plot(plot.losses(reference, twin), coincide),
        Plot(plot.differences(apart, allowed), dashed),
    ]
