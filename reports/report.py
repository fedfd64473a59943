"""What ``nnparity report`` has found, and the sentences that say it."""

from collections.abc import Sequence
from dataclasses import dataclass

from parity_tests.experiments import EXPERIMENTS, Outcome
from parity_tests.experiments.conv_net import NET
from parity_tests.harness.verdict import Findings
from parity_tests.strength import Strength
from parity_tests.training import History
from reports import (
    check_tables,
    experiment_tables,
    known_disagreements,
    sensitivity_run,
    strength_sample,
)
from reports.check_tables import numbered
from reports.sensitivity_run import Found
from reports.table import percent, short
from reports.training_tables import Training
from reports.trials import Result

DTYPES = ("float64", "float32")


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page is made of."""

    findings: Findings
    strength: Strength
    sensitivity: Found
    results: Sequence[Result]
    data: str

    @property
    def passed(self) -> bool:
        """Whether all of it is good."""
        trained = all(result.passed for result in self.results)
        return self.findings.passed and self.strength.passed and trained

    @property
    def trainings(self) -> list[Training]:
        """Of all results."""
        return [training for result in self.results for training in result.trainings]

    @property
    def outcomes(self) -> list[Outcome]:
        """Of all results, in the order of the course."""
        found = {outcome.name: outcome for result in self.results for outcome in result.outcomes}
        return [found[name] for name in EXPERIMENTS if name in found]

    def training(self, dtype: str) -> Training:
        """The long training in a dtype."""
        return next(run for run in self.trainings if run.dtype == dtype and run.title == NET)


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
    agree = all(training.agrees for training in report.trainings)
    if not (agree and all(outcome.agrees for outcome in report.outcomes)):
        return f"{sentence}, but the training does not."
    if not report.strength.passed:
        return f"{sentence}, but the checks miss a planted mistake."
    return f"{sentence}, but an experiment missed its mark."


def sentences(report: Report) -> list[str]:
    """What else belongs at the top."""
    told = [strength_sample.sentence(report.strength), sensitivity_run.summary(report.sensitivity)]
    told += [training_sentence(report.training(dtype)) for dtype in DTYPES]
    told += [experiment_tables.sentence(report.outcomes)]
    return [*([agreement(report.findings)] if report.findings.passed else []), *told]


def agreement(findings: Findings) -> str:
    """How far the two sides agree, and what is excused."""
    share = percent(check_tables.most_used(findings))
    told = (
        "NumPy operations, written by hand, and PyTorch's own give the same outputs and gradients "
        "up to rounding: of the error that rounding allows, computed case by case, at most "
        f"{share} was needed."
    )
    if excused := known_disagreements.excused(findings):
        told += f" On {excused:,} of the cases a known fault of PyTorch is excused."
    return told


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
