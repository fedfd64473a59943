"""The definition of ``reference/networks/three_layer_conv_net.py``, written out call by call."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jaxtyping import Float
from numpy import ndarray as Array

from reference.naive.activations.relu import ReLU
from reference.naive.layers.conv2d import Conv2d
from reference.naive.layers.linear import Linear
from reference.naive.layers.max_pool2d import MaxPool2d


@dataclass(frozen=True, slots=True)
class ThreeLayerConvNet:
    """Convolution that keeps the size, ReLU, 2x2 max pool, affine, ReLU, affine."""

    input_dim: tuple[int, int, int] = (3, 32, 32)
    num_filters: int = 32
    filter_size: int = 7
    hidden_dim: int = 100
    num_classes: int = 10
    training: bool = field(default=True, kw_only=True)

    def forward(
        self, x: Float[Array, "n *features"], arrays: Mapping[str, Array]
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], None]:
        margin = (self.filter_size - 1) // 2
        x, _ = Conv2d(padding=(margin, margin)).forward(
            x, arrays["conv1.weight"], arrays["conv1.bias"]
        )
        x, _ = ReLU().forward(x)
        x, _ = MaxPool2d(kernel_size=(2, 2), stride=(2, 2)).forward(x)
        x, _ = Linear().forward(x, arrays["linear2.weight"], arrays["linear2.bias"])
        x, _ = ReLU().forward(x)
        x, _ = Linear().forward(x, arrays["linear3.weight"], arrays["linear3.bias"])
        return x, {}, None
