"""What lies beyond a training's bounds is rounding if every piece of the step is right, and only then."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from parity_tests.test_training import DATA
from parity_tests.training import History, LockStep, StepRecord, TrainSettings
from parity_tests.training.handover import TorchSide
from parity_tests.training.pieces import Finding, judged, what_is_wrong
from parity_tests.training.yardstick import Control, Yardstick
from reference.activations.relu import ReLU
from reference.networks.chain import Chain
from reference.optimizers.adam import Adam
from reference.optimizers.sgd import SGD
from reference.solver import Solver

NET = TrainSettings(
    net="fully_connected", net_options={"hidden_dims": (7, 6)}, batch_size=5, weight_scale=0.05
)
RULES: dict[str, dict[str, Any]] = {
    "adam": {"lr": 1e-3, "amsgrad": True},
    "adamw": {"lr": 1e-3, "weight_decay": 0.1},
    "sgd": {"lr": 1e-2, "momentum": 0.9, "nesterov": True},
    "rmsprop": {"lr": 1e-3, "centered": True, "momentum": 0.5},
    "adagrad": {"lr": 1e-2, "lr_decay": 0.1},
}


@pytest.fixture
def no_allowance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the control does, no difference at all is allowed."""
    monkeypatch.setattr(Yardstick, "rounding", lambda self: -1.0)
    monkeypatch.setattr(Yardstick, "grow", lambda *_: 0.0)


def trained(chosen: TrainSettings) -> tuple[History, list[Finding]]:
    history, found = History(), list[Finding]()
    for record in judged(LockStep(chosen, DATA), found.append):
        history.add(record)
    return history, found


def by_rule(rule: str, **changed: Any) -> TrainSettings:
    return replace(NET, optimizer=rule, optimizer_options=RULES[rule], **changed)


@pytest.mark.parametrize(("reg", "dtype"), [(0.0, "float32"), (0.1, "float64")])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.usefixtures("no_allowance")
def test_steps_that_are_right_piece_by_piece_differ_by_rounding(
    rule: str, reg: float, dtype: str
) -> None:
    history, found = trained(by_rule(rule, reg=reg, epochs=2, lr_decay=0.5, dtype=dtype))
    assert not found
    assert history.diverged_at is None
    assert history.taken_to_pieces_at == list(range(8))
    assert history.steps[0].by_rounding == "loss"


def longer(rule: Any) -> Callable[..., Any]:
    right = rule.update

    def update(self: Any, param: Any, grad: Any, state: Any) -> Any:
        moved, state = right(self, param, grad, state)
        return param + (moved - param) * (1 + 1e-9), state

    return update


def scaled(self: ReLU, saved: Any, dy: Any, right: Any = ReLU.backward) -> Any:
    return right(self, saved, dy) * (1 + 1e-9)


def l2_of_the_first(
    self: Solver, *batch: Any, right: Any = Solver.loss
) -> tuple[Any, dict[str, Any], Any]:
    """L2 acts on the gradient of the last weight only."""
    loss, gradients, state = right(self, *batch)
    name = "linear1.weight"
    return loss, {**gradients, name: gradients[name] - self.reg * self.arrays[name]}, state


def l2_without_half(self: Solver, *batch: Any, right: Any = Solver.loss) -> tuple[Any, Any, Any]:
    loss, gradients, state = right(self, *batch)
    squares = sum(float((self.arrays[name] ** 2).sum()) for name in self.network.decayed)
    return loss + 0.5 * self.reg * squares, gradients, state


def without_one(self: Chain, *given: Any, right: Any = Chain.gradients) -> dict[str, Any]:
    """The network forgets what one bias was given."""
    gradients = right(self, *given)
    return {**gradients, "linear2.bias": 0 * gradients["linear2.bias"]}


@pytest.mark.parametrize(
    ("rule", "where", "what", "fault", "told"),
    [
        ("adam", Adam, "update", longer(Adam), "(optimizers.adam), update: param is off by"),
        ("sgd", SGD, "update", longer(SGD), "(optimizers.sgd), update: param is off by"),
        ("adam", ReLU, "backward", scaled, "in relu2 (activations.relu), backward"),
        ("sgd", Solver, "loss", l2_of_the_first, "to the gradient of linear1.weight"),
        ("sgd", Solver, "loss", l2_without_half, "L2 is not reg / 2 times"),
        ("sgd", Chain, "gradients", without_one, "the gradient of linear2.bias differs"),
    ],
)
@pytest.mark.usefixtures("no_allowance")
def test_a_wrong_piece_is_no_rounding(
    rule: str, where: type, what: str, fault: Any, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, what, fault)
    history, found = trained(by_rule(rule, reg=0.1))
    assert (history.diverged_at, len(found)) == (0, 1)
    assert told in found[0].sentence()


def test_an_optimizer_is_found_in_a_later_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Adam.update

    def update(self: Adam, param: Any, grad: Any, state: Any) -> Any:
        param, state = right(self, param, grad, state)
        return (param * (1 + 1e-9) if state.step > 6 else param), state

    monkeypatch.setattr(Adam, "update", update)
    _, (found,) = trained(by_rule("adam", epochs=3))
    assert found.place is not None
    assert (found.place.direction, found.place.step) == ("update", 6)
    assert found.place.repeats
    assert set(found.place.arrays) >= {"param", "grad", "exp_avg", "exp_avg_sq", "step"}


def test_numbers_that_overflow_in_pytorch_are_no_fault_of_an_operation() -> None:
    training = LockStep(NET, DATA)
    record = next(training.run())
    assert isinstance(record, StepRecord)
    assert what_is_wrong(training, record) is None
    told = "PyTorch's own numbers overflow at step 0: try a smaller lr"
    found = what_is_wrong(training, replace(record, loss_torch=math.inf))
    assert found is not None and found.sentence() == told
    twin = training.runs["torch"]
    assert isinstance(twin, TorchSide)
    with torch.no_grad():
        next(twin.trainer.network.parameters()).fill_(math.nan)
    found = what_is_wrong(training, record)
    assert found is not None and found.sentence() == told


def test_what_rounding_came_to_is_allowed_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A control that disturbs nothing measures nothing: what is found to be rounding takes its place."""
    monkeypatch.setattr(Control, "disturb", lambda self, layer, inputs, y: y)
    monkeypatch.setattr(Yardstick, "unit", 2.0**-60)
    options = {"hidden_dims": (7, 6), "normalization": "batch"}
    history, found = trained(by_rule("adam", net_options=options, epochs=8))
    assert not found and history.diverged_at is None
    assert 0 < len(history.taken_to_pieces_at) <= len(history.steps) // 3
