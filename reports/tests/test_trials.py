"""The trainings of the report, in small."""

from dataclasses import replace

import pytest

from parity_tests.training import EpochRecord
from reference.datasets import make_synthetic
from reports import trials


@pytest.fixture(scope="module")
def data():
    return make_synthetic(num_train=60, num_val=20, num_test=10)


def test_a_training_in_lock_step_is_named_by_net_dtype_and_data(data):
    quick = replace(trials.REPORTED, net_options={"num_filters": 2, "filter_size": 3}, epochs=1)
    (training,) = trials.lock_step(data, "float32", quick).trainings
    assert (training.title, training.dtype) == (trials.NET, "float32")
    assert training.data.startswith("synthetic")
    assert training.agrees
    assert len(training.history.epochs) == 1


def test_the_initial_loss_is_log_10(data):
    result = trials.initial_loss(data, "float32")
    assert result.passed
    assert result.experiments[0].reference == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("reference", "torch", "passed"), [(0.95, 1.0, True), (0.94, 1.0, False), (1.0, 0.94, False)]
)
def test_both_sides_must_overfit(reference, torch, passed):
    last = EpochRecord(14, 30, reference, 0.2, torch, 0.2)
    assert trials.judge_overfitting("data", "float64", last).passed is passed


@pytest.mark.parametrize(
    ("reference", "torch", "passed"), [(1.009, 0.991, True), (1.02, 1.0, False), (1.0, 0.98, False)]
)
def test_both_initial_losses_must_be_near(reference, torch, passed):
    ratios = {"reference": reference, "torch": torch}
    assert trials.judge_initial_loss("data", "float64", ratios).passed is passed


def test_fewer_images_validate_what_is_learnt_by_heart(monkeypatch, data):
    monkeypatch.setattr(trials, "FEW", 7)
    few = trials.with_few_to_validate(data)
    assert (len(few.val_images), len(few.val_labels)) == (7, 7)
    assert (few.name, few.train_images) == (data.name, data.train_images)


def test_one_job_runs_every_trial_in_this_process(monkeypatch):
    quick = {"a": (lambda data, dtype: trials.Result(), "float64")}
    monkeypatch.setattr(trials, "TRIALS", quick)
    assert dict(trials.run_all(None, jobs=1)) == {"a": trials.Result()}
