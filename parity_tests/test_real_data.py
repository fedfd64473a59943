"""On real images: CIFAR-10 is read from CIFAR10_DIR, twins that train on it stay together, and experiments hold."""

from dataclasses import replace

import numpy as np
import pytest

from parity_tests.experiments import EXPERIMENTS
from parity_tests.training.history import History
from parity_tests.training.lock_step import train
from parity_tests.training.settings import recipe
from reference.datasets import resolve


@pytest.mark.real_data
def test_twins_train_alike_on_cifar10() -> None:
    data = resolve()
    assert not data.name.startswith("synthetic")
    assert len(data.train_images) == 49_000
    assert np.array_equal(np.unique(data.test_labels), np.arange(10))
    history = History()
    for record in train(replace(recipe("two_layer_net"), num_train=1000), data):
        history.add(record)
    assert len(history.steps) == 10
    assert history.diverged_at is None


@pytest.mark.nightly
@pytest.mark.real_data
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_experiments_hold_on_cifar10(name: str) -> None:
    outcome = EXPERIMENTS[name].short(resolve())
    assert outcome.passed, [row for row in outcome.rows if not row.passed]
