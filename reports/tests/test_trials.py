"""What the report trains, in small."""

from dataclasses import replace
from functools import partial

import pytest

from parity_tests.experiments import EXPERIMENTS, Experiment, Outcome, conv_net
from reference.datasets import make_synthetic
from reports import trials

QUICK = replace(conv_net.SHORT, net_options={"num_filters": 2, "filter_size": 3}, epochs=1)


@pytest.fixture(scope="module")
def data():
    return make_synthetic(num_train=60, num_val=20, num_test=10)


def test_a_training_in_lock_step_is_named_by_net_dtype_and_data(data):
    result = trials.lock_step(data, "float32", QUICK)
    (training,) = result.trainings
    assert (training.title, training.dtype) == (conv_net.NET, "float32")
    assert training.data.startswith("synthetic")
    assert training.agrees
    assert len(training.history.epochs) == 1
    assert result.passed


def test_in_float64_it_is_an_experiment_too(data):
    result = trials.lock_step(data, "float64", QUICK)
    (outcome,) = result.outcomes
    assert outcome.name == "conv-net"
    assert outcome.agrees
    assert not result.passed  # one step teaches nothing


def test_every_experiment_is_in_the_report():
    assert {*trials.LONGEST_FIRST, "conv-net"} == set(EXPERIMENTS)


@pytest.mark.parametrize("full", [False, True])
def test_an_experiment_is_short_or_full(full, monkeypatch):
    short, whole = (partial(Outcome, name="x", rows=(), charts=c) for c in ((), ("whole",)))
    made = Experiment("", "", lambda data: short(data=data), lambda data: whole(data=data))
    monkeypatch.setitem(EXPERIMENTS, "x", made)
    (outcome,) = trials.experiment("images", "x", full).outcomes
    assert (outcome.data, bool(outcome.charts)) == ("images", full)


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_trial_is_run(jobs, data):
    todo = {"a": partial(trials.experiment, name="hand-made-filters")}
    done = dict(trials.run_all(todo, data, jobs))
    assert list(done) == ["a"]
    assert done["a"].passed
