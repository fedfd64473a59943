"""Wrong Adams."""

from typing import Any, ClassVar

import numpy as np

from reference.optimizers.adam import Adam, State


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


class _ByParts(Adam):
    """The right update in parts, for faults that spoil one of them."""

    def gradient(self, param: Any, grad: Any) -> Any:
        return (-grad if self.maximize else grad) + self.weight_decay * param

    def moments(self, m: Any, v: Any, g: Any) -> tuple[Any, Any]:
        beta1, beta2 = self.betas
        return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g

    def corrections(self, step: int) -> tuple[float, float]:
        """What m and v are divided by."""
        return 1 - self.betas[0] ** step, 1 - self.betas[1] ** step

    def highest(self, highest: Any, v: Any, correction: float) -> Any:
        return np.maximum(highest, v)

    def chosen(self, highest: Any, v: Any) -> Any:
        return v if highest is None else highest

    def divisor(self, v: Any, correction: float) -> Any:
        return np.sqrt(v / correction) + self.eps

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        step = state.step + 1
        m, v = self.moments(state.exp_avg, state.exp_avg_sq, self.gradient(param, grad))
        first, second = self.corrections(step)
        highest = state.max_exp_avg_sq
        if highest is not None:
            highest = self.highest(highest, v, second)
        param = param - self.lr * (m / first) / self.divisor(self.chosen(highest, v), second)
        return param, State(step, m, v, highest)


class AdamCorrectsTheFirstMomentOnly(_ByParts):
    def corrections(self, step: int) -> tuple[float, float]:
        return super().corrections(step)[0], 1.0


class AdamCorrectsByTheProduct(_ByParts):
    """1 - beta·t for 1 - beta^t: the first step is right."""

    def corrections(self, step: int) -> tuple[float, float]:
        return 1 - self.betas[0] * step, abs(1 - self.betas[1] * step)


class AdamSwapsItsBetas(_ByParts):
    def moments(self, m: Any, v: Any, g: Any) -> tuple[Any, Any]:
        beta2, beta1 = self.betas
        return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g


class AdamForgetsTheSquare(_ByParts):
    """v averages g itself: below zero there is no root."""

    def moments(self, m: Any, v: Any, g: Any) -> tuple[Any, Any]:
        return super().moments(m, v, g)[0], self.betas[1] * v + (1 - self.betas[1]) * g


class AdamSquaresTheFirstMoment(_ByParts):
    """v averages m² and not g²."""

    def moments(self, m: Any, v: Any, g: Any) -> tuple[Any, Any]:
        m, _ = super().moments(m, v, g)
        return m, self.betas[1] * v + (1 - self.betas[1]) * m * m


class AdamForgetsTheFirstMoment(_ByParts):
    """m starts from 0 at every step, as if it were never kept."""

    def moments(self, m: Any, v: Any, g: Any) -> tuple[Any, Any]:
        return super().moments(0 * m, v, g)


class AdamEpsInsideTheRoot(_ByParts):
    def divisor(self, v: Any, correction: float) -> Any:
        return np.sqrt(v / correction + self.eps)


class AdamEpsBeforeTheCorrection(_ByParts):
    """The paper's "epsilon hat", as in TensorFlow: eps is divided by the corrected root too."""

    def divisor(self, v: Any, correction: float) -> Any:
        return (np.sqrt(v) + self.eps) / correction**0.5


class AdamWithoutRoot(_ByParts):
    def divisor(self, v: Any, correction: float) -> Any:
        return v / correction + self.eps


class AdamMaximumOfCorrected(_ByParts):
    """amsgrad: the largest of the corrected v, not corrected again."""

    def highest(self, highest: Any, v: Any, correction: float) -> Any:
        return np.maximum(highest, v / correction)

    def divisor(self, v: Any, correction: float) -> Any:
        return super().divisor(v, 1.0 if self.amsgrad else correction)


class AdamNeverUsesTheMaximum(_ByParts):
    """amsgrad: keeps the largest v and divides by the present one."""

    def chosen(self, highest: Any, v: Any) -> Any:
        return v


class AdamForgetsTheMaximum(_ByParts):
    """amsgrad: the largest so far is taken for the present v."""

    def highest(self, highest: Any, v: Any, correction: float) -> Any:
        return v


class AdamMaximizesTheDecayToo(_ByParts):
    def gradient(self, param: Any, grad: Any) -> Any:
        g = grad + self.weight_decay * param
        return -g if self.maximize else g


class AdamDecouplesTheDecay(_ByParts):
    """AdamW under Adam's name."""

    def gradient(self, param: Any, grad: Any) -> Any:
        return -grad if self.maximize else grad

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        return super().update((1 - self.lr * self.weight_decay) * param, grad, state)


class AdamStoresCorrectedMoments(Adam):
    """Corrects in place, so that each correction is corrected again at the next step."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        param, (step, m, v, highest) = super().update(param, grad, state)
        beta1, beta2 = self.betas
        return param, State(step, m / (1 - beta1**step), v / (1 - beta2**step), highest)


class AdamCountsForAllParameters(Adam):
    """One t for all parameters and all runs."""

    steps: ClassVar[list[int]] = [0]

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        AdamCountsForAllParameters.steps[0] += 1
        return super().update(param, grad, state._replace(step=self.steps[0]))


class AdamSharesOneArrayForBothMoments(Adam):
    """``m = v = zeros``, then written to in place."""

    def init(self, param: Any) -> Any:
        state = super().init(param)
        return state._replace(exp_avg_sq=state.exp_avg)

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        param, new = super().update(param, grad, state)
        state.exp_avg[...] = new.exp_avg
        state.exp_avg_sq[...] = new.exp_avg_sq
        return param, new._replace(exp_avg=state.exp_avg, exp_avg_sq=state.exp_avg_sq)


class AdamStateIsFloat64(Adam):
    """``np.zeros(shape)`` says nothing of the dtype."""

    wrong_only_in: ClassVar[str] = "float32"

    def init(self, param: Any) -> Any:
        highest = np.zeros(param.shape) if self.amsgrad else None
        return State(0, np.zeros(param.shape), np.zeros(param.shape), highest)


class AdamKeepsItsMomentsInFloat32(Adam):
    wrong_only_in: ClassVar[str] = "float64"

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, after = super().update(param, grad, state)
        m, v = (a.astype(np.float32).astype(param.dtype) for a in after[1:3])
        return new, after._replace(exp_avg=m, exp_avg_sq=v)


class AdamSkipsZeroGradients(Adam):
    """SparseAdam under Adam's name: where the gradient is 0, moments and parameter rest."""

    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, after = super().update(param, grad, state)
        kept: dict[str, Any] = {
            name: now if name == "step" or now is None else np.where(grad == 0, before, now)
            for (name, before), now in zip(state._asdict().items(), after, strict=True)
        }
        return np.where(grad == 0, param, new), State(**kept)


FAULTS: dict[str, tuple[type, ...]] = {
    "optimizers.adam": (
        AdamWithoutBiasCorrection,
        AdamUsesStepBeforeCounting,
        AdamCorrectsTheFirstMomentOnly,
        AdamCorrectsByTheProduct,
        AdamSwapsItsBetas,
        AdamForgetsTheSquare,
        AdamSquaresTheFirstMoment,
        AdamForgetsTheFirstMoment,
        AdamEpsInsideTheRoot,
        AdamEpsBeforeTheCorrection,
        AdamWithoutRoot,
        AdamMaximumOfCorrected,
        AdamNeverUsesTheMaximum,
        AdamForgetsTheMaximum,
        AdamMaximizesTheDecayToo,
        AdamDecouplesTheDecay,
        AdamStoresCorrectedMoments,
        AdamCountsForAllParameters,
        AdamSharesOneArrayForBothMoments,
        AdamStateIsFloat64,
        AdamKeepsItsMomentsInFloat32,
        AdamSkipsZeroGradients,
    ),
}
