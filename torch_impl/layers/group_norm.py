"""Twin of ``reference/layers/group_norm.py``."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class GroupNorm(nn.Module):
    """``F.group_norm``."""

    weight: Float[Tensor, " c"] | None
    bias: Float[Tensor, " c"] | None

    def __init__(self, num_groups: int, c: int, eps: float = 1e-5, affine: bool = True) -> None:
        super().__init__()
        self.num_groups, self.eps = num_groups, eps
        self.register_parameter("weight", nn.Parameter(torch.ones(c)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(c)) if affine else None)

    def forward(self, x: Float[Tensor, "n c *d"]) -> Float[Tensor, "n c *d"]:
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)
