"""Twin of ``reference/layers/dropout.py``."""

from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F


class Dropout(nn.Module):
    """``F.dropout``; a mask passed to forward takes the place of PyTorch's own draw."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(
        self, x: Float[Tensor, "*shape"], mask: Bool[Tensor, "*shape"] | None = None
    ) -> Float[Tensor, "*shape"]:
        if mask is None or not self.training:
            return F.dropout(x, self.p, self.training)
        return x * mask * (1.0 / (1.0 - self.p) if self.p < 1.0 else 0.0)
