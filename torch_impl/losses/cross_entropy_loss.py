"""Twin of ``reference/losses/cross_entropy_loss.py``."""

from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F


class CrossEntropyLoss(nn.Module):
    """``F.cross_entropy`` with class indices as targets, on classes first and samples last.

    So PyTorch adds the exponentials class by class. Along a last axis it adds them by the width of
    the machine's vectors, and where p - 1 cancels, the order is all that is left to differ in.
    """

    def __init__(self, reduction: str = "mean", label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(
        self, x: Float[Tensor, "n c"], target: Int[Tensor, " n"]
    ) -> Float[Tensor, ""] | Float[Tensor, " n"]:
        loss = F.cross_entropy(
            x.T[None],
            target[None],
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )
        return loss[0] if self.reduction == "none" else loss
