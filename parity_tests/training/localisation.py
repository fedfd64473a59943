"""Where two trainings part: each operation of one step alone, on the inputs that it has in PyTorch.

All inputs are clean: what goes into an operation, forward and backward, is what PyTorch's training has
there. So an operation that differs by more than rounding is wrong by itself, and not because of another one.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
import torch
from numpy import ndarray as Array

from parity_tests.harness.cases import Case
from parity_tests.harness.checks import gradients_agree, outputs_agree
from parity_tests.harness.compare import fail
from parity_tests.harness.pair import Pair
from parity_tests.harness.run import run_twin
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict
from parity_tests.pairs import PAIRS
from parity_tests.training.handover import to_torch_batch
from reference.losses.cross_entropy_loss import CrossEntropyLoss
from reference.networks.chain import Chain, in_mode
from reference.solver import Batch
from torch_impl.losses.cross_entropy_loss import CrossEntropyLoss as TorchCrossEntropyLoss
from torch_impl.trainer import Trainer

Direction = Literal["forward", "backward", "update"]


@dataclass(frozen=True, slots=True)
class Place:
    """What differs first, by more than rounding explains.

    Args:
        step: of the training.
        layer: its name in the network, or ``loss``; of an update the parameter's.
        pair: the operation, as ``nnparity check`` calls it.
        direction: whether its output differs, or a gradient, or what an optimizer makes of one.
        verdict: of the quantity that is furthest off.
        arrays: what went into the operation, ``dy`` included.
        implementation: the class that computed it on the side of the reference.
        repeats: whether the reference takes the steps before in the same way once more; if not, ``step`` is the one at
            which the training was seen to part.
    """

    step: int
    layer: str
    pair: str
    direction: Direction
    verdict: Verdict
    arrays: Mapping[str, Array]
    implementation: type
    repeats: bool = True

    def sentence(self) -> str:
        """One line for people."""
        found = self.verdict
        off = (
            f": {found.message}"
            if found.message
            else f" is off by {found.worst:.1e}, where rounding explains {found.allowed:.1e}"
        )
        return (
            f"first at step {self.step}, in {self.layer} ({self.pair}), {self.direction}: "
            f"{found.quantity}{off}"
            f"{'' if self.repeats else '; the reference does not repeat its own steps'}"
        )


@dataclass(frozen=True, slots=True)
class Input:
    """An operation of the network with what goes into it at one step."""

    layer: str
    operation: Any
    arguments: dict[str, Array | None]
    dy: Array


class GivenTrial(Trial):
    """A trial of an operation on these arrays."""

    def __init__(self, pair: Pair, given: Input, dtype: str) -> None:
        self.pair, self.case = pair, case_of(pair, given, dtype)
        self.implementation = type(given.operation)
        self.written = {}
        self.arguments, self.dy = given.arguments, given.dy
        self.twin = run_twin(pair, self.case, given.arguments, lambda shape: given.dy)


def locate(trainer: Trainer, network: Chain, batch: Batch, step: int) -> Place | None:
    """The first operation that differs: on the way forward, else on the way back; None if none does alone.

    Args:
        trainer: PyTorch's, as it was before the step; it is left as it is.
        network: the reference.
        batch: of that step.
        step: its number.
    """
    inputs = list(inputs_of(trainer, network, batch))
    trials = {given.layer: _trial(given) for given in inputs}
    for given in inputs:
        if place := _place(step, given, trials[given.layer], "forward"):
            return place
    for given in reversed(inputs):
        if place := _place(step, given, trials[given.layer], "backward"):
            return place
    return None


def first(found: Place, replayed: Iterator[tuple[int, Trainer, Batch]], network: Chain) -> Place:
    """The first step at which the operation that was found differs already.

    ``replayed`` are the steps before it: number, PyTorch's training before the step, batch. On each of them the
    operation is run without bounds; only where it differs by more than was allowed where it was found, with them.
    """
    for step, trainer, batch in replayed:
        if step >= found.step:
            break
        given = next(i for i in inputs_of(trainer, network, batch) if i.layer == found.layer)
        trial = _trial(given)
        if _apart(trial, found) <= found.verdict.allowed:
            continue
        if place := _place(step, given, trial, found.direction):
            return place
    return found


def _apart(trial: Trial, found: Place) -> float:
    """The largest difference in the quantity that was found; infinite where there is none to be told."""
    ours, twins = (
        (o.outputs if found.direction == "forward" else o.gradients).get(found.verdict.quantity)
        for o in (trial.outcome, trial.twin)
    )
    if ours is None or twins is None or np.shape(ours) != np.shape(twins):
        return np.inf
    with np.errstate(all="ignore"):
        return float(np.max(np.abs(ours - twins), initial=0.0))


def inputs_of(trainer: Trainer, network: Chain, batch: Batch) -> Iterator[Input]:
    """Every operation, the loss last, with what goes into it in PyTorch, forward and backward."""
    twin = copy.deepcopy(trainer.network).train()
    before = {name: tensor.clone() for name, tensor in twin.state_dict().items()}
    values = to_torch_batch(batch)
    x, masks = values.x.clone().requires_grad_(), values.masks or {}
    steps: list[tuple[torch.Tensor, torch.Tensor]] = []
    for name, layer in twin.named_children():
        mask = (masks[f"{name}.mask"],) if f"{name}.mask" in masks else ()
        y = layer(x, *mask)
        y.retain_grad()
        steps.append((x, y))
        x = y
    torch.autograd.backward(TorchCrossEntropyLoss()(x, values.target))
    for link, (given, y) in zip(network.links(), steps, strict=True):
        operation = in_mode(link.operation, True)
        own = (before | dict(masks)).get
        names = zip(link.arguments(), link.names(), strict=True)
        arguments = {argument.name: _array(own(name)) for argument, name in names}
        yield Input(link.name, operation, {"x": _array(given), **arguments}, _array(y.grad))
    scores = _array(x)
    scored = {"x": scores, "target": _array(values.target)}
    yield Input("loss", CrossEntropyLoss(), scored, np.ones((), scores.dtype))


def _array(tensor: torch.Tensor | None) -> Any:
    return None if tensor is None else tensor.detach().numpy().copy()


def _trial(given: Input) -> Trial:
    pair = PAIRS[name_of(type(given.operation))]
    x = given.arguments["x"]
    assert x is not None
    return GivenTrial(pair, given, str(x.dtype))


def name_of(operation: type) -> str:
    """The pair of an operation, or of the class that it is made from."""
    addresses = {f"reference.{pair.address}": name for name, pair in PAIRS.items()}
    for cls in operation.__mro__:
        if (name := addresses.get(f"{cls.__module__}.{cls.__qualname__}")) is not None:
            return name
    raise LookupError(f"{operation.__name__} has no pair")


def _place(step: int, given: Input, trial: Trial, direction: Direction) -> Place | None:
    """The place, if an output differs, or a gradient."""
    check = outputs_agree if direction == "forward" else gradients_agree
    if trial.outcome.error and direction == "forward":
        failed = [fail(trial.case, "outputs_agree", "y", trial.outcome.error)]
    else:
        failed = [verdict for verdict in check(trial) if not verdict.passed]
    if not failed:
        return None
    worst = max(failed, key=lambda v: v.worst / v.allowed if v.allowed else np.inf)
    arrays = {name: x for name, x in {**given.arguments, "dy": given.dy}.items() if x is not None}
    names = given.layer, trial.pair.name, direction
    return Place(step, *names, worst, arrays, type(given.operation))


def case_of(pair: Pair, given: Input, dtype: str) -> Case:
    """The configuration of the operation, so that the harness can draw other numbers for it."""
    fields = given.operation.__dataclass_fields__
    options = {name: getattr(given.operation, name) for name in fields}
    sizes: dict[str, Any] = {}
    for argument in pair.signature.arguments:
        array = given.arguments.get(argument.name)
        for switch in (
            pair.present.get(argument.name, (argument.name,)) if argument.optional else ()
        ):
            options.setdefault(switch, array is not None)
        if array is not None:
            sizes |= _axes(argument.axes.split(), array.shape)
    return Case(pair.name, options, sizes, dtype)


def _axes(axes: list[str], shape: tuple[int, ...]) -> dict[str, Any]:
    """Sizes by the names of the axes; what is computed from others is left out.

    >>> _axes("n *features".split(), (4, 3, 2)), _axes("c_out c_in//groups".split(), (4, 3))
    ({'n': 4, 'features': (3, 2)}, {'c_out': 4})
    """
    left = iter(shape)
    found: dict[str, Any] = {}
    several = len(shape) - len(axes) + 1
    for axis in axes:
        if axis.startswith("*"):
            found[axis[1:]] = tuple(islice(left, several))
        elif (size := next(left)) is not None and axis.isidentifier():
            found[axis] = size
    return found
