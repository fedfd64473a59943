"""One way to call anything in NumPy that is checked: an operation, a network or an optimizer.

A subject's forward takes the arguments by name and gives its outputs by name; its backward gives the
gradients by name (``dx``, ``dweight`` …). An optimizer's outputs are its whole trajectory.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from parity_tests.harness.cases import Case
from parity_tests.harness.compare import named, unfit
from parity_tests.harness.pair import Pair
from parity_tests.harness.signature import Signature
from parity_tests.harness.verdict import in_words

Named = dict[str, Any]


class NoAnswer(Exception):
    """What a subject does instead of keeping the contract, as the words after "the subject"."""


@dataclass(slots=True)
class Outcome:
    """What one run gave: outputs and gradients by name, or the error that ended it.

    ``unfit`` says of each quantity that is no array of real numbers what it is instead; there is an error then.
    """

    outputs: Named = field(default_factory=dict)
    gradients: Named = field(default_factory=dict)
    error: str = ""
    unfit: dict[str, str] = field(default_factory=dict)


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
    with no_way_out():
        instance = implementation(**options)
    if pair.kind == "optimizer":
        return OptimizerSubject(instance)
    if pair.kind == "network":
        return NetworkSubject(instance)
    return OperationSubject(instance, pair.signature)


@contextmanager
def no_way_out() -> Iterator[None]:
    """Makes an ordinary error of a subject's attempt to end Python; Ctrl-C and alarms, which are not its own, pass.

    Raises:
        NoAnswer: the subject raised ``SystemExit`` or ``GeneratorExit``.
    """
    try:
        yield
    except (SystemExit, GeneratorExit) as raised:
        raise NoAnswer(f"raises {in_words(raised)}") from raised


def _unpacked(given: Any, method: str, *names: str) -> tuple[Any, ...]:
    if isinstance(given, tuple) and len(given) == len(names):
        return given
    length = f" of {len(given)}" if isinstance(given, tuple) else ""
    wanted = names[0] if len(names) == 1 else f"the tuple ({', '.join(names)})"
    raise NoAnswer(f"gives {named(given)}{length} in {method} instead of {wanted}")


@dataclass(frozen=True, slots=True)
class OperationSubject:
    """A layer, activation or loss: arguments by position, gradients in forward's order."""

    operation: Any
    signature: Signature

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        with no_way_out():
            given = self.operation.forward(*arguments.values())
        y, *states, saved = _unpacked(given, "forward", "y", *self.signature.states, "saved")
        named = dict(zip(self.signature.states, states, strict=True))
        return {"y": y} | {name: state for name, state in named.items() if state is not None}, saved

    def backward(self, saved: Any, dy: Any, derivation: str = "backward") -> Named:
        with no_way_out():
            given = getattr(self.operation, derivation)(saved, dy)
        names = [f"d{name}" for name in self.signature.gradients]
        alone = len(names) == 1 and not isinstance(given, tuple)
        gradients = (given,) if alone else _unpacked(given, derivation, *names)
        return dict(zip(names, gradients, strict=True))


@dataclass(frozen=True, slots=True)
class NetworkSubject:
    """A network: all its arrays in one dict beside x."""

    network: Any

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        arrays = dict(arguments)
        with no_way_out():
            given = self.network.forward(arrays.pop("x"), arrays)
        y, state, saved = _unpacked(given, "forward", "y", "new_state", "saved")
        if not isinstance(state, Mapping):
            raise NoAnswer(f"gives {named(state)} as new_state instead of a dict")
        return {"y": y, **state}, saved

    def backward(self, saved: Any, dy: Any, derivation: str = "backward") -> Named:
        with no_way_out():
            given = self.network.backward(saved, dy)
        dx, gradients = _unpacked(given, "backward", "dx", "gradients")
        if not isinstance(gradients, Mapping):
            raise NoAnswer(f"gives {named(gradients)} as gradients instead of a dict")
        return {"dx": dx} | {f"d{name}": gradient for name, gradient in gradients.items()}


@dataclass(frozen=True, slots=True)
class OptimizerSubject:
    """An optimizer: the parameter and every state after each step, stacked along a first axis."""

    optimizer: Any

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        # Bounds and exact numbers have array types of their own.
        plain = type(arguments["param"]) is np.ndarray and arguments["param"].dtype.kind == "f"
        shape = np.shape(arguments["param"])
        path: dict[str, list[Any]] = {}
        for now in self._path(arguments["param"], arguments["grads"]):
            if plain and np.shape(now["param"]) != shape:
                raise NoAnswer(f"makes of a param of shape {shape} one of {np.shape(now['param'])}")
            for name, x in now.items():
                if plain and unfit(x):
                    return {name: x}, None  # it could be an array only after it has been stacked
                path.setdefault(name, []).append(x)
        return {name: _stack(steps) for name, steps in path.items()}, None

    def _path(self, param: Any, grads: Any) -> Iterator[Named]:
        """The parameter and the state after each step, what is None left out."""
        with no_way_out():
            state = self.optimizer.init(param)
        for step in range(len(grads)):
            with no_way_out():
                given = self.optimizer.update(param, grads[step], state)
            param, state = _unpacked(given, "update", "param", "state")
            if not hasattr(state, "_asdict"):
                raise NoAnswer(f"gives {named(state)} as state instead of a NamedTuple")
            now = {"param": param, **state._asdict()}
            yield {name: x for name, x in now.items() if x is not None}

    def backward(self, saved: Any, dy: Any, derivation: str = "backward") -> Named:
        return {}


def _stack(steps: list[Any]) -> Any:
    return np.array(steps) if isinstance(steps[0], int | float) else np.stack(steps)
