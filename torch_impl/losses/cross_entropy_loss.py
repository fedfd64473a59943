"""Twin of ``reference/losses/cross_entropy_loss.py``."""

from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F


class CrossEntropyLoss(nn.Module):
    """``F.cross_entropy`` with class indices as targets."""

    def __init__(self, reduction: str = "mean", label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(
        self, x: Float[Tensor, "n c"], target: Int[Tensor, " n"]
    ) -> Float[Tensor, ""] | Float[Tensor, " n"]:
        return F.cross_entropy(
            x, target, reduction=self.reduction, label_smoothing=self.label_smoothing
        )
