"""Twin of ``reference/losses/multiclass_hinge_loss.py``."""

from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F


class MulticlassHingeLoss(nn.Module):
    """``F.multi_margin_loss`` without its division by the number of classes."""

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        super().__init__()
        self.margin = margin
        self.reduction = reduction

    def forward(
        self, x: Float[Tensor, "n c"], target: Int[Tensor, " n"]
    ) -> Float[Tensor, ""] | Float[Tensor, " n"]:
        loss = F.multi_margin_loss(x, target, margin=self.margin, reduction=self.reduction)
        return loss * x.shape[1]
