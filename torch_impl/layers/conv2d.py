"""Twin of ``reference/layers/conv2d.py``."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class Conv2d(nn.Module):
    """``F.conv2d`` with zero padding."""

    weight: Float[Tensor, "c_out c_in//groups kh kw"]
    bias: Float[Tensor, " c_out"] | None

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kh: int,
        kw: int,
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int] = (0, 0),
        dilation: tuple[int, int] = (1, 1),
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups
        self.weight = nn.Parameter(torch.zeros(c_out, c_in // groups, kh, kw))
        self.register_parameter("bias", nn.Parameter(torch.zeros(c_out)) if bias else None)

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out h_out w_out"]:
        return F.conv2d(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )
