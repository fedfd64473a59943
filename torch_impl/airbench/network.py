"""The network: whitened patches, three groups of two convolutions, one linear layer.

    pixels -> standardize -> 2×2 whitening, 24 -> GELU -> 64 -> 256 -> 256 -> 3×3 max pool -> scores

A group is conv 3×3, max pool 2, batch norm, GELU, conv 3×3, batch norm, GELU: 31 pixels wide after
the whitening, then 15, 7 and 3. Two million weights, 118 million products an image. A convolution
begins as the identity on its first channels (Zagoruyko and Komodakis 2017, *DiracNets*), so that the
image gets through all six from the start. The scores are divided by the number of features.

Weights are kept in float32 (float64 for float64) and rounded to the precision of the activations
where they are used. In bfloat16 they would stand still at the end of a training: neighbouring numbers
are 2^-8 apart, and the last steps are smaller than half of that.

Source: Jordan 2024, *94% on CIFAR-10 in 3.29 Seconds on a Single GPU*, sections 3.1 to 3.3;
the architecture descends from Page 2019, *How to Train Your ResNet*.
"""

from typing import TypeAlias

import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from torch_impl.airbench.batch_norm import BatchNorm, over_channels
from torch_impl.airbench.processes import ALONE, Processes
from torch_impl.airbench.whitening import KERNEL_SIZE, whitening_filters

Widths: TypeAlias = tuple[int, int, int]
WIDTHS: Widths = (64, 256, 256)
WHITENING_SAMPLE = 5_000
"""So many images are enough for a covariance of 12 numbers."""


class Conv3x3(nn.Module):
    """3×3, a border of zeros, no bias; begins as the identity on the first channels."""

    weight: Float[Tensor, "c_out c_in 3 3"]

    def __init__(self, c_in: int, c_out: int, generator: torch.Generator) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(c_out, c_in, 3, 3))
        nn.init.kaiming_uniform_(self.weight, a=5**0.5, generator=generator)
        with torch.no_grad():
            nn.init.dirac_(self.weight[:c_in])

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out h w"]:
        return F.conv2d(x, self.weight.to(x.dtype), padding=1)


class Group(nn.Module):
    """Halves the image, and changes the number of channels."""

    def __init__(
        self, c_in: int, c_out: int, generator: torch.Generator, processes: Processes
    ) -> None:
        super().__init__()
        self.conv1 = Conv3x3(c_in, c_out, generator)
        self.norm1 = BatchNorm(c_out, processes=processes)
        self.conv2 = Conv3x3(c_out, c_out, generator)
        self.norm2 = BatchNorm(c_out, processes=processes)

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out h/2 w/2"]:
        x = F.gelu(self.norm1(F.max_pool2d(self.conv1(x), 2)))
        return F.gelu(self.norm2(self.conv2(x)))


class Whitening(nn.Module):
    """A convolution with fixed weights; only its bias is trained, which begins as that of PyTorch's layers does."""

    weight: Float[Tensor, "filters 3 k k"]
    bias: Float[Tensor, " filters"]

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        size = 3 * KERNEL_SIZE**2
        both = torch.cat((torch.eye(size), -torch.eye(size)))
        self.register_buffer("weight", both.reshape(-1, 3, KERNEL_SIZE, KERNEL_SIZE))
        bound = size**-0.5
        self.bias = nn.Parameter(torch.empty(2 * size).uniform_(-bound, bound, generator=generator))

    def forward(self, x: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n filters h-k+1 w-k+1"]:
        return F.conv2d(x, self.weight.to(x.dtype), self.bias.to(x.dtype))


class AirbenchNet(nn.Module):
    """Scores of ten classes from images of bytes; it standardizes them itself.

    >>> network = AirbenchNet((4, 8, 8), torch.Generator().manual_seed(0))
    >>> network(torch.zeros(2, 3, 32, 32, dtype=torch.uint8)).shape
    torch.Size([2, 10])
    >>> list(network.state_dict())[:6]
    ['mean', 'std', 'whiten.bias', 'whiten.weight', 'group1.conv1.weight', 'group1.norm1.bias']
    """

    mean: Float[Tensor, " 3"]
    std: Float[Tensor, " 3"]

    def __init__(
        self,
        widths: Widths,
        generator: torch.Generator,
        processes: Processes = ALONE,
        dtype: torch.dtype = torch.float32,
        classes: int = 10,
    ) -> None:
        super().__init__()
        self.dtype = dtype
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("std", torch.ones(3))
        self.whiten = Whitening(generator)
        self.group1 = Group(self.whiten.bias.numel(), widths[0], generator, processes)
        self.group2 = Group(widths[0], widths[1], generator, processes)
        self.group3 = Group(widths[1], widths[2], generator, processes)
        self.head = nn.utils.skip_init(nn.Linear, widths[2], classes, bias=False)
        with torch.no_grad():
            self.head.weight.uniform_(-(3**0.5), 3**0.5, generator=generator)  # of variance 1
        self.to(torch.promote_types(dtype, torch.float32))

    @torch.no_grad()
    def see(self, images: UInt8[Tensor, "n 3 h w"], whitening: bool = True) -> None:
        """Take mean and standard deviation from training images, and the whitening filters."""
        pixels = images.transpose(0, 1).flatten(1)
        counts = torch.stack([channel.bincount(minlength=256) for channel in pixels]).double()
        shares = counts / counts.sum(dim=1, keepdim=True)
        values = torch.arange(256, dtype=torch.float64, device=images.device)
        mean = shares @ values
        self.mean.copy_(mean)
        self.std.copy_((shares @ values.square() - mean.square()).sqrt().clamp(min=1))
        if whitening:
            standardized = self.standardized(images[:WHITENING_SAMPLE])
            self.whiten.weight.copy_(whitening_filters(standardized))

    def standardized(self, images: UInt8[Tensor, "n 3 h w"]) -> Float[Tensor, "n 3 h w"]:
        """Mean 0 and standard deviation 1 in each channel of the training images."""
        pixels = images.to(self.mean.dtype)
        standardized: Tensor = (pixels - over_channels(self.mean)) / over_channels(self.std)
        return standardized

    def forward(self, images: UInt8[Tensor, "n 3 h w"]) -> Float[Tensor, "n classes"]:
        x = F.gelu(self.whiten(self.standardized(images).to(self.dtype)))
        x = self.group3(self.group2(self.group1(x)))
        features = F.adaptive_max_pool2d(x, 1).flatten(1).to(self.head.weight.dtype)
        scores: Tensor = self.head(features) / features.shape[1]
        return scores
