"""The multiclass support vector loss; twin: ``torch_impl/losses/multiclass_hinge_loss.py``."""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    violated: Bool[Array, "n c"]
    target: Int[Array, " n"]


@dataclass(frozen=True, slots=True)
class MulticlassHingeLoss:
    """loss_i = sum over j other than t of max(0, margin - x_it + x_ij), t the target of sample i.

    ``reduction`` averages the losses over the batch, adds them up, or leaves them ("none").

    Each violated margin pulls with dy: dx_ij = dy where margin - x_it + x_ij > 0, and
    dx_it = -dy times their number; all divided by n under "mean". A margin met exactly pulls
    with 0, as in PyTorch.

    This is CS231n's svm_loss. ``torch.nn.MultiMarginLoss`` also divides by the number of classes
    c and can raise each term to the power p; the twin is PyTorch's (p = 1) times c.
    A negative target is an error. Over an empty batch the sum is 0 and the mean nan (no warning
    is given); PyTorch 2.13 returns uninitialised memory for both.
    Fragile: forgetting to leave out j = t adds exactly margin to every loss and no gradient.
    Source: Weston and Watkins 1999, *Support vector machines for multi-class pattern
    recognition*; https://cs231n.github.io/linear-classify, "Multiclass SVM".

    >>> import numpy as np
    >>> hinge, x = MulticlassHingeLoss(), np.array([[3.0, 2.5, 4.0, 0.0]])
    >>> loss, saved = hinge.forward(x, np.array([0]))
    >>> float(loss), hinge.backward(saved, np.array(1.0)).tolist()
    (2.5, [[-2.0, 1.0, 1.0, 0.0]])
    """

    margin: float = 1.0
    reduction: Literal["mean", "sum", "none"] = "mean"

    def __post_init__(self) -> None:
        if self.reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction must be mean, sum or none, not {self.reduction!r}")

    def forward(
        self, x: Float[Array, "n c"], target: Int[Array, " n"]
    ) -> tuple[Float[Array, ""] | Float[Array, " n"], Saved]:
        if (target < 0).any():
            raise IndexError(f"target must be a class from 0 on, not {target.min()}")
        n, _ = x.shape
        rows = np.arange(n)
        hinges = np.maximum(self.margin - x[rows, target][:, None] + x, 0)
        hinges[rows, target] = 0
        loss = hinges.sum(axis=1)
        saved = Saved(hinges > 0, target)
        return (loss if self.reduction == "none" else loss.sum() / self._divisor(n)), saved

    def backward(
        self, saved: Saved, dy: Float[Array, ""] | Float[Array, " n"]
    ) -> Float[Array, "n c"]:
        violated, target = saved
        n, _ = violated.shape
        dloss = dy[:, None] if self.reduction == "none" else dy / self._divisor(n)
        dx = np.where(violated, dloss, 0)
        dx[np.arange(n), target] = -dx.sum(axis=1)
        return dx

    def _divisor(self, n: int) -> float:
        """The mean over nothing is 0 / nan: nan as in PyTorch, where 0 / 0 would also warn."""
        return (n or math.nan) if self.reduction == "mean" else 1
