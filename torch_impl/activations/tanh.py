"""Twin of ``reference/activations/tanh.py``."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Tanh(nn.Module):
    """``torch.tanh``."""

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return torch.tanh(x)
