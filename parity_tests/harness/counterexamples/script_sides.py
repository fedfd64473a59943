"""The lines of a script that run one side of a case: PyTorch's twin, or an operation in NumPy."""

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from parity_tests.harness.counterexamples.literals import array, assign, call, mapping
from parity_tests.harness.counterexamples.sides import inputs_of
from parity_tests.harness.layout import layout_of
from parity_tests.harness.run import build
from parity_tests.harness.trial import Trial

Lines = list[str]


def case_lines(trial: Trial) -> Lines:
    """The arrays of the case, each a variable; those of a network in the dict ``arrays``."""
    written = {
        name: array(x, layout_of(trial.case.layout, name)) for name, x in inputs_of(trial).items()
    }
    if trial.pair.kind == "network":
        own = {name: text for name, text in written.items() if name not in ("x", "dy")}
        named = {name: text for name, text in written.items() if name not in own}
        return [line for n, text in named.items() for line in assign(n, text)] + mapping(
            "arrays", own
        )
    return [line for name, text in written.items() for line in assign(name, text)]


def variable(trial: Trial, name: str) -> str:
    """How the script calls an array of the case."""
    within = trial.pair.kind == "network" and name not in ("x", "dy")
    return f'arrays["{name}"]' if within else name


def is_gradient(trial: Trial, quantity: str) -> bool:
    """Whether a quantity comes from backward."""
    known = {**trial.twin.gradients, **trial.outcome.gradients}
    return quantity in known and quantity not in trial.twin.outputs


class NumPySide:
    """An operation, network or optimizer in NumPy.

    Args:
        trial: says which arrays there are.
        implementation: the class, whose ``name`` in the script may be another.
        variable: what its instance is called there.
    """

    def __init__(self, trial: Trial, implementation: Any, name: str, variable: str) -> None:
        self.trial, self.variable = trial, variable
        # A subject that writes into its arguments does so in backward, perhaps.
        self.writes = bool(trial.written) and implementation is trial.implementation
        options = dict(trial.case.options)
        if hasattr(implementation, "__dataclass_fields__"):
            known = implementation.__dataclass_fields__
            options = {key: value for key, value in options.items() if key in known}
        self.made = assign(variable, call(name, **options))

    def forward(self) -> Lines:
        """Leaves y (or the whole trajectory), new states and saved."""
        trial, own = self.trial, self.variable
        if trial.pair.kind == "optimizer":
            return [f"path = trajectory({own}, param, grads)"]
        if trial.pair.kind == "network":
            return [f"y, new_state, saved = {own}.forward(x, arrays)"]
        states = "".join(f"new_{state}, " for state in trial.pair.signature.states)
        given = [name if x is not None else "None" for name, x in trial.arguments.items()]
        return assign(f"y, {states}saved", call(f"{own}.forward", *given))

    def forward_others(self) -> Lines:
        """A forward on the arrays of ``others``."""
        if self.trial.pair.kind == "optimizer":
            return [f"trajectory({self.variable}, **others)"]
        network = self.trial.pair.kind == "network"
        given = 'others.pop("x"), others' if network else "*others.values()"
        return [f"{self.variable}.forward({given})"]

    def backward(self, derivation: str = "backward") -> Lines:
        """Leaves the gradients."""
        if self.trial.pair.kind == "network":
            return [f"dx, gradients = {self.variable}.{derivation}(saved, dy)"]
        names = ", ".join(f"d{name}" for name in self.trial.pair.signature.gradients)
        return [f"{names} = {self.variable}.{derivation}(saved, dy)"]

    def output(self, quantity: str) -> str:
        """The expression of a quantity after forward and backward."""
        if self.trial.pair.kind == "optimizer":
            return "path"
        if quantity == "y":
            return "y"
        if self.trial.pair.kind == "network":
            within = "gradients" if is_gradient(self.trial, quantity) else "new_state"
            key = quantity[1:] if within == "gradients" else quantity
            return quantity if quantity == "dx" else f'{within}.get("{key}")'
        return quantity if is_gradient(self.trial, quantity) else f"new_{quantity}"

    def run(self, quantity: str, target: str, derivation: str = "backward") -> Lines:
        """Leaves the quantity in ``target``."""
        steps = [*self.made, *self.forward()]
        if is_gradient(self.trial, quantity) or (self.writes and self.trial.dy is not None):
            steps += [*self._stop(quantity, target), *self.backward(derivation)]
        return [*steps, f"{target} = {self.output(quantity)}"]

    def _stop(self, quantity: str, target: str) -> Lines:
        """Where y has another shape than dy, there is no backward to call."""
        dy, y = self.trial.dy, self.trial.outcome.outputs.get("y", ())
        if dy is None or np.shape(y) == dy.shape or not is_gradient(self.trial, quantity):
            return []
        words = "y has another shape than dy: {np.shape(y)}, not {dy.shape}"
        return ["if np.shape(y) != dy.shape:", f'    sys.exit(f"{words}")']


def trajectory_lines(quantity: str) -> Lines:
    """A function that collects a quantity of an optimizer in NumPy after each step."""
    now = "param" if quantity == "param" else f"state.{quantity}"
    append = f"path.append({now})"
    body = [append] if quantity == "param" else [f"if {now} is not None:", f"    {append}"]
    return [
        "def trajectory(optimizer, param, grads):",
        f'    """{quantity} after each step."""',
        "    state, path = optimizer.init(param), []",
        "    for grad in grads:",
        "        param, state = optimizer.update(param, grad, state)",
        *(f"        {line}" for line in body),
        "    return np.stack(path)",
    ]


class TorchSide:
    """PyTorch's twin; ``name`` is what its class is called in the script."""

    def __init__(self, trial: Trial, name: str) -> None:
        self.trial, self.name = trial, name

    def run(self, quantity: str, target: str) -> Lines:
        """Leaves the quantity, as a NumPy array, in ``target``."""
        if self.trial.pair.kind == "optimizer":
            return self._trajectory(quantity, target)
        lines = [*self.module(), *self._inputs(quantity)]
        if not is_gradient(self.trial, quantity):
            output = "y_torch" if quantity == "y" else f"module.{quantity}"
            return [*lines, f"{target} = {output}.detach().numpy()"]
        leaf = self._leaf(quantity[1:])
        if self.trial.twin.gradients.get(quantity) is None:
            return [*lines, f"{target} = None"]
        grad = f"torch.autograd.grad(y_torch, {leaf}, torch.from_numpy(dy))[0]"
        return [*lines, f"{target} = {grad}.numpy()"]

    def module(self) -> Lines:
        """Leaves the module, with its parameters and buffers, in its mode."""
        trial = self.trial
        case, pair = trial.case, trial.pair
        names = case.options if pair.kind == "network" else case.names
        wanted = inspect.signature(pair.twin).parameters
        keywords = {name: names[name] for name in wanted if name in names}
        lines = assign("module", call(self.name, **keywords))
        if self._own():
            lines.append(f"module.to(torch.{case.dtype}).load_state_dict(")
            lines += [f"    {line}" for line in self._state()] + [")"]
        if "training" in case.options:
            lines.append(f"module.train({case.options['training']})")
        return lines

    def _own(self) -> list[str]:
        return list(build(self.trial.pair, self.trial.case).state_dict())

    def _state(self) -> Lines:
        if self.trial.pair.kind == "network":
            return ["{name: torch.from_numpy(arrays[name]) for name in module.state_dict()}"]
        entries = [f'"{name}": torch.from_numpy({name})' for name in self._own()]
        line = f"{{{', '.join(entries)}}}"
        return [line] if len(line) < 90 else ["{", *(f"    {entry}," for entry in entries), "}"]

    def _inputs(self, quantity: str) -> Lines:
        trial, own = self.trial, self._own()
        given = {n: x for n, x in trial.arguments.items() if x is not None and n not in own}
        names = ["x"] if trial.pair.kind == "network" else list(given)
        lines = []
        for name in names:
            leaf = ".requires_grad_()" if quantity == f"d{name}" else ""
            lines.append(f"{name}_torch = torch.from_numpy({name}){leaf}")
        arguments = [f"{name}_torch" for name in names]
        if trial.pair.kind == "network" and (masks := [name for name in given if name != "x"]):
            entries = {name: f'torch.from_numpy(arrays["{name}"])' for name in masks}
            lines += mapping("masks", entries)
            arguments.append("masks")
        return [*lines, f"y_torch = module({', '.join(arguments)})"]

    def _leaf(self, name: str) -> str:
        return f"module.{name}" if name in self._own() else f"{name}_torch"

    def _trajectory(self, quantity: str, target: str) -> Lines:
        options: Mapping[str, Any] = self.trial.case.options
        now = "weight" if quantity == "param" else f'optimizer.state[weight].get("{quantity}")'
        body = [
            f"now = {now}",
            "if now is not None:",
            f"    {target}.append(torch.as_tensor(now).detach().clone().numpy())",
        ]
        return [
            "weight = torch.nn.Parameter(torch.tensor(param))",
            *assign("optimizer", call(self.name, "[weight]", **options)),
            f"{target} = []",
            "for grad in grads:",
            "    weight.grad = torch.tensor(grad)",
            "    optimizer.step()",
            *(f"    {line}" for line in body),
            f"{target} = np.stack({target})",
        ]
