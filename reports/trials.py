"""The trainings of the report: each a function of its own, so that two run at once."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace

from parity_tests.suite import on_one_thread
from parity_tests.training import EpochRecord, History, TrainSettings, recipe, train
from parity_tests.training.sanity import OVERFITTING, first_losses, overfit
from parity_tests.training.settings import Precision
from reference.datasets import Dataset
from reports.training_tables import Experiment, Training

NET = "three_layer_conv_net"
SMALL = {"num_filters": 16, "filter_size": 5, "hidden_dim": 100}
REPORTED = replace(recipe(NET), net_options=SMALL, epochs=3, num_train=5000)
"""Three hundred steps: long enough to see float32 part by rounding, short enough for a report."""

FEW = 100
LEAST_ACCURACY = 0.95
NEAR_LOG_10 = 0.01


@dataclass(frozen=True, slots=True)
class Result:
    """What one trial has to show."""

    trainings: tuple[Training, ...] = ()
    experiments: tuple[Experiment, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether rounding explains every difference and every figure was reached."""
        agree = all(training.agrees for training in self.trainings)
        return agree and all(experiment.passed for experiment in self.experiments)


def lock_step(data: Dataset, dtype: Precision, settings: TrainSettings = REPORTED) -> Result:
    """A training of both sides."""
    history = History()
    for record in train(replace(settings, dtype=dtype), data):
        history.add(record)
    return Result((Training(settings.net, dtype, data.name, history),))


def initial_loss(data: Dataset, dtype: Precision) -> Result:
    """A network that knows nothing gives each of c classes 1/c: the loss is log c."""
    ratios = first_losses(replace(recipe(NET), dtype=dtype), data)
    return Result(experiments=(judge_initial_loss(data.name, dtype, ratios),))


def judge_initial_loss(data: str, dtype: str, ratios: dict[str, float]) -> Experiment:
    """Both sides within one per cent of log 10."""
    near = all(abs(ratio - 1) <= NEAR_LOG_10 for ratio in ratios.values())
    sides = ratios["reference"], ratios["torch"]
    return Experiment("initial loss / log 10", dtype, data, *sides, "0.99 to 1.01", near)


def overfitting(data: Dataset, dtype: Precision) -> Result:
    """A hundred images, learnt by heart."""
    history = overfit(with_few_to_validate(data), replace(OVERFITTING, dtype=dtype))
    named = Training("100 images", dtype, data.name, history)
    return Result((named,), (judge_overfitting(data.name, dtype, history.epochs[-1]),))


def with_few_to_validate(data: Dataset) -> Dataset:
    """Who learns by heart need not be examined on a thousand other images fifteen times."""
    few = replace(data.val_images, pixels=data.val_images.pixels[:FEW])
    return replace(data, val_images=few, val_labels=data.val_labels[:FEW])


def judge_overfitting(data: str, dtype: str, last: EpochRecord) -> Experiment:
    """Both sides must know 95 of the hundred."""
    sides = last.train_accuracy_reference or 0.0, last.train_accuracy_torch or 0.0
    title = f"accuracy on 100 images, {OVERFITTING.epochs} epochs"
    passed = min(sides) >= LEAST_ACCURACY
    return Experiment(title, dtype, data, *sides, f"at least {LEAST_ACCURACY}", passed)


TRIALS: dict[str, tuple[Callable[[Dataset, Precision], Result], Precision]] = {
    "lock step float64": (lock_step, "float64"),
    "100 images float64": (overfitting, "float64"),
    "lock step float32": (lock_step, "float32"),
    "100 images float32": (overfitting, "float32"),
    "initial loss float64": (initial_loss, "float64"),
    "initial loss float32": (initial_loss, "float32"),
}
"""Every trial with its dtype, the longest first."""


def run_all(data: Dataset, jobs: int) -> Iterator[tuple[str, Result]]:
    """Each trial as it is finished. Spawned, since PyTorch's threads do not survive a fork."""
    if jobs == 1:
        yield from ((name, run_one(name, data)) for name in TRIALS)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=end_quietly) as pool:
        futures = {pool.submit(run_one, name, data): name for name in TRIALS}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def end_quietly() -> None:
    """Ctrl-C reaches every process of a terminal; only the first has something to say about it."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))


def run_one(name: str, data: Dataset) -> Result:
    """On one thread: sums are added in one order, and figures repeat."""
    trial, dtype = TRIALS[name]
    with on_one_thread():
        return trial(data, dtype)
