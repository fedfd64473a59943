"""Twin of ``reference/losses/mse_loss.py``."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class MSELoss(nn.Module):
    """``F.mse_loss``."""

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(
        self, x: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]
    ) -> Float[Tensor, ""] | Float[Tensor, "*shape"]:
        return F.mse_loss(x, target, reduction=self.reduction)
