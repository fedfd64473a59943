"""The definition of ``reference/networks/two_conv_net.py``, written out call by call."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jaxtyping import Float
from numpy import ndarray as Array

from reference.naive.activations.relu import ReLU
from reference.naive.layers.conv2d import Conv2d
from reference.naive.layers.linear import Linear


@dataclass(frozen=True, slots=True)
class TwoConvNet:
    """5x5 convolution, ReLU, 3x3 convolution, ReLU, affine; the convolutions keep the size."""

    input_dim: tuple[int, int, int] = (3, 32, 32)
    channel_1: int = 32
    channel_2: int = 16
    num_classes: int = 10
    training: bool = field(default=True, kw_only=True)

    def forward(
        self, x: Float[Array, "n *features"], arrays: Mapping[str, Array]
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], None]:
        x, _ = Conv2d(padding=(2, 2)).forward(x, arrays["conv1.weight"], arrays["conv1.bias"])
        x, _ = ReLU().forward(x)
        x, _ = Conv2d(padding=(1, 1)).forward(x, arrays["conv2.weight"], arrays["conv2.bias"])
        x, _ = ReLU().forward(x)
        x, _ = Linear().forward(x, arrays["linear3.weight"], arrays["linear3.bias"])
        return x, {}, None
