"""The two losses as they go wrong."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n import losses
from parity_tests.homework.task import Mistake


class LossOf:
    """A loss and its gradient; a mistake scales one of them."""

    def forward(self, x: Any, target: Any) -> Any:
        loss, saved = super().forward(x, target)  # type: ignore[misc]
        return self.value(loss, x), (saved, x, target)

    def backward(self, saved: Any, dy: Any) -> Any:
        inner, x, target = saved
        return self.gradient(super().backward(inner, dy), x, target)  # type: ignore[misc]

    def value(self, loss: Any, x: Any) -> Any:
        return loss

    def gradient(self, dx: Any, x: Any, target: Any) -> Any:
        return dx


class GradientSummed(LossOf):
    def gradient(self, dx: Any, x: Any, target: Any) -> Any:
        return dx * len(x)


class ValueSummed(LossOf):
    def value(self, loss: Any, x: Any) -> Any:
        return loss * len(x)


class BothSummed(GradientSummed, ValueSummed):
    pass


class ByTheClasses(LossOf):
    def value(self, loss: Any, x: Any) -> Any:
        return loss * len(x) / x.shape[1]

    def gradient(self, dx: Any, x: Any, target: Any) -> Any:
        return dx * len(x) / x.shape[1]


class GradientNegated(LossOf):
    def gradient(self, dx: Any, x: Any, target: Any) -> Any:
        return -dx


class ValueNegated(LossOf):
    def value(self, loss: Any, x: Any) -> Any:
        return -loss


class TargetForgotten(LossOf):
    """The one at the true class is not subtracted."""

    def gradient(self, dx: Any, x: Any, target: Any) -> Any:
        return dx + (np.arange(x.shape[1]) == target[:, None]) / len(x)


class TargetAdded(LossOf):
    """The one at the true class is added."""

    def gradient(self, dx: Any, x: Any, target: Any) -> Any:
        return dx + 2 * (np.arange(x.shape[1]) == target[:, None]) / len(x)


class CountsTheTrueClass(LossOf):
    """Its margin is 1, always."""

    def value(self, loss: Any, x: Any) -> Any:
        return loss + 1


class TargetNotPulled(LossOf):
    def gradient(self, dx: Any, x: Any, target: Any) -> Any:
        return np.where(np.arange(x.shape[1]) == target[:, None], 0.0, dx)


class TargetPulledOnce(LossOf):
    def gradient(self, dx: Any, x: Any, target: Any) -> Any:
        at = np.arange(x.shape[1]) == target[:, None]
        return np.where(at, np.where(dx < 0, -1 / len(x), 0.0), dx)


class TargetAlwaysPulledOnce(LossOf):
    """Where no margin is violated too."""

    def gradient(self, dx: Any, x: Any, target: Any) -> Any:
        return np.where(np.arange(x.shape[1]) == target[:, None], -1 / len(x), dx)


class TargetOneMore(LossOf):
    """Its own margin counts among the violated ones."""

    def gradient(self, dx: Any, x: Any, target: Any) -> Any:
        return dx - (np.arange(x.shape[1]) == target[:, None]) / len(x)


class NoMargin(losses.SVMLoss):
    def forward(self, x: Any, target: Any) -> Any:
        return self._hinge().forward(x, target)

    def backward(self, saved: Any, dy: Any) -> Any:
        return self._hinge().backward(saved, dy)

    def _hinge(self) -> Any:
        return self.operation(margin=0.0)


_MEAN = (
    "How does your loss change when every sample is there twice?",
    "Loss and gradient are both averaged over the N samples: divide each of them by N, once.",
)
_SIGN = (
    "Does the loss rise or fall when the score of the true class grows?",
    "Value and gradient belong together: the loss falls when the score of the true class grows, so its derivative "
    "there is negative.",
)
_TARGET = (
    "Write the loss of one sample down and differentiate it by the score of the true class.",
    "Under softmax the gradient is p - 1 at the true class and p elsewhere; under the hinge it is minus the number of "
    "violated margins at the true class, and 1 at each class that violates its margin.",
)
_OWN_MARGIN = (
    "Over which classes does the sum in the hinge loss run?",
    "The true class is left out of the sum: its own margin would always be violated, by exactly 1.",
)

_OF_BOTH: tuple[tuple[str, type, tuple[str, str]], ...] = (
    ("the gradient is not divided by N", GradientSummed, _MEAN),
    ("the loss is not divided by N", ValueSummed, _MEAN),
    ("neither loss nor gradient is divided by N", BothSummed, _MEAN),
    ("divides by the number of classes", ByTheClasses, _MEAN),
    ("the gradient has the wrong sign", GradientNegated, _SIGN),
    ("the loss has the wrong sign", ValueNegated, _SIGN),
)
_OF_SOFTMAX: tuple[tuple[str, type, tuple[str, str]], ...] = (
    ("the gradient lacks the -1 at the true class", TargetForgotten, _TARGET),
    ("adds 1 at the true class, where it subtracts", TargetAdded, _TARGET),
)
_OF_HINGE: tuple[tuple[str, type, tuple[str, str]], ...] = (
    ("the loss counts the true class", CountsTheTrueClass, _OWN_MARGIN),
    ("the gradient counts the true class", TargetOneMore, _OWN_MARGIN),
    ("the gradient leaves the true class at 0", TargetNotPulled, _TARGET),
    ("the gradient of the true class is -1, however many margins are violated", TargetPulledOnce, _TARGET),
    ("the gradient of the true class is -1, however many margins are violated", TargetAlwaysPulledOnce, _TARGET),
)  # fmt: skip


def _made(base: type, table: tuple[tuple[str, type, tuple[str, str]], ...]) -> tuple[Mistake, ...]:
    return tuple(
        Mistake(name, type(f"{base.__name__}{way.__name__}", (way, base), {}), *texts)
        for name, way, texts in table
    )


SOFTMAX = _made(losses.SoftmaxLoss, _OF_BOTH + _OF_SOFTMAX)
SVM = (
    *_made(losses.SVMLoss, _OF_BOTH + _OF_HINGE),
    Mistake(
        "the margin is 0 and not 1", NoMargin,
        "By how much has the true class to score higher than the others?",
        "The margin of class j is s_j - s_y + 1: the true class has to win by 1.",
    ),
)  # fmt: skip
