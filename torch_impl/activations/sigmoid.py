"""Twin of ``reference/activations/sigmoid.py``."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Sigmoid(nn.Module):
    """``torch.sigmoid``."""

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return torch.sigmoid(x)
