"""Twin of ``reference/activations/softmax.py``."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class Softmax(nn.Module):
    """``F.softmax``."""

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return F.softmax(x, dim=self.dim)
