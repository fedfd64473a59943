"""Wrong Adagrads."""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from reference.optimizers.adagrad import Adagrad, State


class AdagradForgetsAccumulator(Adagrad):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        return super().update(param, grad, state._replace(sum=self.init(param).sum))


class _ByParts(Adagrad):
    """The right update in parts, for faults that spoil one of them."""

    def gradient(self, param: Any, grad: Any) -> Any:
        return (-grad if self.maximize else grad) + self.weight_decay * param

    def rate(self, step: int) -> float:
        return self.lr / (1 + step * self.lr_decay)

    def total(self, old: Any, g: Any) -> Any:
        return old + g * g

    def divisor(self, total: Any, old: Any) -> Any:
        return np.sqrt(total) + self.eps

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        g = self.gradient(param, grad)
        total = self.total(state.sum, g)
        param = param - self.rate(state.step) * g / self.divisor(total, state.sum)
        return param, State(state.step + 1, total)


class AdagradEpsInsideTheRoot(_ByParts):
    def divisor(self, total: Any, old: Any) -> Any:
        return np.sqrt(total + self.eps)


class AdagradWithoutRoot(_ByParts):
    def divisor(self, total: Any, old: Any) -> Any:
        return total + self.eps


class AdagradDividesByTheOldSum(_ByParts):
    """The square of the present gradient comes one step late."""

    def divisor(self, total: Any, old: Any) -> Any:
        return np.sqrt(old) + self.eps


class AdagradAddsUpMagnitudes(_ByParts):
    """|g| for g²."""

    def total(self, old: Any, g: Any) -> Any:
        return old + abs(g)


class AdagradLrDecaysOneStepEarly(_ByParts):
    def rate(self, step: int) -> float:
        return super().rate(step + 1)


class AdagradLrDecaysExponentially(_ByParts):
    """lr / (1 + lr_decay)^t: the first two steps are right."""

    def rate(self, step: int) -> float:
        return self.lr / float((1 + self.lr_decay) ** step)


class AdagradMaximizesTheDecayToo(_ByParts):
    def gradient(self, param: Any, grad: Any) -> Any:
        g = grad + self.weight_decay * param
        return -g if self.maximize else g


class AdagradAddsUpWithoutTheDecay(_ByParts):
    """The sum is that of the bare gradients, the step is decayed."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, _ = super().update(param, grad, state)
        return new, super().update(0 * param, grad, state)[1]


class AdagradStartsFromZero(Adagrad):
    """Ignores initial_accumulator_value."""

    def init(self, param: Any) -> Any:
        return Adagrad.init(replace(self, initial_accumulator_value=0.0), param)


class AdagradStateIsFloat64(Adagrad):
    """``np.full(shape, …)`` says nothing of the dtype."""

    wrong_only_in: ClassVar[str] = "float32"

    def init(self, param: Any) -> Any:
        return State(0, np.full(param.shape, self.initial_accumulator_value))


class AdagradWritesIntoItsSum(Adagrad):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        param, new = super().update(param, grad, state)
        state.sum[...] = new.sum
        return param, new._replace(sum=state.sum)


FAULTS: dict[str, tuple[type, ...]] = {
    "optimizers.adagrad": (
        AdagradForgetsAccumulator,
        AdagradEpsInsideTheRoot,
        AdagradWithoutRoot,
        AdagradDividesByTheOldSum,
        AdagradAddsUpMagnitudes,
        AdagradLrDecaysOneStepEarly,
        AdagradLrDecaysExponentially,
        AdagradMaximizesTheDecayToo,
        AdagradAddsUpWithoutTheDecay,
        AdagradStartsFromZero,
        AdagradStateIsFloat64,
        AdagradWritesIntoItsSum,
    ),
}
