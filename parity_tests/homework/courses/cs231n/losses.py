"""The two losses of the course, averaged over the batch; each gives its gradient along with its value."""

from dataclasses import dataclass
from typing import Any, ClassVar

from jaxtyping import Float, Int
from numpy import ndarray as Array

from reference.losses.cross_entropy_loss import CrossEntropyLoss
from reference.losses.multiclass_hinge_loss import MulticlassHingeLoss


@dataclass(frozen=True, slots=True)
class SoftmaxLoss:
    """The cross entropy of the labels under softmax of the scores."""

    operation: ClassVar[type] = CrossEntropyLoss

    def forward(
        self, x: Float[Array, "n c"], target: Int[Array, " n"]
    ) -> tuple[Float[Array, ""], Any]:
        return self.operation().forward(x, target)  # type: ignore[no-any-return]

    def backward(self, saved: Any, dy: Float[Array, ""]) -> Float[Array, "n c"]:
        return self.operation().backward(saved, dy)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class SVMLoss(SoftmaxLoss):
    """The multiclass hinge loss with margin 1."""

    operation: ClassVar[type] = MulticlassHingeLoss
