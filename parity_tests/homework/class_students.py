"""How classes of a submission are used: made, given their parameters, run forward and backward, and read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from parity_tests.harness.cases import Case
from parity_tests.harness.subject import Named
from parity_tests.homework.task import Caller, Names, Trouble

UNWRITTEN = "NotImplementedType"
PREFIX = "dLd"
"""How the course calls the gradient of anything."""


def written(call: Caller, method: str, *arguments: Any, **keywords: Any) -> Any:
    """What a method gives; one that still has to be written is missing, however it says so.

    Raises:
        Trouble: it gives nothing; the message begins with the method's name.
    """
    name = method.rpartition(".")[2]
    try:
        (value,), _ = call(method, *arguments, **keywords)
    except Trouble as trouble:
        said = str(trouble)
        if not said.startswith(("raises", "returns")):
            raise
        kind = "missing" if said.startswith("raises NotImplementedError") else trouble.kind
        raise Trouble(kind, f"{name} {said}", trouble.file, trouble.line) from None
    if getattr(value, "type_name", type(value).__name__) == UNWRITTEN:
        raise Trouble("missing", f"{name} returns NotImplemented: still to be written")
    return value


@dataclass(frozen=True, slots=True)
class Layer:
    """A class with ``forward(x)`` and ``backward(gradient)``, whose parameters and their gradients are attributes.

    Args:
        name: of the class.
        makes: the constructor's arguments for the options and sizes of a case; ``keywords`` those with a name.
        parameters: the arguments of the truth that are attributes, and which.
        states: those that forward changes.
        holder: the attribute that holds the parameters, where they are not the layer's own.
        asks: keywords of forward.
        trains: whether a case goes on to backward.
        arrays: the course's names for input, output and upstream gradient.
        bare: whether backward takes nothing and gives the derivative by itself.
    """

    name: str
    makes: Callable[[Names], tuple[Any, ...]] = lambda names: ()
    keywords: Callable[[Names], dict[str, Any]] = lambda names: {}
    parameters: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    holder: str = ""
    asks: Callable[[Names], dict[str, Any]] = lambda names: {}
    trains: Callable[[Names], bool] = lambda names: True
    arrays: tuple[str, str] = ("A", "Z")
    bare: bool = False

    def __call__(self, call: Caller, case: Case) -> "StudentLayer":
        return StudentLayer(self, call, case)

    def names(self) -> dict[str, str]:
        """The truth's names for arrays, and the course's.

        >>> Layer("Linear", parameters={"w": "W"}).names()["dw"]
        'dLdW'
        """
        x, y = self.arrays
        own = {"x": x, **self.parameters, **self.states}
        gradients = {f"d{name}": f"{PREFIX}{self.own(given)}" for name, given in own.items()}
        return {**own, **gradients, "y": y, "dout": f"{PREFIX}{y}"}

    @staticmethod
    def own(attribute: str) -> str:
        """An attribute by the last of its names."""
        return attribute.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class StudentLayer:
    """A submission's layer on one case."""

    layer: Layer
    call: Caller
    case: Case

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        layer, names = self.layer, self.case.names
        (made,), _ = self.call(
            layer.name, *layer.makes(names), returns="h", **layer.keywords(names)
        )
        held = self._holder(made)
        for argument, attribute in {**layer.parameters, **layer.states}.items():
            self.call.set(f"{layer.name}.{attribute}", held, arguments[argument])
        y = written(self.call, f"{layer.name}.forward", made, arguments["x"], **layer.asks(names))
        read = {
            argument: self.call.get(f"{layer.name}.{attribute}", held)
            for argument, attribute in layer.states.items()
        }
        return {"y": y, **read}, (made, held)

    def _holder(self, made: Any) -> Any:
        """The object with the parameters: the layer inside, or the layer itself where it has none."""
        if not self.layer.holder:
            return made
        reading = f"{self.layer.name}.__getattribute__"  # a method that every object has
        try:
            self.call(reading, made, self.layer.holder)
        except Trouble as trouble:
            if trouble.kind == "missing":
                raise Trouble("missing", f"its {self.layer.holder} is None") from None
            return made
        (held,), _ = self.call(reading, made, self.layer.holder, returns="h")
        return held

    def backward(self, function: str, saved: Any, dy: Any) -> Named:
        layer, (made, held) = self.layer, saved
        if layer.bare:
            dx = _chained(dy, written(self.call, f"{layer.name}.backward", made))
        else:
            dx = written(self.call, f"{layer.name}.backward", made, dy)
        gradients = {
            f"d{argument}": self.call.get(f"{layer.name}.{PREFIX}{attribute}", held)
            for argument, attribute in layer.parameters.items()
        }
        self.call.forget(made, held)
        return {"dx": dx, **gradients}

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        return None

    def calls(self, function: str) -> list[str]:
        """What is called, as a student writes it."""
        layer, names = self.layer, self.case.names
        x, y = layer.arrays
        inside = f"layer.{layer.holder}" if layer.holder else "layer"
        given = {**layer.parameters, **layer.states}.values()
        lines = [f"layer = {layer.name}({_written(layer.makes(names), layer.keywords(names))})"]
        if given:
            attributes = ", ".join(f"{inside}.{name}" for name in given)
            lines.append(f"{attributes} = {', '.join(given)}")
        asked = ", ".join((x, *(f"{k}={v}" for k, v in layer.asks(names).items())))
        lines.append(f"{y} = layer.forward({asked})")
        if not layer.trains(names):
            return lines
        bare, whole = f"{PREFIX}{y} * layer.backward()", f"layer.backward({PREFIX}{y})"
        return [*lines, f"{PREFIX}{x} = {bare if layer.bare else whole}"]


def _chained(dy: Any, derivative: Any) -> Any:
    """The gradient, from a derivative element by element or from one Jacobian for each sample."""
    shape = np.shape(derivative)
    if type(derivative) is np.ndarray and shape == dy.shape:
        return dy * derivative
    if type(derivative) is np.ndarray and shape == (*dy.shape, *dy.shape[1:]):
        return np.einsum("ni,nij->nj", dy, derivative)
    raise Trouble("form", f"backward gives a derivative of shape {shape}")


def _written(arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> str:
    return ", ".join((*map(str, arguments), *(f"{k}={v}" for k, v in keywords.items())))


@dataclass(frozen=True, slots=True)
class Loss:
    """A class with ``forward(A, Y)`` and ``backward()``.

    Args:
        name: of the class.
        target: Y from the truth's target, and how that is written.
    """

    name: str
    target: tuple[Callable[[Any, Names], Any], str] = (lambda target, names: target, "Y")

    def __call__(self, call: Caller, case: Case) -> "StudentLoss":
        return StudentLoss(self, call, case)


@dataclass(frozen=True, slots=True)
class StudentLoss:
    """A submission's loss on one case."""

    loss: Loss
    call: Caller
    case: Case

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        (made,), _ = self.call(self.loss.name, returns="h")
        target = self.loss.target[0](arguments["target"], self.case.names)
        y = written(self.call, f"{self.loss.name}.forward", made, arguments["x"], target)
        return {"y": y}, made

    def backward(self, function: str, saved: Any, dy: Any) -> Named:
        dx = written(self.call, f"{self.loss.name}.backward", saved)
        self.call.forget(saved)
        return {"dx": dx}

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        return None

    def calls(self, function: str) -> list[str]:
        """What is called, as a student writes it."""
        lines = [f"loss = {self.loss.name}()", f"L = loss.forward(A, {self.loss.target[1]})"]
        return [*lines, "dLdA = loss.backward()"]


@dataclass(frozen=True, slots=True)
class StudentRule:
    """A submission's update rule on a model of two layers that are alike; W is read from the first, b from the last.

    Args:
        name: of the class.
        layer: a class whose objects can have attributes: the model and its layers.
    """

    name: str
    layer: str
    call: Caller
    case: Case

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        w, options = arguments["param"], self.case.options
        model, first, last = (self.call(self.layer, 1, 1, returns="h")[0][0] for _ in range(3))
        self._set(model, layers=[first, last])
        for each in (first, last):
            self._set(each, W=w, b=-2 * w)
        (rule,), _ = self.call(self.name, model, options["lr"], options["momentum"], returns="h")
        path: dict[str, list[Any]] = {"param": [], "b": []}
        for grad in arguments["grads"]:
            for each in (first, last):
                self._set(each, dLdW=grad, dLdb=-grad)
            self.call.forget(written(self.call, f"{self.name}.step", rule, returns="h"))
            path["param"].append(self.call.get(f"{self.layer}.W", first))
            path["b"].append(self.call.get(f"{self.layer}.b", last))
        self.call.forget(model, first, last, rule)
        return {name: _stacked(name, steps) for name, steps in path.items()}, None

    def _set(self, kept: Any, **attributes: Any) -> None:
        for name, value in attributes.items():
            self.call.set(f"{self.layer}.{name}", kept, value)

    def backward(self, function: str, saved: Any, dy: Any) -> Named:
        return {}

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        return None

    def calls(self, function: str) -> list[str]:
        """What is called, as a student writes it."""
        options, steps = self.case.options, self.case.sizes["steps"]
        often = "once" if steps == 1 else f"{steps} times, with one gradient after the other"
        return [
            "layer.W, layer.b = W, -2 * W",
            f"rule = {self.name}(model, lr={options['lr']}, momentum={options['momentum']})",
            f"layer.dLdW, layer.dLdb = dLdW, -dLdW; rule.step()  # {often}",
        ]


def _stacked(name: str, steps: list[Any]) -> Any:
    name = "W" if name == "param" else name
    if any(step is None for step in steps):
        raise Trouble("missing", f"step leaves None in {name}: still to be written")
    if any(type(step) is not np.ndarray or step.shape != steps[0].shape for step in steps):
        raise Trouble("form", f"step does not leave {name} in its shape")
    return np.stack(steps)
