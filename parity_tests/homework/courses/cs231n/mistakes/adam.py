"""Adam as it goes wrong; each step of the rule is a method that a mistake changes."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n import update_rules
from parity_tests.homework.courses.cs231n.mistakes.hyper_parameters import of_hyper_parameters
from parity_tests.homework.task import Mistake


class Steps(update_rules.Adam):
    """Right, step by step."""

    def _step(self, w: Any, dw: Any, config: Any) -> Any:
        zeros = {"m": np.zeros_like(w), "v": np.zeros_like(w), "t": 0}
        config = (
            zeros | {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8} | config
        )
        one, two = self.betas(config)
        m = self.m(config["m"], dw, one)
        v = self.v(config["v"], self.squared(dw, m), two)
        t = self.t(config["t"])
        mhat, vhat = self.first(m, one, t), self.second(v, self.corrects_v(config), t)
        step = self.direction(mhat, dw) / self.root(vhat, config["epsilon"])
        m, v = self.stored((config["m"], config["v"]), (m, v), (mhat, vhat))
        return w - config["learning_rate"] * step, config | {
            "m": m,
            "v": v,
            "t": self.next_t(config["t"]),
        }

    def betas(self, config: Any) -> tuple[float, float]:
        return config["beta1"], config["beta2"]

    def corrects_v(self, config: Any) -> float:
        return self.betas(config)[1]

    def squared(self, dw: Any, m: Any) -> Any:
        """What v averages the square of."""
        return dw

    def direction(self, mhat: Any, dw: Any) -> Any:
        return mhat

    def m(self, m: Any, dw: Any, beta: float) -> Any:
        return beta * m + (1 - beta) * dw

    def v(self, v: Any, dw: Any, beta: float) -> Any:
        return beta * v + (1 - beta) * dw**2

    def t(self, t: int) -> int:
        """What the correction counts with."""
        return t + 1

    def next_t(self, t: int) -> int:
        return t + 1

    def first(self, m: Any, beta: float, t: int) -> Any:
        return m / (1 - beta**t)

    def second(self, v: Any, beta: float, t: int) -> Any:
        return v / (1 - beta**t)

    def root(self, v: Any, eps: float) -> Any:
        return np.sqrt(v) + eps

    def stored(self, old: Any, new: Any, corrected: Any) -> Any:
        return new


class StartsFromOne(Steps):
    """The handout of 2017 starts from t = 1, so that its first step is number two."""

    def given(self) -> dict[str, Any]:
        return {"t": 1} | super().given()


class NoCorrection(Steps):
    def first(self, m: Any, beta: float, t: int) -> Any:
        return m

    def second(self, v: Any, beta: float, t: int) -> Any:
        return v


class FirstNotCorrected(Steps):
    def first(self, m: Any, beta: float, t: int) -> Any:
        return m


class SecondNotCorrected(Steps):
    def second(self, v: Any, beta: float, t: int) -> Any:
        return v


class TUsedTooEarly(Steps):
    def t(self, t: int) -> int:
        return t


class TNeverCounted(Steps):
    def next_t(self, t: int) -> int:
        return t


class CorrectedStored(Steps):
    def stored(self, old: Any, new: Any, corrected: Any) -> Any:
        return corrected


class CorrectedFirstStored(Steps):
    def stored(self, old: Any, new: Any, corrected: Any) -> Any:
        return corrected[0], new[1]


class CorrectedSecondStored(Steps):
    def stored(self, old: Any, new: Any, corrected: Any) -> Any:
        return new[0], corrected[1]


class NothingStored(Steps):
    def stored(self, old: Any, new: Any, corrected: Any) -> Any:
        return old


class BetasExchanged(Steps):
    def betas(self, config: Any) -> tuple[float, float]:
        return config["beta2"], config["beta1"]


class OneBetaForBoth(Steps):
    def betas(self, config: Any) -> tuple[float, float]:
        return config["beta1"], config["beta1"]


class SharesExchanged(Steps):
    def m(self, m: Any, dw: Any, beta: float) -> Any:
        return (1 - beta) * m + beta * dw

    def v(self, v: Any, dw: Any, beta: float) -> Any:
        return (1 - beta) * v + beta * dw**2


class NotSquared(Steps):
    def v(self, v: Any, dw: Any, beta: float) -> Any:
        return beta * v + (1 - beta) * dw


class NoRoot(Steps):
    def root(self, v: Any, eps: float) -> Any:
        return v + eps


class NoEps(Steps):
    def root(self, v: Any, eps: float) -> Any:
        return np.sqrt(v)


class EpsInside(Steps):
    def root(self, v: Any, eps: float) -> Any:
        return np.sqrt(v + eps)


class PowerIsAProduct(Steps):
    def first(self, m: Any, beta: float, t: int) -> Any:
        return m / (1 - beta * t)

    def second(self, v: Any, beta: float, t: int) -> Any:
        return v / (1 - beta * t)


class SquaresM(Steps):
    def squared(self, dw: Any, m: Any) -> Any:
        return m


class StepsAlongDw(Steps):
    def direction(self, mhat: Any, dw: Any) -> Any:
        return dw


class Beta1CorrectsBoth(Steps):
    def corrects_v(self, config: Any) -> float:
        return self.betas(config)[0]


_CORRECTION = (
    "m and v start at zero. After one step with gradient 1, what are they, and what should they be?",
    "m and v are too small at first, by the factor 1 - beta**t; the step uses mhat = m / (1 - beta1**t) and "
    "vhat = v / (1 - beta2**t).",
)
_COUNT = (
    "What is t in your first correction, and what in the second?",
    "t counts the steps and is 1 in the first: increment it before it is used, keep it in config, and take it as the "
    "power: 1 - beta**t.",
)
_STORED = (
    "Which of the numbers does the next step continue from?",
    "config keeps m and v as averaged, uncorrected; the corrected ones serve this step alone.",
)
_MOMENTS = (
    "Which average belongs to which beta, and what is averaged in each?",
    "m = beta1 * m + (1 - beta1) * dw averages the gradient, v = beta2 * v + (1 - beta2) * dw**2 its square.",
)
_ROOT = (
    "If all gradients are 10 times as large, how does the step change?",
    "The step is learning_rate * mhat / (sqrt(vhat) + epsilon).",
)

ADAM = (
    Mistake("counts t from 1, as the handout of 2017", StartsFromOne, harmless=True),
    Mistake("epsilon inside the root", EpsInside, harmless=True),
    Mistake("no bias correction", NoCorrection, *_CORRECTION),
    Mistake("the first moment is not corrected", FirstNotCorrected, *_CORRECTION),
    Mistake("the second moment is not corrected", SecondNotCorrected, *_CORRECTION),
    Mistake("uses t before it is incremented", TUsedTooEarly, *_COUNT),
    Mistake("every step is corrected as the first", TNeverCounted, *_COUNT),
    Mistake("beta * t where beta ** t belongs", PowerIsAProduct, *_CORRECTION),
    Mistake("stores the corrected moments", CorrectedStored, *_STORED),
    Mistake("stores the corrected first moment", CorrectedFirstStored, *_STORED),
    Mistake("stores the corrected second moment", CorrectedSecondStored, *_STORED),
    Mistake("m and v are never stored", NothingStored, *_STORED),
    Mistake("beta1 and beta2 exchanged", BetasExchanged, *_MOMENTS),
    Mistake("beta1 for both moments", OneBetaForBoth, *_MOMENTS),
    Mistake("beta and 1 - beta exchanged", SharesExchanged, *_MOMENTS),
    Mistake("the gradient is not squared in v", NotSquared, *_MOMENTS),
    Mistake("squares m and not the gradient in v", SquaresM, *_MOMENTS),
    Mistake("steps along the gradient, not along its average", StepsAlongDw, *_MOMENTS),
    Mistake("beta1 in both corrections", Beta1CorrectsBoth, *_CORRECTION),
    *of_hyper_parameters(
        Steps, {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    ),
    Mistake("divides by v, without the root", NoRoot, *_ROOT),
    Mistake("epsilon missing", NoEps, *_ROOT),
)
