"""Wrong squared errors."""

from typing import Any

import numpy as np

from reference.losses.mse_loss import MSELoss, Saved


class MSESameSignForBoth(MSELoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, _ = super().backward(saved, dy)
        return dx, dx


class MSETargetIsConstant(MSELoss):
    """No gradient for the target."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dtarget = super().backward(saved, dy)
        return dx, np.zeros_like(dtarget)


class MSEHalved(MSELoss):
    """(x - target)² / 2, and its own gradient."""

    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        return y / 2, saved

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy / 2)


class MSEForgetsTheFactorTwo(MSELoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy / 2)


class MSEAveragesOverTheBatchOnly(MSELoss):
    """Divides by n: right for one number per sample."""

    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        return y * self._features(x), saved

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy * self._features(saved.difference))

    def _features(self, x: Any) -> int:
        return x[0].size if self.reduction == "mean" and len(x) else 1


class MSEGradientNotDivided(MSELoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy * self._divisor(saved.difference.size))


class MSERoot(MSELoss):
    """The root of the mean; the gradient is that of the mean."""

    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        return (np.sqrt(y) if self.reduction == "mean" else y), saved


class MSEAbsolute(MSELoss):
    """|x - target|: the square is missing."""

    def forward(self, x: Any, target: Any) -> Any:
        loss, saved = abs(x - target), super().forward(x, target)[1]
        return (loss if self.reduction == "none" else loss.sum() / self._divisor(loss.size)), saved


class MSEIgnoresUpstream(MSELoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, np.ones_like(dy))


class MSESubtractsInPlace(MSELoss):
    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        x -= target
        return y, saved


class MSEReducesNothingPerSample(MSELoss):
    """For "none" one loss per sample, as other losses have: right for one number per sample."""

    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        axes = tuple(range(1, y.ndim))
        return (y.sum(axis=axes) if self.reduction == "none" and axes else y), saved


class MSESumsUpstream(MSELoss):
    """For "none" the gradient of the sum, each entry multiplied by all of dy."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, np.broadcast_to(dy.sum(), dy.shape))


class MSEPairsEveryColumnWithTheFirst(MSELoss):
    """``x - target[:, :1]`` broadcasts without a word: right for one column."""

    def forward(self, x: Any, target: Any) -> Any:
        return super().forward(x, target if x.ndim < 2 else np.repeat(target[:, :1], x.shape[1], 1))


class MSEExpandsTheSquare(MSELoss):
    """x² - 2 x target + target² cancels where x and target nearly agree."""

    def forward(self, x: Any, target: Any) -> Any:
        loss = x * x - 2 * x * target + target * target
        if self.reduction != "none":
            loss = loss.sum() / self._divisor(loss.size)
        return loss, Saved(x - target)


FAULTS: dict[str, tuple[type, ...]] = {
    "losses.mse_loss": (
        MSESameSignForBoth,
        MSETargetIsConstant,
        MSEHalved,
        MSEForgetsTheFactorTwo,
        MSEAveragesOverTheBatchOnly,
        MSEGradientNotDivided,
        MSERoot,
        MSEAbsolute,
        MSEIgnoresUpstream,
        MSESubtractsInPlace,
        MSEReducesNothingPerSample,
        MSESumsUpstream,
        MSEPairsEveryColumnWithTheFirst,
    ),
}
INACCURATE: dict[str, tuple[type, ...]] = {"losses.mse_loss": (MSEExpandsTheSquare,)}
