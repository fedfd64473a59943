"""Twin of ``reference/layers/linear.py``."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class Linear(nn.Module):
    """``F.linear`` on the input flattened after its first axis."""

    weight: Float[Tensor, "d_out d_in"]
    bias: Float[Tensor, " d_out"] | None

    def __init__(self, d_in: int, d_out: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(d_out, d_in))
        self.register_parameter("bias", nn.Parameter(torch.zeros(d_out)) if bias else None)

    def forward(self, x: Float[Tensor, "n *features"]) -> Float[Tensor, "n d_out"]:
        return F.linear(x.reshape(x.shape[0], self.weight.shape[1]), self.weight, self.bias)
