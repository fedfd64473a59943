"""Twin of ``reference/layers/layer_norm.py``."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class LayerNorm(nn.Module):
    """``F.layer_norm`` over the last axis."""

    weight: Float[Tensor, " d"] | None
    bias: Float[Tensor, " d"] | None

    def __init__(
        self, d: int, eps: float = 1e-5, elementwise_affine: bool = True, bias: bool = True
    ) -> None:
        super().__init__()
        self.d, self.eps = d, eps
        scaled, shifted = elementwise_affine, elementwise_affine and bias
        self.register_parameter("weight", nn.Parameter(torch.ones(d)) if scaled else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(d)) if shifted else None)

    def forward(self, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
        return F.layer_norm(x, (self.d,), self.weight, self.bias, self.eps)
