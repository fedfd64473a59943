"""Whether the optimizers part: one step of the reference's rule, from the parameters and states of PyTorch's training.

What rounding can do to the rule is bounded as in the harness, by running the rule's text on bounds; so any step of any
epoch can be judged by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounds import Bounded, operand
from parity_tests.harness.cases import Case
from parity_tests.harness.checks import outputs_agree
from parity_tests.harness.subject import OptimizerSubject, Outcome
from parity_tests.harness.tolerance import Allowed, allow
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS
from parity_tests.training.handover import to_torch_batch
from parity_tests.training.localisation import Place, name_of
from reference import optimizers
from reference.solver import Batch
from torch_impl.trainer import Trainer

BLOCK = 2**16
"""So many entries are judged at a time: bounds take an array for every term of the rule."""


@dataclass(frozen=True, slots=True)
class Move:
    """What PyTorch's optimizer made of a parameter in one step: ``param`` and its states, before and after."""

    before: Mapping[str, Array]
    grad: Array
    after: Mapping[str, Array]

    def blocks(self) -> Iterator["Move"]:
        """The same, some entries at a time: what a rule does to one depends on no other."""
        for start in range(0, self.grad.size, BLOCK):
            block = slice(start, start + BLOCK)
            yield Move(
                _part(self.before, block), self.grad.ravel()[block], _part(self.after, block)
            )


def moves(trainer: Trainer, batch: Batch, names: tuple[str, ...] = ()) -> dict[str, Move]:
    """Take a step, and tell what it made of these parameters; of all without names."""
    parameters = dict(trainer.network.named_parameters())
    chosen = {name: parameters[name] for name in names or parameters}
    before = {name: _fields(trainer, parameter) for name, parameter in chosen.items()}
    trainer.step(*to_torch_batch(batch))
    return {
        name: Move(before[name], _array(parameter.grad), _fields(trainer, parameter))
        for name, parameter in chosen.items()
        if parameter.grad is not None
    }


class Begun:
    """An optimizer whose parameter has a past."""

    def __init__(self, optimizer: Any, before: Mapping[str, Array]) -> None:
        self.optimizer, self.before = optimizer, before
        self.update = optimizer.update

    def init(self, param: Any) -> Any:
        """The state that it has by now."""
        state = self.optimizer.init(param)
        past = {
            name: int(x) if name == "step" else _like(param, x)
            for name, x in self.before.items()
            if name != "param"
        }
        return type(state)(**past) if past else state  # PyTorch has none before the first step


class Update(Trial):
    """A trial of an optimizer in one step from there."""

    def __init__(self, optimizer: Any, move: Move) -> None:
        self.pair = PAIRS[name_of(type(optimizer))]
        self.options = {name: getattr(optimizer, name) for name in optimizer.__dataclass_fields__}
        param = move.before["param"]
        sizes = {"shape": param.shape, "steps": 1}
        self.case = Case(self.pair.name, self.options, sizes, str(param.dtype))
        self.implementation, self.written, self.dy = type(optimizer), {}, None
        self.arguments, self.before = {"param": param, "grads": move.grad[np.newaxis]}, move.before
        self.twin = Outcome({name: x[np.newaxis] for name, x in move.after.items()})

    @cached_property
    def subject(self) -> OptimizerSubject:
        return self._begun(self.implementation)

    @cached_property
    def allowed(self) -> Allowed:
        with np.errstate(all="ignore"):
            return allow(self._begun(self.pair.reference), self.arguments, None, self.case.dtype)

    @property
    def is_as_near_as_can_be(self) -> bool:
        """Whether no number is further off than the rounding of the operation that it is the result of."""
        ours, twins = self.outcome.outputs, self.twin.outputs
        unit = float(np.finfo(self.case.dtype).eps)
        return ours.keys() == twins.keys() and all(
            np.shape(ours[name]) == x.shape and bool((abs(ours[name] - x) <= unit * abs(x)).all())
            for name, x in twins.items()
        )

    def _begun(self, rule: Any) -> OptimizerSubject:
        return OptimizerSubject(Begun(rule(**self.options), self.before))


def locate_update(optimizer: Any, moved: Mapping[str, Move], step: int) -> Place | None:
    """The parameter that this optimizer moves otherwise than PyTorch's did; None if there is none."""
    for name, move in moved.items():
        for block in move.blocks():
            trial = Update(optimizer, block)
            if trial.is_as_near_as_can_be:  # most are, and bounds take twenty times as long
                continue
            if failed := [verdict for verdict in outputs_agree(trial) if not verdict.passed]:
                verdict = next((v for v in failed if v.quantity == "param"), failed[0])
                arrays = {**block.before, "grad": block.grad}
                kind = type(optimizer)
                return Place(step, name, trial.pair.name, "update", verdict, arrays, kind)
    return None


def optimizer_of(name: str, options: Mapping[str, Any], trainer: Trainer) -> Any:
    """The reference's optimizer, with the learning rate that PyTorch's has by now."""
    return optimizers.BY_NAME[name](**{**options, "lr": trainer.optimizer.param_groups[0]["lr"]})


def _fields(trainer: Trainer, parameter: Any) -> dict[str, Array]:
    state = trainer.optimizer.state.get(parameter, {})
    kept = {name: value for name, value in state.items() if value is not None}
    return {name: _array(value) for name, value in {"param": parameter, **kept}.items()}


def _array(tensor: Any) -> Array:
    array: Array = tensor.detach().numpy().copy()
    return array


def _like(param: Any, x: Array) -> Any:
    """On bounds, if the parameter is."""
    return operand(x, param.analysis) if isinstance(param, Bounded) else x


def _part(arrays: Mapping[str, Array], block: slice) -> dict[str, Array]:
    return {name: x.ravel()[block] if x.ndim else x for name, x in arrays.items()}
