"""Wrong LogSoftmaxes."""

from typing import Any

import numpy as np

from reference.activations.log_softmax import LogSoftmax


class LogSoftmaxZeroGradient(LogSoftmax):
    def backward(self, saved: Any, dy: Any) -> Any:
        return np.zeros_like(dy)


class LogSoftmaxInTwoSteps(LogSoftmax):
    """The logarithm of a softmax: -inf where a probability underflows."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return np.log(np.exp(y)), saved


class LogSoftmaxUnshifted(LogSoftmax):
    """Overflows for large x."""

    def forward(self, x: Any) -> Any:
        y = x - np.log(np.exp(x).sum(axis=self.dim, keepdims=True))
        return y, super().forward(x)[1]


class LogSoftmaxClampsTheProbability(LogSoftmax):
    """log(max(p, 1e-12)): no improbability beyond 27.6."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return np.maximum(y, float(np.log(1e-12))), saved


class LogSoftmaxInBits(LogSoftmax):
    """The logarithm to base 2; the gradient is that of the natural one."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return y / float(np.log(2)), saved


class LogSoftmaxKeepsX(LogSoftmax):
    """Backward takes exp of what was saved, and the input was saved."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return y, saved._replace(y=x)


class LogSoftmaxForgetsTheSum(LogSoftmax):
    """dy (1 - p): the diagonal of the Jacobian."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * (1 - np.exp(saved.y))


class LogSoftmaxTakesUpstreamForOneHot(LogSoftmax):
    """dy - p: right where dy adds up to 1, as in the negative log-likelihood."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return dy - np.exp(saved.y)


class LogSoftmaxSumsAlongTheLastAxisInBackward(LogSoftmax):
    def backward(self, saved: Any, dy: Any) -> Any:
        return LogSoftmax(dim=-1).backward(saved, dy)


FAULTS: dict[str, tuple[type, ...]] = {
    "activations.log_softmax": (
        LogSoftmaxZeroGradient,
        LogSoftmaxInTwoSteps,
        LogSoftmaxUnshifted,
        LogSoftmaxClampsTheProbability,
        LogSoftmaxInBits,
        LogSoftmaxKeepsX,
        LogSoftmaxForgetsTheSum,
        LogSoftmaxTakesUpstreamForOneHot,
        LogSoftmaxSumsAlongTheLastAxisInBackward,
    ),
}
