"""The course's experiments: each expectation is reached by right sides, and missed where a mistake is planted."""

from dataclasses import replace
from typing import Any

import pytest

from parity_tests.experiments import gradients, hand_made_filters, initial_loss
from parity_tests.experiments import overfitting as few_images
from parity_tests.experiments.outcome import Outcome
from parity_tests.experiments.trained import with_few_to_validate
from parity_tests.training import TrainSettings
from reference.activations.relu import ReLU
from reference.datasets import make_synthetic
from reference.layers.conv2d import Conv2d
from reference.solver import Solver

DATA = make_synthetic(num_train=60, num_val=100, num_test=1)
SMALL_CONV = {"num_filters": 2, "filter_size": 3, "hidden_dim": 6}


def missed(outcome: Outcome) -> list[str]:
    return [row.setting for row in outcome.missed]


def small_initial_loss(weight_scale: float = 1e-3) -> Outcome:
    settings = TrainSettings(net_options=SMALL_CONV, batch_size=4, weight_scale=weight_scale)
    return initial_loss.run(DATA, replace(initial_loss.CONV_NET, settings=settings))


def test_the_initial_loss_is_log_10_and_l2_adds_its_formula() -> None:
    outcome = small_initial_loss()
    assert outcome.passed, outcome.rows
    assert len(outcome.rows) == 8


def test_large_first_weights_do_not_guess() -> None:
    assert "ThreeLayerConvNet, reg 0" in missed(small_initial_loss(weight_scale=0.03))


def test_l2_twice_as_strong_is_missed_and_the_sides_disagree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = Solver.loss

    def doubled(self: Solver, *batch: Any) -> Any:
        stronger = Solver(self.network, self.arrays, reg=2 * self.reg)
        return right(stronger, *batch)

    monkeypatch.setattr(Solver, "loss", doubled)
    outcome = small_initial_loss()
    assert "ThreeLayerConvNet, reg 0.5" in missed(outcome)
    assert "ThreeLayerConvNet, reg 0" not in missed(outcome)
    assert not outcome.agrees


CHECKED = gradients.CHECKED[1:3]


def test_gradients_are_slopes() -> None:
    outcome = gradients.run(DATA, CHECKED)
    assert outcome.passed, [row for row in outcome.rows if not row.passed]
    assert len(outcome.rows) == 16
    assert all(max(row.figures) < 1e-6 for row in outcome.rows)


def test_a_wrong_gradient_is_missed_on_its_side_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ReLU, "backward", lambda self, saved, dy: dy)
    rows = {row.quantity: row for row in gradients.run(DATA, CHECKED[:1]).rows}
    first = rows["linear1.weight, error"]
    assert not first.reached
    assert not first.agrees
    assert first.figures.reference > 1e-3 > 1e-6 > first.figures.torch
    assert rows["linear3.weight, error"].passed


def test_a_small_difference_between_right_gradients_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = ReLU.backward
    monkeypatch.setattr(ReLU, "backward", lambda *given: right(*given) * (1 + 1e-9))
    outcome = gradients.run(DATA, CHECKED[:1])
    assert not missed(outcome)
    assert not outcome.agrees


def test_fifty_images_are_learnt_by_heart() -> None:
    outcome = few_images.run(DATA, (few_images.THREE_LAYERS,))
    assert outcome.passed, outcome.rows
    (chart,) = outcome.charts
    assert chart.lines[0].x == tuple(range(1, 21))


def test_who_does_not_learn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    few = few_images.THREE_LAYERS
    lazy = replace(few, settings=replace(few.settings, epochs=1, optimizer_options={"lr": 0.0}))
    assert len(missed(few_images.run(DATA, (lazy,)))) == 2


def test_images_through_hand_made_filters_are_as_written_down() -> None:
    outcome = hand_made_filters.run(DATA)
    assert outcome.passed, outcome.rows
    first, second = outcome.pictures
    assert (first.subject, second.subject) == ("coarse columns", "falling")
    assert [tile.title for tile in first.tiles][1:3] == ["grey, NumPy", "grey, PyTorch"]
    assert first.tiles[0].pixels.shape == (160, 160, 3)


def test_a_flipped_filter_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Conv2d.forward
    monkeypatch.setattr(
        Conv2d, "forward", lambda self, x, weight, bias: right(self, x, weight[..., ::-1, :], bias)
    )
    outcome = hand_made_filters.run(DATA)
    assert missed(outcome) == ["edges"]
    assert not outcome.agrees


def test_fewer_images_validate() -> None:
    few = with_few_to_validate(DATA, 7)
    assert (len(few.val_images), len(few.val_labels)) == (7, 7)
    assert (few.name, few.train_images) == (DATA.name, DATA.train_images)
