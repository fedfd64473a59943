"""What a training of a network of the course comes to."""

import math
from dataclasses import replace

import pytest

from parity_tests.training import History, StepRecord, TrainSettings
from parity_tests.training.course import COURSE, Milestone, begin, measure
from parity_tests.training.spread import Spread
from reference import networks
from reference.datasets import make_synthetic
from torch_impl.airbench import AirbenchSettings

SMALL = TrainSettings(
    net="two_layer_net", net_options={"hidden_dim": 5}, batch_size=10, dtype="float32", epochs=2
)


@pytest.fixture(scope="module")
def images():
    return make_synthetic(num_train=65, num_val=20, num_test=1)


@pytest.mark.parametrize("of", ["val", "train"])
def test_both_sides_come_to_accuracies_of_what_is_asked_for(images, of):
    said = []
    milestone = Milestone("small", SMALL, 0.4, of=of)
    training = begin(milestone, 3, images)
    outcome = measure(training, of, said.append)
    assert len(said) == training.total_steps == 12
    count = {"val": 20, "train": 65}[of]
    for accuracy in (outcome.reference, outcome.torch):
        assert accuracy * count == pytest.approx(round(accuracy * count))
    assert outcome == replace(
        measure(begin(milestone, 3, images), of, said.append), seconds=outcome.seconds
    )
    assert outcome != replace(
        measure(begin(milestone, 4, images), of, said.append), seconds=outcome.seconds
    )


def test_the_fast_recipe_has_one_side(images):
    said = []
    settings = AirbenchSettings(epochs=2, batch_size=20, widths=(4, 4, 4), dtype="float32")
    milestone = Milestone("fast", settings, 0.7)
    training = begin(milestone, 0, images)
    outcome = measure(training, "val", said.append)
    assert len(said) == training.total_steps == 6
    assert outcome.reference is None and 0 <= outcome.torch <= 1


def test_every_network_has_a_milestone():
    trained = {getattr(milestone.settings, "net", None) for milestone in COURSE.values()}
    assert set(networks.BY_NAME) <= trained


def history(*distances):
    made = History()
    for step, distance in enumerate(distances):
        made.add(StepRecord(step, 0, array_difference=distance))
    return made


def test_growth_is_the_factor_of_a_step_until_the_distance_is_full_grown():
    growing = [1e-8 * 1.5**step for step in range(30)]
    assert history(0.0, *growing, *[growing[-1]] * 20).growth == pytest.approx(1.5)


@pytest.mark.parametrize(
    "distances", [(), (0.0,) * 20, (1e-8,) * 20, (1e-8, 1.0), (math.nan,) * 20]
)
def test_without_growth_there_is_no_factor(distances):
    assert history(*distances).growth is None


def test_a_single_seed_has_no_interval():
    assert Spread.of([0.5]).interval() is None


def test_an_interval_of_a_higher_level_is_wider():
    narrow, wide = (Spread(0.0, 1.0, 5).interval(level) for level in (0.5, 0.99))
    assert wide[0] < narrow[0] < 0 < narrow[1] < wide[1]
    assert wide[1] == pytest.approx(4.604 / 5**0.5, rel=1e-3)
