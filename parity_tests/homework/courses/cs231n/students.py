"""How the functions of a submission are called: their arguments, their dictionaries, what they return."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from parity_tests.harness.cases import Case
from parity_tests.harness.subject import Named
from parity_tests.homework.task import Caller, Task, Trouble

Options = Mapping[str, Any]
RUNNING = ("running_mean", "running_var")
Dictionary = Callable[[Options, Mapping[str, Any]], dict[str, Any]]


DEFAULTS = {"eps": 1e-5, "momentum": 0.9}
"""The handout reads them from the dictionary with ``get``; so they are left out where they have these values."""


def beside_defaults(options: Options, arguments: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the dictionary of a normalization holds beside the mode.

    >>> beside_defaults({"eps": 1e-5, "momentum": 0.5, "training": True})
    {'momentum': 0.5}
    """
    return {
        name: options[name]
        for name in DEFAULTS
        if options.get(name, DEFAULTS[name]) != DEFAULTS[name]
    }


def norm_param(options: Options, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The dictionary of batch norm; without the running averages where the case begins with none."""
    given = {"mode": "train" if options["training"] else "test", **beside_defaults(options)}
    if options["tracked"]:
        given |= {name: arguments[name] for name in RUNNING}
    return given


@dataclass(frozen=True, slots=True)
class Layer:
    """A pair of functions ``(x, …, param) -> (out, cache)`` and ``(dout, cache) -> gradients``.

    Args:
        forward: its name.
        arrays: what forward is called with, in order.
        param: the dictionary that comes last, if there is one.
        before: what stands between the arrays and the dictionary (the number of groups).
        states: what forward writes back into the dictionary.
        keeps: the canonical cache, from the positional arguments, where the course's starter fixes it.
        state_shape: in which shape this submission keeps its states, for ``reshape``.
    """

    forward: str
    arrays: tuple[str, ...]
    param: Dictionary | None = None
    before: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    keeps: Callable[..., Any] | None = None
    state_shape: tuple[int, ...] = (-1,)

    def __call__(self, call: Caller, case: Case) -> "StudentLayer":
        return StudentLayer(self, call, case)


@dataclass(frozen=True, slots=True)
class StudentLayer:
    """A submission's layer on one case."""

    layer: Layer
    call: Caller
    case: Case

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        positional = self._positional(arguments)
        echo = (len(positional) - 1,) if self.layer.states else ()
        values, echoed = self.call(self.layer.forward, *positional, returns="vh", echo=echo)
        named = {"y": values[0]}
        if self.layer.states:
            written = echoed[0] if isinstance(echoed[0], dict) else {}
            named |= {state: written.get(state) for state in self.layer.states}
        return named, values[1]

    def backward(self, function: str, saved: Any, dy: Any) -> Named:
        names = [name for name in self.layer.arrays if name not in self.layer.states]
        if len(names) == 1:
            values, _ = self.call(function, dy, saved, returns="v")
        else:
            values, _ = self.call(function, dy, saved, returns="v" * len(names))
        return {f"d{name}": value for name, value in zip(names, values, strict=True)}

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        return None if self.layer.keeps is None else self.layer.keeps(*self._positional(arguments))

    def calls(self, function: str) -> list[str]:
        """What is called, as a student writes it."""
        names = [name for name in self.layer.arrays if name not in self.layer.states]
        written = [*names, *(str(self.case.options[name]) for name in self.layer.before)]
        if self.layer.param is not None:
            named = {name: _Name(name) for name in self.layer.states}
            written.append(str(self.layer.param(self.case.options, named)))
        forward = f"out, cache = {self.layer.forward}({', '.join(written)})"
        if function == self.layer.forward:
            return [forward]
        gradients = ", ".join(f"d{name}" for name in names)
        return [forward, f"{gradients} = {function}(dout, cache)"]

    def _positional(self, arguments: Mapping[str, Any]) -> list[Any]:
        options = self.case.options
        kept = {s: arguments[s].reshape(self.layer.state_shape) for s in self.layer.states}
        arguments = {**arguments, **kept}
        positional = [
            arguments[name] for name in self.layer.arrays if name not in self.layer.states
        ]
        positional += [options[name] for name in self.layer.before]
        if self.layer.param is not None:
            positional.append(self.layer.param(options, arguments))
        return positional


def with_own_states(task: Task, call: Caller) -> Task:
    """The task for a submission that keeps its running averages as (1, C), (C, 1, 1) …: so it gets them."""
    layer = task.student
    assert isinstance(layer, Layer)
    channels = 3
    x = np.ones((4, channels, 2, 2)[: 4 if "Spatial" in task.pair.name else 2])
    param = {"mode": "train", "eps": 1e-5, "momentum": 0.9}
    try:
        (_, cache), (written,) = call(
            layer.forward, x, np.ones(channels), np.zeros(channels), param, returns="vh", echo=(3,)
        )
    except Trouble:
        return task
    call.forget(cache)
    kept = [written.get(name) for name in layer.states] if isinstance(written, dict) else []
    own = [() if x is None else np.shape(x) for x in kept]
    if len(set(own)) != 1 or sorted(own[0]) != [1] * (len(own[0]) - 1) + [channels]:
        return task
    shape = tuple(-1 if size == channels else 1 for size in own[0])
    return replace(task, student=replace(layer, state_shape=shape))


OVERFLOWS = "overflows for scores of 1000: subtract the largest score of a row first"


def with_large_scores(task: Task, call: Caller) -> Task:
    """The task, with a remark on a loss that is no number for scores that are large: the course has none such."""
    x = np.array([[1000.0, 0.0], [-1000.0, -1001.0]])
    try:
        (loss, _), _ = call(task.functions[0], x, np.array([0, 1]), returns="vv")
        finite = bool(np.isfinite(np.asarray(loss, dtype=float)).all())
    except (Trouble, TypeError, ValueError):
        return task
    return task if finite else replace(task, remarks=(*task.remarks, OVERFLOWS))


class _Name(str):
    """A variable, where a text shows what a dictionary holds."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class StudentLoss:
    """A function ``(x, y) -> (loss, dx)``."""

    function: str
    call: Caller

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        values, _ = self.call(self.function, *arguments.values(), returns="vv")
        return {"y": values[0]}, values[1]

    def backward(self, function: str, saved: Any, dy: Any) -> Named:
        return {"dx": saved}

    def calls(self, function: str) -> list[str]:
        """What is called, as a student writes it."""
        return [f"loss, dx = {function}(x, y)"]

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        return None


@dataclass(frozen=True, slots=True)
class StudentRule:
    """An update rule ``(w, dw, config) -> (w, config)`` along a trajectory."""

    function: str
    call: Caller
    case: Case
    states: tuple[str, ...]

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        w = arguments["param"]
        config: Any = self._config
        path: dict[str, list[Any]] = {}
        for grad in arguments["grads"]:
            (w, config), _ = self.call(self.function, w, grad, config, returns="vv")
            if not isinstance(config, dict):
                raise Trouble("form", f"gives {_kind(config)} where its config belongs")
            if w is None:
                raise Trouble("missing", "returns None: still to be written")
            for name in self.states:
                if config.get(name) is None:
                    raise Trouble("form", f"leaves no {name!r} in its config")
            for name, now in {"param": w, **{name: config[name] for name in self.states}}.items():
                path.setdefault(name, []).append(np.array(now))  # a copy: some work in place
        return {name: _stacked(name, steps) for name, steps in path.items()}, None

    @property
    def _config(self) -> dict[str, Any] | None:
        """What is given; where that is nothing, None or, as a solver hands it over, an empty dictionary."""
        given = {name: value for name, value in self.case.options.items() if value is not None}
        return given or ({} if self.case.sizes["steps"] % 2 == 0 else None)

    def backward(self, function: str, saved: Any, dy: Any) -> Named:
        return {}

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        return None

    def calls(self, function: str) -> list[str]:
        """What is called, as a student writes it."""
        steps = self.case.sizes["steps"]
        often = "once" if steps == 1 else f"{steps} times, with one dw after the other"
        return [f"config = {self._config}", f"w, config = {function}(w, dw, config)  # {often}"]


def _stacked(name: str, steps: list[Any]) -> Any:
    shapes = {step.shape for step in steps}
    if len(shapes) > 1:
        name = "w" if name == "param" else name
        raise Trouble("form", f"gives {name} in the shapes {sorted(shapes)}")
    return np.stack(steps)


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__
