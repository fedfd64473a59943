"""Wrong multiclass hinges."""

from typing import Any, ClassVar

import numpy as np

from reference.losses.multiclass_hinge_loss import MulticlassHingeLoss


class HingeCountsTheTrueClass(MulticlassHingeLoss):
    """Adds the margin once too often; its gradient is right."""

    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        return y + self.margin, saved


class HingeCountsTheTrueClassInItsGradient(MulticlassHingeLoss):
    """Its own hinge, which is the margin, counts among the violated ones: one pull too many."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx = super().backward(saved, dy)
        dx[np.arange(len(dx)), saved.target] -= (
            dy if self.reduction == "none" else dy / self._divisor(len(dx))
        )
        return dx


class HingeForgetsTheTrueClassInItsGradient(MulticlassHingeLoss):
    """Only the wrong classes are pulled."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx = super().backward(saved, dy)
        dx[np.arange(len(dx)), saved.target] = 0
        return dx


class HingePullsTheTrueClassOnce(MulticlassHingeLoss):
    """-1 and not minus the number of violated margins: right where there is one of them."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx = super().backward(saved, dy)
        rows, count = np.arange(len(dx)), saved.violated.sum(axis=1)
        dx[rows, saved.target] = dx[rows, saved.target] / np.maximum(count, 1)
        return dx


class HingeMarginIsOne(MulticlassHingeLoss):
    """Ignores ``margin``."""

    def forward(self, x: Any, target: Any) -> Any:
        return MulticlassHingeLoss(reduction=self.reduction).forward(x, target)


class HingePullsAtTheMargin(MulticlassHingeLoss):
    """``>=`` in the mask: seen where a margin is met exactly."""

    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        rows = np.arange(len(x))
        violated = self.margin - x[rows, target][:, None] + x >= 0
        violated[rows, target] = False
        return y, saved._replace(violated=violated)


class HingeForgivesABillionth(MulticlassHingeLoss):
    """``> 1e-9`` in the mask: such a violation pulls with 0. In float32 none is as small near a margin of 1."""

    wrong_only_in: ClassVar[str] = "float64"

    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        hinges = self.margin - x[np.arange(len(x)), target][:, None] + x
        return y, saved._replace(violated=saved.violated & (hinges > 1e-9))


class HingeSquared(MulticlassHingeLoss):
    """The sum of squared hinges; the gradient is that of the plain ones."""

    def forward(self, x: Any, target: Any) -> Any:
        _, saved = super().forward(x, target)
        hinges = np.where(
            saved.violated, self.margin - x[np.arange(len(x)), target][:, None] + x, 0
        )
        loss = (hinges * hinges).sum(axis=1)
        return (loss if self.reduction == "none" else loss.sum() / self._divisor(len(x))), saved


class HingeDividedByTheClasses(MulticlassHingeLoss):
    """PyTorch's convention, in value and gradient: right for one class, where both are 0."""

    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        return y / x.shape[1], saved

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy / saved.violated.shape[1])


class HingeOfTheWorstClass(MulticlassHingeLoss):
    """The largest hinge of a sample and not their sum, as Crammer and Singer have it."""

    def forward(self, x: Any, target: Any) -> Any:
        _, saved = super().forward(x, target)
        rows = np.arange(len(x))
        hinges = np.maximum(self.margin - x[rows, target][:, None] + x, 0)
        hinges[rows, target] = 0
        loss = hinges.max(axis=1)
        return (loss if self.reduction == "none" else loss.sum() / self._divisor(len(x))), saved


class HingeTurnedRound(MulticlassHingeLoss):
    """max(0, margin + x_it - x_ij): rewards wrong classes."""

    def forward(self, x: Any, target: Any) -> Any:
        return super().forward(-x, target)

    def backward(self, saved: Any, dy: Any) -> Any:
        return -super().backward(saved, dy)


class HingeGradientNotDividedByN(MulticlassHingeLoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy * self._divisor(len(saved.violated)))


class HingeIgnoresUpstream(MulticlassHingeLoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy * 0 + 1)


class HingeComparesWithTheFirstTarget(MulticlassHingeLoss):
    """The score of the first sample's class for all samples: right where all targets are equal."""

    def forward(self, x: Any, target: Any) -> Any:
        return super().forward(x, np.full_like(target, target[0] if len(target) else 0))


class HingeLearnsFromThreeSamplesOnly(MulticlassHingeLoss):
    """Wrong for batches of more than three."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx = super().backward(saved, dy)
        dx[3:] = 0
        return dx


FAULTS: dict[str, tuple[type, ...]] = {
    "losses.multiclass_hinge_loss": (
        HingeCountsTheTrueClass,
        HingeCountsTheTrueClassInItsGradient,
        HingeForgetsTheTrueClassInItsGradient,
        HingePullsTheTrueClassOnce,
        HingeMarginIsOne,
        HingePullsAtTheMargin,
        HingeForgivesABillionth,
        HingeSquared,
        HingeDividedByTheClasses,
        HingeOfTheWorstClass,
        HingeTurnedRound,
        HingeGradientNotDividedByN,
        HingeIgnoresUpstream,
        HingeComparesWithTheFirstTarget,
        HingeLearnsFromThreeSamplesOnly,
    ),
}
