"""Wrong RMSprops."""

from dataclasses import replace
from typing import Any

import numpy as np

from reference.optimizers.rmsprop import RMSprop, State


class _ByParts(RMSprop):
    """The right update in parts, for faults that spoil one of them."""

    def gradient(self, param: Any, grad: Any) -> Any:
        return (-grad if self.maximize else grad) + self.weight_decay * param

    def mean_square(self, state: Any, g: Any) -> Any:
        return self.alpha * state.square_avg + (1 - self.alpha) * g * g

    def spread(self, square: Any, old: Any, new: Any) -> Any:
        return square if new is None else square - new * new

    def divisor(self, spread: Any, step: int) -> Any:
        return np.sqrt(spread) + self.eps

    def step(self, g: Any, divisor: Any, buffer: Any) -> tuple[Any, Any]:
        """What lr is multiplied with, and the next buffer."""
        if buffer is None:
            return g / divisor, None
        buffer = self.momentum * buffer + g / divisor
        return buffer, buffer

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        count, _, buffer, old = state
        g = self.gradient(param, grad)
        square = self.mean_square(state, g)
        average = None if old is None else self.alpha * old + (1 - self.alpha) * g
        divisor = self.divisor(self.spread(square, old, average), count + 1)
        step, buffer = self.step(g, divisor, buffer)
        return param - self.lr * step, State(count + 1, square, buffer, average)


class RMSpropEpsInsideSqrt(_ByParts):
    def divisor(self, spread: Any, step: int) -> Any:
        return np.sqrt(spread + self.eps)


class RMSpropWithoutRoot(_ByParts):
    def divisor(self, spread: Any, step: int) -> Any:
        return spread + self.eps


class RMSpropForgetsEps(_ByParts):
    def divisor(self, spread: Any, step: int) -> Any:
        return np.sqrt(spread)


class RMSpropCorrectsTheBias(_ByParts):
    """Divides s by 1 - alpha^t, as Adam does."""

    def divisor(self, spread: Any, step: int) -> Any:
        return super().divisor(spread / (1 - self.alpha**step), step)


class RMSpropAlphaTheOtherWayRound(_ByParts):
    """(1-alpha)·s + alpha·g²: right for 1/2."""

    def mean_square(self, state: Any, g: Any) -> Any:
        return (1 - self.alpha) * state.square_avg + self.alpha * g * g


class RMSpropStartsFromTheFirstSquare(_ByParts):
    """s = g² at the first step, where the average starts from 0."""

    def mean_square(self, state: Any, g: Any) -> Any:
        return g * g if state.step == 0 else super().mean_square(state, g)


class RMSpropCenteredWithoutTheMean(_ByParts):
    """Keeps the mean and does not subtract its square."""

    def spread(self, square: Any, old: Any, new: Any) -> Any:
        return square


class RMSpropCenteredByTheOldMean(_ByParts):
    """Subtracts the square of the mean as it was before this step."""

    def spread(self, square: Any, old: Any, new: Any) -> Any:
        return super().spread(square, old, old)


class RMSpropCenteredByTheMeanItself(_ByParts):
    """Subtracts the mean and not its square: below zero there is no root."""

    def spread(self, square: Any, old: Any, new: Any) -> Any:
        return square if new is None else square - new


class RMSpropMomentumOfTheGradient(_ByParts):
    """b = momentum·b + g, divided by the root afterwards."""

    def step(self, g: Any, divisor: Any, buffer: Any) -> tuple[Any, Any]:
        if buffer is None:
            return super().step(g, divisor, buffer)
        buffer = self.momentum * buffer + g
        return buffer / divisor, buffer


class RMSpropMaximizesTheDecayToo(_ByParts):
    def gradient(self, param: Any, grad: Any) -> Any:
        g = grad + self.weight_decay * param
        return -g if self.maximize else g


class RMSpropScalesTheBufferByLr(RMSprop):
    """b = momentum·b + lr·g/root, w = w - b: the same path while lr is fixed, another state."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        if state.momentum_buffer is None:
            return super().update(param, grad, state)
        before = state._replace(momentum_buffer=state.momentum_buffer / self.lr)
        new, after = super().update(param, grad, before)
        assert after.momentum_buffer is not None
        return new, after._replace(momentum_buffer=self.lr * after.momentum_buffer)


class RMSpropForgetsItsBuffer(RMSprop):
    """A momentum that is never kept is none."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, after = super().update(param, grad, state)
        return new, after._replace(momentum_buffer=state.momentum_buffer)


class RMSpropDecaysBeside(RMSprop):
    """Decoupled decay: not in the average."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, state = RMSprop.update(replace(self, weight_decay=0.0), param, grad, state)
        return new - self.lr * self.weight_decay * param, state


class RMSpropDoesNotCount(RMSprop):
    """The step is used nowhere, so nothing but the state shows it."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, after = super().update(param, grad, state)
        return new, after._replace(step=state.step)


FAULTS: dict[str, tuple[type, ...]] = {
    "optimizers.rmsprop": (
        RMSpropEpsInsideSqrt,
        RMSpropWithoutRoot,
        RMSpropForgetsEps,
        RMSpropCorrectsTheBias,
        RMSpropAlphaTheOtherWayRound,
        RMSpropStartsFromTheFirstSquare,
        RMSpropCenteredWithoutTheMean,
        RMSpropCenteredByTheOldMean,
        RMSpropCenteredByTheMeanItself,
        RMSpropMomentumOfTheGradient,
        RMSpropMaximizesTheDecayToo,
        RMSpropScalesTheBufferByLr,
        RMSpropForgetsItsBuffer,
        RMSpropDecaysBeside,
        RMSpropDoesNotCount,
    ),
}
