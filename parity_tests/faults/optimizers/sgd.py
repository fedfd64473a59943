"""Wrong SGDs."""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from reference.optimizers.sgd import SGD, State


class SGDDampensTheFirstStep(SGD):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        if self.momentum != 0 and state.momentum_buffer is None:
            state = state._replace(momentum_buffer=np.zeros_like(param))
        return super().update(param, grad, state)


class SGDWritesIntoParam(SGD):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, state = super().update(param, grad, state)
        param[...] = new
        return param, state


class SGDWritesIntoGrad(SGD):
    """Adds the decay with ``+=``."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        grad += (-1 if self.maximize else 1) * self.weight_decay * param
        return SGD.update(replace(self, weight_decay=0.0), param, grad, state)


class SGDWritesIntoTheBuffer(SGD):
    """A state that was handed out changes afterwards."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        param, new = super().update(param, grad, state)
        if state.momentum_buffer is None:
            return param, new
        state.momentum_buffer[...] = new.momentum_buffer
        return param, state


class SGDForgetsToKeepTheVelocity(SGD):
    """Every step is a first one."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        param, new = super().update(param, grad, State())
        return param, new if state.momentum_buffer is None else state


class SGDSharesTheVelocity(SGD):
    """One velocity for all parameters of a shape, and for every run."""

    velocities: ClassVar[dict[Any, Any]] = {}

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        shared = SGDSharesTheVelocity.velocities
        key = type(param), param.dtype, param.shape
        param, state = super().update(param, grad, shared.get(key, state))
        shared[key] = state
        return param, state


class SGDNesterovLooksBack(SGD):
    """g + momentum·b with the b of the step before."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        if not self.nesterov or state.momentum_buffer is None:
            return super().update(param, grad, state)
        _, new = super().update(param, grad, state)
        g = new.momentum_buffer - self.momentum * state.momentum_buffer
        return param - self.lr * (g + self.momentum * state.momentum_buffer), new


class SGDIgnoresNesterov(SGD):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        return SGD.update(replace(self, nesterov=False), param, grad, state)


class SGDAveragesTheGradient(SGD):
    """b = momentum·b + (1-momentum)·g, as Adam's first moment."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        averaging = replace(self, dampening=self.momentum, nesterov=False)
        return SGD.update(averaging, param, grad, state)


class SGDIgnoresDampening(SGD):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        return SGD.update(replace(self, dampening=0.0), param, grad, state)


class SGDDampensByTheRest(SGD):
    """dampening·g for (1-dampening)·g."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        rest = replace(self, dampening=1 - self.dampening, nesterov=False)
        return SGD.update(rest, param, grad, state)


class SGDMaximizesTheDecayToo(SGD):
    """Turns the sign of grad + weight_decay·w, so that weights grow."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        if self.maximize:
            grad = grad + 2 * self.weight_decay * param
        return super().update(param, grad, state)


class SGDIgnoresMaximize(SGD):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        return super().update(param, -grad if self.maximize else grad, state)


class SGDDecaysTwiceAsFast(SGD):
    """The gradient of weight_decay·w², where that of its half is meant."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        return SGD.update(replace(self, weight_decay=2 * self.weight_decay), param, grad, state)


class SGDDecaysBesideTheMomentum(SGD):
    """Decoupled decay: not in the buffer. Right without momentum."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, state = SGD.update(replace(self, weight_decay=0.0), param, grad, state)
        return new - self.lr * self.weight_decay * param, state


class SGDScalesTheVelocityByLr(SGD):
    """CS231n's v = momentum·v - lr·g: the same path, another state."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        if state.momentum_buffer is not None:
            state = State(-state.momentum_buffer / self.lr)
        param, state = super().update(param, grad, state)
        buffer = state.momentum_buffer
        return param, state if buffer is None else State(-self.lr * buffer)


class SGDSkipsZeroGradients(SGD):
    """Lazy: where the gradient is 0, momentum and decay rest."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, after = super().update(param, grad, state)
        new = np.where(grad == 0, param, new)
        if state.momentum_buffer is None or after.momentum_buffer is None:
            return new, after
        return new, State(np.where(grad == 0, state.momentum_buffer, after.momentum_buffer))


FAULTS: dict[str, tuple[type, ...]] = {
    "optimizers.sgd": (
        SGDDampensTheFirstStep,
        SGDWritesIntoParam,
        SGDWritesIntoGrad,
        SGDWritesIntoTheBuffer,
        SGDForgetsToKeepTheVelocity,
        SGDSharesTheVelocity,
        SGDNesterovLooksBack,
        SGDIgnoresNesterov,
        SGDAveragesTheGradient,
        SGDIgnoresDampening,
        SGDDampensByTheRest,
        SGDMaximizesTheDecayToo,
        SGDIgnoresMaximize,
        SGDDecaysTwiceAsFast,
        SGDDecaysBesideTheMomentum,
        SGDScalesTheVelocityByLr,
        SGDSkipsZeroGradients,
    ),
}
