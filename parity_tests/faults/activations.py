"""Wrong activations."""

from typing import Any

import numpy as np

from reference.activations.leaky_relu import LeakyReLU
from reference.activations.log_softmax import LogSoftmax
from reference.activations.relu import ReLU
from reference.activations.sigmoid import Sigmoid
from reference.activations.softmax import Softmax
from reference.activations.tanh import Tanh


class SoftmaxZeroGradient(Softmax):
    """What an upstream gradient of ones cannot tell from the truth."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.zeros_like(dy)


class SoftmaxUnshifted(Softmax):
    """Overflows for large x."""

    def forward(self, x: Any) -> Any:
        _, saved = super().forward(x)
        e = np.exp(x)
        return e / e.sum(axis=self.dim, keepdims=True), saved


class LogSoftmaxZeroGradient(LogSoftmax):
    def backward(self, saved: Any, dy: Any) -> Any:
        return np.zeros_like(dy)


class ReLUPassesAtZero(ReLU):
    """``>=`` where ``>`` belongs: seen at exact zeros only."""

    def forward(self, x: Any) -> Any:
        return np.maximum(x, 0), x

    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * (saved >= 0)


class LeakyReLUForgetsSlope(LeakyReLU):
    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * (super().backward(saved, np.ones_like(dy)) == 1)


class SigmoidSignFlipped(Sigmoid):
    def backward(self, saved: Any, dy: Any) -> Any:
        return -super().backward(saved, dy)


class TanhWritesIntoDy(Tanh):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx = super().backward(saved, dy)
        dy[...] = dx
        return dx


class TanhReturnsFloat64(Tanh):
    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return y.astype(np.float64), saved


FAULTS: dict[str, tuple[type, ...]] = {
    "activations.softmax": (SoftmaxZeroGradient, SoftmaxUnshifted),
    "activations.log_softmax": (LogSoftmaxZeroGradient,),
    "activations.relu": (ReLUPassesAtZero,),
    "activations.leaky_relu": (LeakyReLUForgetsSlope,),
    "activations.sigmoid": (SigmoidSignFlipped,),
    "activations.tanh": (TanhWritesIntoDy, TanhReturnsFloat64),
}
