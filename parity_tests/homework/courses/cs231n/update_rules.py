"""The update rules of ``optim.py``: parameter and what the course keeps in ``config``, step after step.

A hyper-parameter that is None is left out of ``config``: the rule's own default is then at work.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from numpy import ndarray as Array

from reference import cs231n


class Nothing(NamedTuple):
    """sgd keeps nothing between two steps."""


class Velocity(NamedTuple):
    """What sgd_momentum keeps."""

    velocity: Array | None = None


class Cache(NamedTuple):
    """What rmsprop keeps."""

    cache: Array | None = None


class Moments(NamedTuple):
    """What adam keeps; ``t`` counts the steps."""

    m: Array | None = None
    v: Array | None = None
    t: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateRule:
    """One of the course's functions ``(w, dw, config) -> (w, config)`` in the contract of an optimizer."""

    state: ClassVar[type] = Nothing
    learning_rate: float | None = None

    def init(self, param: Array) -> Any:
        return self.state()

    def update(self, param: Array, grad: Array, state: Any) -> tuple[Array, Any]:
        kept = {name: value for name, value in state._asdict().items() if value is not None}
        w, config = self._step(param, grad, self.given() | kept)
        return w, self.state(*(config[name] for name in self.state._fields))  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """The hyper-parameters that stand in ``config``."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in values.items() if value is not None}

    def _step(self, w: Array, dw: Array, config: dict[str, Any]) -> tuple[Array, dict[str, Any]]:
        return cs231n.sgd(w, dw, config)


@dataclass(frozen=True, slots=True)
class SGD(UpdateRule):
    """w - learning_rate dw."""


@dataclass(frozen=True, slots=True)
class SGDMomentum(UpdateRule):
    """v = momentum v - learning_rate dw, then w + v."""

    state: ClassVar[type] = Velocity
    momentum: float | None = None

    def _step(self, w: Array, dw: Array, config: dict[str, Any]) -> tuple[Array, dict[str, Any]]:
        return cs231n.sgd_momentum(w, dw, config)


@dataclass(frozen=True, slots=True)
class RMSProp(UpdateRule):
    """w - learning_rate dw / (sqrt(cache) + epsilon)."""

    state: ClassVar[type] = Cache
    decay_rate: float | None = None
    epsilon: float | None = None

    def _step(self, w: Array, dw: Array, config: dict[str, Any]) -> tuple[Array, dict[str, Any]]:
        return cs231n.rmsprop(w, dw, config)


@dataclass(frozen=True, slots=True)
class Adam(UpdateRule):
    """t = t + 1, then Adam's step number t."""

    state: ClassVar[type] = Moments
    beta1: float | None = None
    beta2: float | None = None
    epsilon: float | None = None

    def _step(self, w: Array, dw: Array, config: dict[str, Any]) -> tuple[Array, dict[str, Any]]:
        return cs231n.adam(w, dw, config)
