"""Wrong cross-entropies."""

from typing import Any, ClassVar

import numpy as np

from reference.losses.cross_entropy_loss import CrossEntropyLoss


class CrossEntropyGradientNotDividedByN(CrossEntropyLoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx = super().backward(saved, dy)
        return dx * len(dx) if self.reduction == "mean" else dx


class CrossEntropyGradientAlwaysDividedByN(CrossEntropyLoss):
    """As if every reduction were the mean."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx = super().backward(saved, dy)
        return dx if self.reduction == "mean" else dx / max(len(dx), 1)


class CrossEntropyIgnoresUpstream(CrossEntropyLoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy * 0 + 1)


class CrossEntropyAveragesOverClassesToo(CrossEntropyLoss):
    """``mean`` of an n by c array; the gradient is that of the mean over n."""

    def forward(self, x: Any, target: Any) -> Any:
        loss, saved = super().forward(x, target)
        return (loss / x.shape[1] if self.reduction == "mean" else loss), saved


class CrossEntropySumIsTheMean(CrossEntropyLoss):
    """Knows "none", and averages otherwise."""

    def forward(self, x: Any, target: Any) -> Any:
        return self._averaging().forward(x, target)

    def backward(self, saved: Any, dy: Any) -> Any:
        return self._averaging().backward(saved, dy)

    def _averaging(self) -> CrossEntropyLoss:
        reduction: Any = "none" if self.reduction == "none" else "mean"
        return CrossEntropyLoss(reduction, self.label_smoothing)


class CrossEntropyMeanOfNothingIsZero(CrossEntropyLoss):
    """Divides by max(n, 1): PyTorch's mean over an empty batch is nan."""

    def forward(self, x: Any, target: Any) -> Any:
        loss, saved = super().forward(x, target)
        return (loss if len(x) else np.nan_to_num(loss)), saved


class _OfLogP(CrossEntropyLoss):
    """The right loss of logarithms that a fault computes."""

    def log_p(self, x: Any) -> Any:
        raise NotImplementedError

    def forward(self, x: Any, target: Any) -> Any:
        n, c = x.shape
        log_p = self.log_p(x)
        loss = -log_p[np.arange(n), target]
        if self.label_smoothing > 0:
            smooth = log_p.sum(axis=1)
            loss = (1 - self.label_smoothing) * loss - self.label_smoothing / c * smooth
        saved = super().forward(x, target)[1]._replace(log_p=log_p)
        return (loss if self.reduction == "none" else loss.sum() / self._divisor(n)), saved


class CrossEntropyUnshifted(_OfLogP):
    """Overflows for large scores."""

    def log_p(self, x: Any) -> Any:
        return x - np.log(np.exp(x).sum(axis=1))[:, None]


class CrossEntropyShiftsByTheLargestOfAll(_OfLogP):
    """``x.max()`` without its axis: log 0 for a sample far below another."""

    def log_p(self, x: Any) -> Any:
        shifted = x - x.max() if x.size else x
        return shifted - np.log(np.exp(shifted).sum(axis=1))[:, None]


class CrossEntropyGuardsTheLogarithm(_OfLogP):
    """log(p + 1e-12): no loss beyond 27.6."""

    def log_p(self, x: Any) -> Any:
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return np.log(e / e.sum(axis=1, keepdims=True) + 1e-12)


class CrossEntropySmoothsOverTheOthers(CrossEntropyLoss):
    """Spreads label_smoothing over the c - 1 wrong classes; Szegedy et al. spread it over all c."""

    def forward(self, x: Any, target: Any) -> Any:
        return self._less(x.shape[1]).forward(x, target)

    def backward(self, saved: Any, dy: Any) -> Any:
        return self._less(saved.log_p.shape[1]).backward(saved, dy)

    def _less(self, c: int) -> CrossEntropyLoss:
        """1 - s at the target is what a smaller share gives under the other rule: s' = s c / (c - 1)."""
        share = min(self.label_smoothing * c / max(c - 1, 1), 1.0)
        return CrossEntropyLoss(self.reduction, share)


class CrossEntropyGradientUnsmoothed(CrossEntropyLoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        return CrossEntropyLoss(self.reduction).backward(saved, dy)


class CrossEntropyLossUnsmoothed(CrossEntropyLoss):
    """The gradient is smoothed, the loss is not."""

    def forward(self, x: Any, target: Any) -> Any:
        return CrossEntropyLoss(self.reduction).forward(x, target)


class CrossEntropyGradientForgetsTheTarget(CrossEntropyLoss):
    """p in the place of p - q."""

    def backward(self, saved: Any, dy: Any) -> Any:
        p = np.exp(saved.log_p)
        return p * (dy[:, None] if self.reduction == "none" else dy / self._divisor(len(p)))


class CrossEntropySubtractsOneInEveryRow(CrossEntropyLoss):
    """``p[:, target] -= 1`` for ``p[rows, target] -= 1``: right for a single sample."""

    def backward(self, saved: Any, dy: Any) -> Any:
        n, c = saved.log_p.shape
        per_sample = dy[:, None] if self.reduction == "none" else dy / self._divisor(n)
        p = np.exp(saved.log_p) - self.label_smoothing / c
        p[:, saved.target] -= 1 - self.label_smoothing
        return p * per_sample


class CrossEntropyDifferentiatesByTheProbabilities(CrossEntropyLoss):
    """-q / p: the derivative of the logarithm, without that of the softmax."""

    def backward(self, saved: Any, dy: Any) -> Any:
        p = np.exp(saved.log_p)
        per_sample = dy[:, None] if self.reduction == "none" else dy / self._divisor(len(p))
        return super().backward(saved, dy) / p - per_sample


class CrossEntropyFlippedSign(CrossEntropyLoss):
    """+log p; the gradient is right."""

    def forward(self, x: Any, target: Any) -> Any:
        loss, saved = super().forward(x, target)
        return -loss, saved


class CrossEntropyCountsClassesFromOne(CrossEntropyLoss):
    """Class 0 becomes the last one, where -1 points to."""

    def forward(self, x: Any, target: Any) -> Any:
        return super().forward(x, (target - 1) % x.shape[1])


class CrossEntropyShiftsTheScoresInPlace(CrossEntropyLoss):
    def forward(self, x: Any, target: Any) -> Any:
        if x.size:
            x -= x.max(axis=1, keepdims=True)
        return super().forward(x, target)


class CrossEntropyAddsUpInFloat32(CrossEntropyLoss):
    """The dtype is restored afterwards, the digits are not."""

    wrong_only_in: ClassVar[str] = "float64"

    def forward(self, x: Any, target: Any) -> Any:
        losses, saved = CrossEntropyLoss("none", self.label_smoothing).forward(x, target)
        if self.reduction == "none":
            return losses, saved
        total = losses.astype(np.float32).sum().astype(x.dtype)
        return total / self._divisor(len(losses)), saved


FAULTS: dict[str, tuple[type, ...]] = {
    "losses.cross_entropy_loss": (
        CrossEntropyGradientNotDividedByN,
        CrossEntropyGradientAlwaysDividedByN,
        CrossEntropyIgnoresUpstream,
        CrossEntropyAveragesOverClassesToo,
        CrossEntropySumIsTheMean,
        CrossEntropyMeanOfNothingIsZero,
        CrossEntropyUnshifted,
        CrossEntropyShiftsByTheLargestOfAll,
        CrossEntropyGuardsTheLogarithm,
        CrossEntropySmoothsOverTheOthers,
        CrossEntropyGradientUnsmoothed,
        CrossEntropyLossUnsmoothed,
        CrossEntropyGradientForgetsTheTarget,
        CrossEntropySubtractsOneInEveryRow,
        CrossEntropyDifferentiatesByTheProbabilities,
        CrossEntropyFlippedSign,
        CrossEntropyCountsClassesFromOne,
        CrossEntropyShiftsTheScoresInPlace,
        CrossEntropyAddsUpInFloat32,
    ),
}
