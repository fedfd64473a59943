"""Twin of ``reference/activations/relu.py``."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class ReLU(nn.Module):
    """``F.relu``."""

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return F.relu(x)
