"""What the report trains: each trial a function of its own, so that two run at once."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from parity_tests.experiments import EXPERIMENTS, Outcome, conv_net
from parity_tests.experiments.trained import train
from parity_tests.suite import on_one_thread
from parity_tests.training import TrainSettings
from parity_tests.training.settings import Precision
from reference.datasets import Dataset
from reports.training_tables import Training


@dataclass(frozen=True, slots=True)
class Result:
    """What one trial has to show."""

    trainings: tuple[Training, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether rounding explains every difference and every expectation was reached."""
        agree = all(training.agrees for training in self.trainings)
        return agree and all(outcome.passed for outcome in self.outcomes)


Trial: TypeAlias = Callable[[Dataset], Result]


def lock_step(data: Dataset, dtype: Precision, settings: TrainSettings = conv_net.SHORT) -> Result:
    """A training of both sides; in float64 it is the ConvNet's experiment as well."""
    trained = train(settings.net, replace(settings, dtype=dtype), data)
    named = Training(settings.net, dtype, data.name, trained.history)
    outcomes = (conv_net.judge(trained, data.name),) if dtype == "float64" else ()
    return Result((named,), outcomes)


def experiment(data: Dataset, name: str, full: bool = False) -> Result:
    """One of the course's experiments, short or with its own sizes."""
    chosen = EXPERIMENTS[name]
    return Result((), ((chosen.full if full else chosen.short)(data),))


LONGEST_FIRST = (
    "overfitting",
    "weight-scale",
    "optimizers",
    "layer-norm-batch-size",
    "batch-norm-batch-size",
    "dropout",
    "gradients",
    "initial-loss",
    "hand-made-filters",
)
TRIALS: dict[str, Trial] = {
    "lock step float64": partial(lock_step, dtype="float64"),
    "lock step float32": partial(lock_step, dtype="float32"),
    **{name: partial(experiment, name=name) for name in LONGEST_FIRST},
}
"""Every trial of the report."""


def run_all(trials: Mapping[str, Trial], data: Dataset, jobs: int) -> Iterator[tuple[str, Result]]:
    """Each trial as it is finished. Spawned, since PyTorch's threads do not survive a fork."""
    if jobs == 1:
        yield from ((name, run_one(trial, data)) for name, trial in trials.items())
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=end_quietly) as pool:
        futures = {pool.submit(run_one, trial, data): name for name, trial in trials.items()}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def end_quietly() -> None:
    """Ctrl-C reaches every process of a terminal; only the first has something to say about it."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))


def run_one(trial: Trial, data: Dataset) -> Result:
    """On one thread: sums are added in one order, and figures repeat."""
    with on_one_thread():
        return trial(data)
