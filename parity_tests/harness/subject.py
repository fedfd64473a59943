"""One way to call anything in NumPy that is checked: an operation, a network or an optimizer.

A subject's forward takes the arguments by name and gives its outputs by name; its backward gives the
gradients by name (``dx``, ``dweight`` …). An optimizer's outputs are its whole trajectory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from parity_tests.harness.cases import Case
from parity_tests.harness.pair import Pair
from parity_tests.harness.signature import Signature

Named = dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """What one run gave: outputs and gradients by name, or the error that ended it."""

    outputs: Named = field(default_factory=dict)
    gradients: Named = field(default_factory=dict)
    error: str = ""


class Subject(Protocol):
    """What the harness calls."""

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]: ...

    def backward(self, saved: Any, dy: Any, derivation: str = "backward") -> Named: ...


def make_subject(pair: Pair, case: Case, implementation: Any) -> Subject:
    """An instance of ``implementation`` (a class with the reference's contract) for the case's options."""
    options = case.options
    if hasattr(implementation, "__dataclass_fields__"):
        known = implementation.__dataclass_fields__
        options = {name: value for name, value in options.items() if name in known}
    instance = implementation(**options)
    if pair.kind == "optimizer":
        return OptimizerSubject(instance)
    if pair.kind == "network":
        return NetworkSubject(instance)
    return OperationSubject(instance, pair.signature)


@dataclass(frozen=True, slots=True)
class OperationSubject:
    """A layer, activation or loss: arguments by position, gradients in forward's order."""

    operation: Any
    signature: Signature

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        y, *states, saved = self.operation.forward(*arguments.values())
        named = dict(zip(self.signature.states, states, strict=True))
        return {"y": y} | {name: state for name, state in named.items() if state is not None}, saved

    def backward(self, saved: Any, dy: Any, derivation: str = "backward") -> Named:
        given = getattr(self.operation, derivation)(saved, dy)
        gradients = given if isinstance(given, tuple) else (given,)
        named = zip(self.signature.gradients, gradients, strict=True)
        return {f"d{name}": gradient for name, gradient in named}


@dataclass(frozen=True, slots=True)
class NetworkSubject:
    """A network: all its arrays in one dict beside x."""

    network: Any

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        arrays = dict(arguments)
        y, state, saved = self.network.forward(arrays.pop("x"), arrays)
        return {"y": y, **state}, saved

    def backward(self, saved: Any, dy: Any, derivation: str = "backward") -> Named:
        dx, gradients = self.network.backward(saved, dy)
        return {"dx": dx} | {f"d{name}": gradient for name, gradient in gradients.items()}


@dataclass(frozen=True, slots=True)
class OptimizerSubject:
    """An optimizer: the parameter and every state after each step, stacked along a first axis."""

    optimizer: Any

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        param, grads = arguments["param"], arguments["grads"]
        state = self.optimizer.init(param)
        path: dict[str, list[Any]] = {}
        for step in range(len(grads)):
            param, state = self.optimizer.update(param, grads[step], state)
            for name, now in {"param": param, **state._asdict()}.items():
                if now is not None:
                    path.setdefault(name, []).append(now)
        return {name: _stack(steps) for name, steps in path.items()}, None

    def backward(self, saved: Any, dy: Any, derivation: str = "backward") -> Named:
        return {}


def _stack(steps: list[Any]) -> Any:
    return np.array(steps) if isinstance(steps[0], int | float) else np.stack(steps)
