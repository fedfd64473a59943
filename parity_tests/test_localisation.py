"""A fault in one operation is found in that operation, in its direction, and at the step at which it began."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import pytest

from parity_tests.test_training import DATA, settings
from parity_tests.training import LockStep, StepRecord
from parity_tests.training.localisation import Place
from parity_tests.training.rewind import place_of_difference, replay_line
from reference.activations.relu import ReLU
from reference.layers import batch_norm
from reference.layers.conv2d import Conv2d
from reference.layers.linear import Linear
from reference.layers.max_pool2d import MaxPool2d
from reference.losses.cross_entropy_loss import CrossEntropyLoss
from reference.optimizers.adam import Adam
from reference.solver import Solver

FAULT = 1 + 1e-7


def spoiled(method: Callable[..., Any], number: int) -> Callable[..., Any]:
    """The method, but for one of the arrays that it gives."""

    @wraps(method)
    def spoiling(*arguments: Any) -> Any:
        given = method(*arguments)
        if not isinstance(given, tuple):
            return given * FAULT
        return (*given[:number], given[number] * FAULT, *given[number + 1 :])

    return spoiling


def found(net: str = "three_layer_conv_net", **changed: Any) -> Place | None:
    training = LockStep(settings(net, **changed), DATA)
    for record in training.run():
        if isinstance(record, StepRecord) and record.beyond:
            return place_of_difference(training)
    raise AssertionError("the training did not diverge")


FAULTS = {
    "convolution": (Conv2d, "backward", 1, "two_conv_net", "conv2", "layers.conv2d"),
    "pooling": (MaxPool2d, "backward", 0, "three_layer_conv_net", "pool1", "layers.max_pool2d"),
    "affine": (Linear, "backward", 1, "two_layer_net", "linear2", "layers.linear"),
    "forward": (Linear, "forward", 0, "two_layer_net", "linear1", "layers.linear"),
    "ReLU": (ReLU, "backward", 0, "two_layer_net", "relu1", "activations.relu"),
    "loss": (CrossEntropyLoss, "backward", 0, "two_layer_net", "loss", "losses.cross_entropy_loss"),
    "batch norm": (
        batch_norm.BatchNorm2d, "backward", 0, "model_2017", "bn1", "layers.batch_norm.BatchNorm2d",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "method", "number", "net", "layer", "pair"), FAULTS.values(), ids=FAULTS
)
def test_it_is_found_where_it_is(
    operation: Any, method: str, number: int, net: str, layer: str, pair: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(operation, method, spoiled(getattr(operation, method), number))
    place = found(net, weight_scale=0.1, optimizer="sgd")
    assert place is not None
    assert (place.layer, place.pair, place.direction, place.step) == (layer, pair, method, 0)
    assert pair in replay_line(place)


def test_the_step_at_which_it_began_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right, batches = Linear.forward, dict[bytes, int]()

    @wraps(right)
    def forward(self: Linear, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = right(self, x, weight, bias)
        if weight.shape[0] != 10:
            return y, saved
        step = batches.setdefault(np.round(x, 9).tobytes(), len(batches))
        return (y * FAULT if step >= 3 else y), saved

    monkeypatch.setattr(Linear, "forward", forward)
    place = found(weight_scale=0.1, optimizer="sgd")
    assert place is not None
    assert (place.layer, place.direction, place.step) == ("linear3", "forward", 3)


@pytest.mark.parametrize("calls", [0, 3])
def test_a_fault_that_counts_calls_is_told_from_the_step_that_it_was_seen_at(
    calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, called = MaxPool2d.backward, 0

    @wraps(right)
    def backward(self: MaxPool2d, saved: Any, dy: Any) -> Any:
        nonlocal called
        called += 1
        return right(self, saved, dy) * (1.001 if called > calls else 1)

    monkeypatch.setattr(MaxPool2d, "backward", backward)
    place = found(weight_scale=0.1, optimizer="sgd")
    assert place is not None
    assert (place.layer, place.direction, place.step) == ("pool1", "backward", calls)
    assert place.repeats is (calls == 0)
    assert ("does not repeat" in place.sentence()) is (calls > 0)


@pytest.mark.parametrize(("net", "begin"), [("two_layer_net", 0), ("three_layer_conv_net", 2)])
def test_an_optimizer_is_found_with_the_step_at_which_it_begins(
    net: str, begin: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Adam.update

    @wraps(right)
    def update(self: Adam, param: Any, grad: Any, state: Any) -> Any:
        param, state = right(self, param, grad, state)
        return (param * FAULT if state.step > begin else param), state

    monkeypatch.setattr(Adam, "update", update)
    place = found(net, weight_scale=0.1)
    assert place is not None
    assert (place.pair, place.direction, place.step) == ("optimizers.adam", "update", begin)
    assert place.layer.endswith((".weight", ".bias"))
    assert "optimizers.adam" in replay_line(place)


def test_an_optimizer_is_found_in_the_last_step_of_an_epoch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = len(LockStep(settings("two_layer_net"), DATA).order())
    right = Adam.update

    @wraps(right)
    def update(self: Adam, param: Any, grad: Any, state: Any) -> Any:
        param, state = right(self, param, grad, state)
        return (param * FAULT if state.step == steps else param), state

    monkeypatch.setattr(Adam, "update", update)
    place = found("two_layer_net", weight_scale=0.1)
    assert place is not None and (place.direction, place.step) == ("update", steps - 1)


def test_what_joins_the_operations_is_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Solver.loss

    def without_l2(self: Solver, *given: Any) -> Any:
        self.reg = 0.0
        return right(self, *given)

    monkeypatch.setattr(Solver, "loss", without_l2)
    assert found("two_layer_net", weight_scale=0.1, reg=0.1) is None
