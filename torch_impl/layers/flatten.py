"""Twin of ``reference/layers/flatten.py``."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Flatten(nn.Module):
    """``torch.flatten``."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*flat"]:
        return torch.flatten(x, self.start_dim, self.end_dim)
