"""Lock step: right twins stay within rounding, faults are seen, and a run can be cut anywhere."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import torch_impl.networks
from parity_tests.training import (
    History,
    TrainSettings,
    recipe,
    train,
)
from parity_tests.training.handover import to_numpy, to_torch, to_torch_batch
from parity_tests.training.settings import RECIPES
from reference import networks
from reference.activations.relu import ReLU
from reference.datasets import make_synthetic
from reference.layers import batch_norm
from reference.optimizers.adam import Adam
from reference.solver import Batch, Solver, draw_order
from torch_impl.trainer import Trainer

CONV = {"num_filters": 2, "filter_size": 3, "hidden_dim": 6}
SMALL: dict[str, dict[str, Any]] = {
    "two_layer_net": {"hidden_dim": 6},
    "fully_connected": {"hidden_dims": (7, 6), "normalization": "batch", "dropout": 0.25},
    "three_layer_conv_net": CONV,
    "model_2017": CONV,
    "two_conv_net": {"channel_1": 2, "channel_2": 3},
}
DATA = make_synthetic(num_train=20, num_val=9, num_test=1)


def settings(net: str = "three_layer_conv_net", **changed: Any) -> TrainSettings:
    options = {"net_options": SMALL[net], "batch_size": 4, "reg": 0.01, "weight_scale": 0.01}
    return TrainSettings(net=net, **{**options, **changed})


def record(chosen: TrainSettings) -> Any:
    history = History()
    for event in train(chosen, DATA):
        history.add(event)
    return history


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("net", SMALL)
def test_five_steps_stay_within_rounding(net: str, dtype: str) -> None:
    history = record(settings(net, dtype=dtype))
    assert len(history.steps) == 5
    assert history.diverged_at is None
    assert history.parted_at is None
    assert history.worst.loss_difference < 1e3 * np.finfo(dtype).eps
    if dtype == "float64":
        epoch = history.epochs[0]
        assert epoch.train_accuracy_reference == epoch.train_accuracy_torch
        assert epoch.val_accuracy_reference == epoch.val_accuracy_torch


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "rmsprop", "adam", "adamw"])
def test_every_optimizer_stays_within_rounding(optimizer: str, seed: int) -> None:
    chosen = settings("fully_connected", optimizer=optimizer, seed=seed, epochs=3, lr_decay=0.5)
    assert record(chosen).diverged_at is None


def test_losses_fall() -> None:
    steps = record(settings("two_layer_net", net_options={"hidden_dim": 20}, epochs=20)).steps
    assert steps[-1].loss_reference < 0.7 * steps[0].loss_reference


def leaking_relu(self: ReLU, saved: Any, dy: np.ndarray) -> np.ndarray:
    return dy


def too_long_steps(self: Adam, param: Any, grad: Any, state: Any) -> tuple[Any, Any]:
    moved, state = ADAM_UPDATE(self, param, grad, state)
    return param + (moved - param) * (1 + 1e-9), state


def biased_tracking(layer: Any, running: Any, mean: Any, var: Any, m: int) -> Any:
    return TRACK(layer, running, mean, var * (m - 1) / m, m)


ADAM_UPDATE, TRACK = Adam.update, batch_norm.track
FAULTS = {
    "ReLU that lets every gradient through": (ReLU, "backward", leaking_relu),
    "Adam whose steps are too long by 1e-9": (Adam, "update", too_long_steps),
    "batch norm that tracks the biased variance": (batch_norm, "track", biased_tracking),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_beyond_rounding(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    history = record(settings("fully_connected"))
    assert history.diverged_at in (0, 1)
    assert history.summary()["diverged_in"] is not None


def test_a_loss_that_is_no_number_is_beyond_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ReLU, "forward", lambda self, x: (x * np.nan, None))
    monkeypatch.setattr(ReLU, "backward", lambda self, saved, dy: dy)
    history = record(settings())
    assert history.steps[0].beyond == "loss"
    assert history.steps[0].parted


@pytest.mark.parametrize("side", ["reference", "torch"])
def test_one_side_alone_takes_the_same_path(side: str) -> None:
    alone, both = record(settings(side=side)), record(settings())
    name = f"loss_{side}"
    assert [getattr(s, name) for s in alone.steps] == [getattr(s, name) for s in both.steps]
    assert alone.steps[0].loss_difference is None
    assert alone.worst is None
    other = "torch" if side == "reference" else "reference"
    assert getattr(alone.epochs[0], f"val_accuracy_{other}") is None


def test_without_control_nothing_is_judged() -> None:
    history = record(settings(control=False))
    assert history.steps[0].loss_allowed is None
    assert history.diverged_at is None
    assert history.steps[0].loss_rounding > 0


def add_until_interrupted(history: History, events: Iterator[Any], after: int) -> None:
    for number, event in enumerate(events, start=1):
        history.add(event)
        if number == after:
            raise KeyboardInterrupt


def test_an_interruption_leaves_the_history() -> None:
    history = History()
    with pytest.raises(KeyboardInterrupt):
        add_until_interrupted(history, train(settings(), DATA), after=3)
    assert history.steps == record(settings()).steps[:3]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"net": "three_layer_convnet"}, "did you mean three_layer_conv_net"),
        ({"optimizer": "adams"}, "did you mean adam"),
        ({"side": "numpy"}, "choose from both, reference, torch"),
        ({"dtype": "float16"}, "float32, float64"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
    ],
)
def test_settings_say_what_to_write_instead(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainSettings(**wrong)


def test_every_network_has_a_recipe() -> None:
    assert set(RECIPES) == set(networks.BY_NAME) == set(torch_impl.networks.BY_NAME)
    assert all(recipe(net).net == net for net in RECIPES)
    with pytest.raises(ValueError, match="no network"):
        recipe("resnet")


def test_an_epoch_takes_every_image_once() -> None:
    batches = draw_order(np.random.default_rng(0), 23, batch_size=5)
    assert [len(batch) for batch in batches] == [5, 5, 5, 5]
    assert len(np.unique(np.concatenate(batches))) == 20
    assert len(draw_order(np.random.default_rng(0), 3, batch_size=5)[0]) == 3


def test_handed_over_arrays_are_copies() -> None:
    arrays = {"a": np.ones(2), "count": np.array(3)}
    tensors = to_torch(arrays)
    tensors["a"] += 1
    assert (arrays["a"] == 1).all()
    back = to_numpy(tensors)
    tensors["a"] += 1
    assert (back["a"] == 2).all()
    assert back["count"].shape == ()


def test_solver_and_trainer_train_alone_and_keep_the_best() -> None:
    network = networks.TwoLayerNet(**SMALL["two_layer_net"])
    batch = Batch(DATA.train_images.array(), DATA.train_labels)
    arrays, seen = network.init(np.random.default_rng(0), 0.01), []
    solver = Solver(network, arrays, "adam", {"lr": 0.001}, lr_decay=0.5, reg=0.1)
    best = solver.train([[batch] * 3] * 2, [batch], [batch], lambda *step: seen.append(step))
    twin = torch_impl.networks.TwoLayerNet(**SMALL["two_layer_net"]).double()
    twin.load_state_dict(to_torch(arrays))
    trainer, handed = Trainer(twin, "adam", {"lr": 0.001}, 0.5, 0.1), to_torch_batch(batch)
    theirs = trainer.train([[handed] * 3] * 2, [handed], [handed])
    assert [step for step, _ in seen] == list(range(6))
    assert [loss for _, loss in seen] == solver.losses
    np.testing.assert_allclose(solver.losses, trainer.losses, rtol=1e-13)
    assert solver.accuracies == trainer.accuracies
    assert solver.best[0] == max(val for _, val in solver.accuracies)
    for name, array in to_numpy(theirs).items():
        np.testing.assert_allclose(best[name], array, rtol=1e-10)
    for make in (lambda: Solver(network, arrays, "adams"), lambda: Trainer(twin, "adams")):
        with pytest.raises(ValueError, match="choose from sgd"):
            make()


def test_torch_keeps_its_seed() -> None:
    """The control draws from a generator of its own."""
    before = torch.get_rng_state()
    record(settings("fully_connected"))
    assert torch.equal(before, torch.get_rng_state())
