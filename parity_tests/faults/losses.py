"""Wrong losses."""

from typing import Any

from reference.losses.cross_entropy_loss import CrossEntropyLoss
from reference.losses.mse_loss import MSELoss
from reference.losses.multiclass_hinge_loss import MulticlassHingeLoss


class CrossEntropyGradientNotDividedByN(CrossEntropyLoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx = super().backward(saved, dy)
        return dx * len(dx) if self.reduction == "mean" else dx


class CrossEntropyIgnoresUpstream(CrossEntropyLoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy * 0 + 1)


class HingeCountsTheTrueClass(MulticlassHingeLoss):
    """Adds the margin once too often; its gradient is right."""

    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        return y + self.margin, saved


class MSESameSignForBoth(MSELoss):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx, _ = super().backward(saved, dy)
        return dx, dx


FAULTS: dict[str, tuple[type, ...]] = {
    "losses.cross_entropy_loss": (CrossEntropyGradientNotDividedByN, CrossEntropyIgnoresUpstream),
    "losses.multiclass_hinge_loss": (HingeCountsTheTrueClass,),
    "losses.mse_loss": (MSESameSignForBoth,),
}
