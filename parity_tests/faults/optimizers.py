"""Wrong optimizers."""

from typing import Any

import numpy as np

from reference.optimizers.adagrad import Adagrad
from reference.optimizers.adam import Adam
from reference.optimizers.adamw import AdamW
from reference.optimizers.rmsprop import RMSprop
from reference.optimizers.sgd import SGD


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


class AdagradForgetsAccumulator(Adagrad):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        return super().update(param, grad, state._replace(sum=self.init(param).sum))


class RMSpropEpsInsideSqrt(RMSprop):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        if self.centered or self.momentum or self.weight_decay:
            return super().update(param, grad, state)
        _, new = super().update(param, grad, state)
        step = self.lr * grad / np.sqrt(new.square_avg + self.eps)
        return param + (step if self.maximize else -step), new


class AdamWithoutBiasCorrection(Adam):
    """Steps as if t were large: both corrections are 1."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        _, late = super().update(param, grad, state._replace(step=10**6))
        late_param, _ = super().update(param, grad, state._replace(step=10**6))
        return late_param, late._replace(step=state.step + 1)


class AdamUsesStepBeforeCounting(Adam):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        early = state._replace(step=max(state.step - 1, 0))
        param, new = super().update(param, grad, early)
        return param, new._replace(step=state.step + 1)


class AdamWDecaysAfterwardsByTheWrongRate(AdamW):
    """Multiplies by 1 - weight_decay, without lr, after the step."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        plain = AdamW(self.lr, self.betas, self.eps, 0.0, self.amsgrad, self.maximize)
        param, state = plain.update(param, grad, state)
        return param * (1 - self.weight_decay), state


FAULTS: dict[str, tuple[type, ...]] = {
    "optimizers.sgd": (SGDDampensTheFirstStep, SGDWritesIntoParam),
    "optimizers.adagrad": (AdagradForgetsAccumulator,),
    "optimizers.rmsprop": (RMSpropEpsInsideSqrt,),
    "optimizers.adam": (AdamWithoutBiasCorrection, AdamUsesStepBeforeCounting),
    "optimizers.adamw": (AdamWDecaysAfterwardsByTheWrongRate,),
}
