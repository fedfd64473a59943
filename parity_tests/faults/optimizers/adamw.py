"""Wrong AdamWs."""

from dataclasses import replace
from typing import Any

import numpy as np

from reference.optimizers.adamw import AdamW


class AdamWDecaysAfterwardsByTheWrongRate(AdamW):
    """Multiplies by 1 - weight_decay, without lr, after the step."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        plain = AdamW(self.lr, self.betas, self.eps, 0.0, self.amsgrad, self.maximize)
        param, state = plain.update(param, grad, state)
        return param * (1 - self.weight_decay), state


class _Undecayed(AdamW):
    """For faults that decay in their own way."""

    def plainly(self, param: Any, grad: Any, state: Any) -> Any:
        return AdamW.update(replace(self, weight_decay=0.0), param, grad, state)


class AdamWDecaysThroughTheGradient(_Undecayed):
    """Adam's L2 under AdamW's name."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        sign = -1 if self.maximize else 1
        return self.plainly(param, grad + sign * self.weight_decay * param, state)


class AdamWDecaysTwice(AdamW):
    """Shrinks w, and puts the shrunk w into the gradient."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        shrunk = (1 - self.lr * self.weight_decay) * param
        sign = -1 if self.maximize else 1
        return super().update(param, grad + sign * self.weight_decay * shrunk, state)


class AdamWDecayIgnoresLr(_Undecayed):
    """w (1 - weight_decay), before the step."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        return self.plainly((1 - self.weight_decay) * param, grad, state)


class AdamWDecaysAfterTheStep(_Undecayed):
    """Shrinks the step as well."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        param, state = self.plainly(param, grad, state)
        return (1 - self.lr * self.weight_decay) * param, state


class AdamWIgnoresTheDecay(_Undecayed):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        return self.plainly(param, grad, state)


class AdamWGrowsUnderMaximize(_Undecayed):
    """Turns the sign of the decay with that of the gradient."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        sign = -1 if self.maximize else 1
        return self.plainly((1 - sign * self.lr * self.weight_decay) * param, grad, state)


class AdamWDividesTheDecayByTheRoot(_Undecayed):
    """w - lr (m̂ + weight_decay·w) / (sqrt(v̂) + eps)."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, after = self.plainly(param, grad, state)
        v = after.exp_avg_sq if after.max_exp_avg_sq is None else after.max_exp_avg_sq
        root = np.sqrt(v / (1 - self.betas[1] ** after.step)) + self.eps
        return new - self.lr * self.weight_decay * param / root, after


class AdamWDecaysAtTheFirstStepOnly(_Undecayed):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        step = super().update if state.step == 0 else self.plainly
        return step(param, grad, state)


class AdamWIgnoresAmsgrad(AdamW):
    """The maximum stays 0."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        param, after = super().update(param, grad, state._replace(max_exp_avg_sq=None))
        return param, after._replace(max_exp_avg_sq=state.max_exp_avg_sq)


class AdamWIgnoresEps(AdamW):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        return AdamW.update(replace(self, eps=0.0), param, grad, state)


FAULTS: dict[str, tuple[type, ...]] = {
    "optimizers.adamw": (
        AdamWDecaysAfterwardsByTheWrongRate,
        AdamWDecaysThroughTheGradient,
        AdamWDecaysTwice,
        AdamWDecayIgnoresLr,
        AdamWDecaysAfterTheStep,
        AdamWIgnoresTheDecay,
        AdamWGrowsUnderMaximize,
        AdamWDividesTheDecayByTheRoot,
        AdamWDecaysAtTheFirstStepOnly,
        AdamWIgnoresAmsgrad,
        AdamWIgnoresEps,
    ),
}
