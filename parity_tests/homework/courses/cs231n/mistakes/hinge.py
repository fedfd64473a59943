"""The hinge loss with a wrong formula."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n import losses
from parity_tests.homework.task import Mistake


class SoftmaxForHinge(losses.SVMLoss):
    def forward(self, x: Any, target: Any) -> Any:
        return losses.SoftmaxLoss().forward(x, target)

    def backward(self, saved: Any, dy: Any) -> Any:
        return losses.SoftmaxLoss().backward(saved, dy)


class Margins(losses.SVMLoss):
    """Right, from the margins; a mistake changes what becomes of them."""

    def forward(self, x: Any, target: Any) -> Any:
        margins = x - x[np.arange(len(x)), target][:, None] + 1
        margins[np.arange(len(x)), target] = 0
        return self.counted(margins).sum() / len(x), (margins, target)

    def counted(self, margins: Any) -> Any:
        return np.maximum(margins, 0)

    def backward(self, saved: Any, dy: Any) -> Any:
        margins, target = saved
        own = np.arange(margins.shape[1]) == target[:, None]
        pulled = np.where(own, 0.0, self.pulled(margins))
        return (pulled - own * self.pull(margins, pulled)) / len(margins)

    def pulled(self, margins: Any) -> Any:
        return margins > 0

    def pull(self, margins: Any, pulled: Any) -> Any:
        """Of the true class."""
        return pulled.sum(axis=1, keepdims=True)


class NegativeMarginsCount(Margins):
    def counted(self, margins: Any) -> Any:
        return margins


class EveryClassPulls(Margins):
    def pulled(self, margins: Any) -> Any:
        return np.ones_like(margins)


class EveryWrongClassPulls(EveryClassPulls):
    """The true class is pulled by those that violate their margin."""

    def pull(self, margins: Any, pulled: Any) -> Any:
        return (margins > 0).sum(axis=1, keepdims=True)


class NoMaximum(NegativeMarginsCount, EveryClassPulls):
    pass


class TargetPushed(Margins):
    def pull(self, margins: Any, pulled: Any) -> Any:
        return -super().pull(margins, pulled)


_WHICH = (
    "Compare your formula with the name of the function.",
    "softmax_loss is the mean of -log p at the true class, with p = softmax(scores); svm_loss sums the violated "
    "margins max(0, s_j - s_y + 1). Each has its own gradient.",
)
_KEPT = (
    "What does a class add to the loss whose score is far below that of the true class?",
    "Nothing: max(0, s_j - s_y + 1) is 0 there, and so is its gradient. Only classes that violate their margin count, "
    "in the loss, in their own gradient and in that of the true class.",
)
_TARGET = (
    "Does the loss rise or fall when the score of the true class grows?",
    "It falls: the gradient at the true class is minus the number of violated margins.",
)

FORMULAS = tuple(
    Mistake(name, way, *texts)
    for name, way, texts in (
        ("is the softmax loss", SoftmaxForHinge, _WHICH),
        ("the loss counts negative margins", NegativeMarginsCount, _KEPT),
        ("the gradient counts classes that keep their margin", EveryClassPulls, _KEPT),
        ("the gradient counts classes that keep their margin", EveryWrongClassPulls, _KEPT),
        ("loss and gradient count classes that keep their margin", NoMaximum, _KEPT),
        ("the gradient of the true class has the wrong sign", TargetPushed, _TARGET),
    )
)  # fmt: skip
