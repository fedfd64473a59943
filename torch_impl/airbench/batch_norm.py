"""Batch norm without a scale, over the images of all processes.

    y = (x - mean) / √(var + eps) + bias        over n, h and w of the whole batch

There is no weight: the scale of a layer is set by the optimizer (``muon.py``). The running
statistics follow quickly (0.4 of each new batch), as a training of 200 steps needs. With several
processes the sums in it and in its gradient are taken over all of them; PyTorch's SyncBatchNorm does
that for GPUs only. With g the gradient of y, N = n·h·w and x̂ = (x - mean) / √(var + eps):

    dx = (g - Σg / N - x̂ Σ(g x̂) / N) / √(var + eps),        dbias = Σg

Source: Ioffe and Szegedy 2015, *Batch Normalization*, section 3; without scale and with such running
statistics: Jordan 2024, *94% on CIFAR-10 in 3.29 Seconds on a Single GPU*, section 3.1.
"""

from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from torch_impl.airbench.processes import ALONE, Processes

AXES = (0, 2, 3)


def over_channels(values: Float[Tensor, " c"]) -> Float[Tensor, "1 c 1 1"]:
    """One number a channel, to be combined with (n, c, h, w)."""
    return values[:, None, None]


class StandardizeTogether(torch.autograd.Function):
    """x̂ over all processes, with its mean and variance; sums are at least in float32."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, eps: float, processes: Processes) -> tuple[Tensor, ...]:
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        count = wide.new_tensor([x.numel() / x.shape[1]])
        sums = processes.sum_(torch.cat((wide.sum(AXES), count)))
        total, mean = sums[-1], sums[:-1] / sums[-1]
        deviation = wide - over_channels(mean)
        var = processes.sum_(deviation.square().sum(AXES)) / total
        scale = (var + eps).rsqrt()
        x_hat = (deviation * over_channels(scale)).to(x.dtype)
        ctx.save_for_backward(x_hat, scale, total)
        ctx.processes = processes
        unbiased = var * total / (total - 1).clamp(min=1)
        ctx.mark_non_differentiable(mean, unbiased)
        return x_hat, mean, unbiased

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        x_hat, scale, total = ctx.saved_tensors
        g, wide = grads[0].to(scale.dtype), x_hat.to(scale.dtype)
        sums = ctx.processes.sum_(torch.cat((g.sum(AXES), (g * wide).sum(AXES)))) / total
        along, across = sums.chunk(2)
        dx = (g - over_channels(along) - wide * over_channels(across)) * over_channels(scale)
        return dx.to(grads[0].dtype), None, None


class BatchNorm(nn.Module):
    """The formula above; in evaluation with the running statistics."""

    bias: Float[Tensor, " c"]
    weight: Float[Tensor, " c"]
    running_mean: Float[Tensor, " c"]
    running_var: Float[Tensor, " c"]

    def __init__(
        self, c: int, eps: float = 1e-12, momentum: float = 0.4, processes: Processes = ALONE
    ) -> None:
        super().__init__()
        self.eps, self.momentum, self.processes = eps, momentum, processes
        self.bias = nn.Parameter(torch.zeros(c))
        self.register_buffer("weight", torch.ones(c), persistent=False)
        self.register_buffer("running_mean", torch.zeros(c))
        self.register_buffer("running_var", torch.ones(c))

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        if not self.training or self.processes.size == 1:
            return F.batch_norm(
                x,
                self.running_mean,
                self.running_var,
                self.weight,
                self.bias,
                self.training,
                self.momentum,
                self.eps,
            )
        x_hat, mean, var = StandardizeTogether.apply(x, self.eps, self.processes)
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(var, self.momentum)
        shifted: Tensor = x_hat + over_channels(self.bias).to(x.dtype)
        return shifted
