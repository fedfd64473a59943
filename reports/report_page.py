"""The page of a report: which tables, plots and sentences stand where."""

from collections.abc import Mapping

from parity_tests.harness.verdict import versions
from reports import (
    check_tables,
    experiment_page,
    experiment_tables,
    known_disagreements,
    plot,
    sensitivity_run,
    strength_run,
    training_tables,
)
from reports.failures import failures
from reports.page import Fact, Page, Plot, Section
from reports.report import DTYPES, Report, headline, sentences
from reports.strength_sample import remarks
from reports.table import Column, Table, count, percent, short

OPERATIONS = (
    "Each case draws sizes, options, memory layout and numbers; the upstream gradient is random too. "
    "Outputs and gradients are held against PyTorch, against the slope of the forward itself, and "
    "against the definition in plain loops where there is one."
)
KNOWN = (
    "What PyTorch is known to do wrong is not hidden by a tolerance. It is listed here, with the cases that it "
    "concerns and nothing else."
)
STRENGTH = (
    "What is a green table worth? Wrong implementations, and NumPy texts with one sign, axis or term changed by "
    "machine, are put before the same checks, which have to see them. This is a sample: every wrong implementation "
    "of the zoo, and one mutant of each text. Everything is planted by: nnparity strength"
)
SENSITIVITY = (
    "How large must an error be, relative to its element, so that no luck can hide it below what is allowed? "
    "Measured on {examples} cases for each operation and dtype; ordinary numbers here, those that are drawn to be "
    "hard below. More cases, and each quantity by itself: nnparity sensitivity --examples 200 --csv sensitivity.csv"
)
TRAINING = (
    "Both sides start from the same weights and see the same batches. What rounding grows to during a "
    "training is measured on a third run, whose layers are disturbed by one unit in the last place."
)


def tables(report: Report) -> dict[str, Table]:
    """Every table of the report, by its name, in the order of the page."""
    findings, sensitivity = report.findings, report.sensitivity
    made = (
        check_tables.operations(findings),
        check_tables.verdict_rows(findings),
        check_tables.slack_rows(findings),
        known_disagreements.known(findings),
        strength_run.operations(report.strength),
        sensitivity_run.ordinary(sensitivity),
        sensitivity_run.special(sensitivity),
        training_tables.trainings(report.trainings),
        training_tables.epochs([report.training(dtype) for dtype in DTYPES]),
        *experiment_tables.tables(report.outcomes),
        environment(report),
    )
    return {table.name: table for table in made}


def environment(report: Report) -> Table:
    """What the figures were made with."""
    columns = Column("name", "what"), Column("value", "which")
    findings = report.findings
    own = {"seed": findings.seed, "random cases per operation and dtype": findings.examples}
    values = versions() | {"data": report.data} | own
    rows = [{"name": name, "value": value} for name, value in values.items()]
    return Table("environment", "Environment", columns, rows)


def facts(report: Report) -> list[Fact]:
    """The numbers at the top."""
    findings, strength = report.findings, report.strength
    pairs = {verdict.pair for verdict in findings.verdicts}
    double = report.training("float64").history
    planted = len(strength.mutants) + len(strength.faults)
    seen = planted - len(strength.survivors) - len(strength.missed)
    return [
        Fact(count(len(pairs)), "operations, each in NumPy and in PyTorch"),
        Fact(count(check_tables.all_cases(findings)), "random cases, in float64 and float32"),
        Fact(percent(check_tables.most_used(findings)), "of the allowed error used, at most"),
        Fact(f"{seen:,} / {planted:,}", "planted mistakes seen, a sample"),
        Fact(
            short(double.worst.loss_difference if double.worst else None),
            "largest difference of two float64 losses",
        ),
    ]


def page(report: Report, made: Mapping[str, Table]) -> Page:
    """The page of a report."""
    known = Section("known", "Known disagreements", KNOWN, (), [made["known"]])
    return Page(
        title="nnparity report",
        passed=report.passed,
        headline=headline(report),
        sentences=sentences(report),
        facts=facts(report),
        failures=failures(report.findings),
        sections=[
            operations_section(report, made),
            *([known] if made["known"].rows else []),
            *trust_sections(report, made),
            *training_sections(report, made),
            Section("environment", "Environment", "", (), [made["environment"]]),
        ],
        footer="Made by nnparity report. Every table lies beside this page as CSV and as Markdown.",
    )


def operations_section(report: Report, made: Mapping[str, Table]) -> Section:
    """What was compared, and how much of the allowed error was used."""
    unneeded = [made["slack"]] if made["slack"].rows else []
    shown, folded = [made["operations"], *unneeded], [made["verdicts"]]
    drawn = [shares(report), spread(report)]
    return Section("operations", "Operations", OPERATIONS, drawn, shown, folded)


def trust_sections(report: Report, made: Mapping[str, Table]) -> list[Section]:
    """How far the comparisons can be trusted: what they have been seen to see."""
    regimes = made["sensitivity_regimes"]
    told = SENSITIVITY.format(examples=report.sensitivity.examples)
    unseen = remarks(report.strength)
    smallest = [made["sensitivity"]]
    return [
        Section("strength", "Strength", STRENGTH, (), [made["strength"]], (), unseen),
        Section(
            "sensitivity", "Sensitivity", told, (), smallest, [regimes] if regimes.rows else []
        ),
    ]


def training_sections(report: Report, made: Mapping[str, Table]) -> list[Section]:
    """The trainings, and what they have to reach."""
    return [
        Section(
            "training",
            "Training in lock step",
            TRAINING,
            curves(report),
            [made["training"], made["epochs"]],
        ),
        experiment_page.section(report.outcomes, made),
    ]


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
