"""Twin of ``reference/activations/leaky_relu.py``."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class LeakyReLU(nn.Module):
    """``F.leaky_relu``."""

    def __init__(self, negative_slope: float = 0.01) -> None:
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return F.leaky_relu(x, negative_slope=self.negative_slope)
