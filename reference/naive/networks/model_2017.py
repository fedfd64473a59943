"""The definition of ``reference/networks/model_2017.py``, written out call by call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jaxtyping import Float
from numpy import ndarray as Array

from reference.naive.activations.relu import ReLU
from reference.naive.layers.batch_norm import BatchNorm2d
from reference.naive.layers.conv2d import Conv2d
from reference.naive.layers.linear import Linear
from reference.naive.layers.max_pool2d import MaxPool2d


@dataclass(frozen=True, slots=True)
class Model2017:
    """Convolution, ReLU, batch norm, 2x2 max pool, affine, ReLU, affine."""

    input_dim: tuple[int, int, int] = (3, 32, 32)
    num_filters: int = 32
    filter_size: int = 7
    hidden_dim: int = 1024
    num_classes: int = 10
    training: bool = field(default=True, kw_only=True)

    def forward(
        self, x: Float[Array, "n *features"], arrays: Mapping[str, Array]
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], None]:
        x, _ = Conv2d().forward(x, arrays["conv1.weight"], arrays["conv1.bias"])
        x, _ = ReLU().forward(x)
        x, mean, var, tracked, _ = BatchNorm2d(training=self.training).forward(
            x,
            arrays["bn1.weight"],
            arrays["bn1.bias"],
            arrays["bn1.running_mean"],
            arrays["bn1.running_var"],
            arrays["bn1.num_batches_tracked"],
        )
        x, _ = MaxPool2d(kernel_size=(2, 2), stride=(2, 2)).forward(x)
        x, _ = Linear().forward(x, arrays["linear2.weight"], arrays["linear2.bias"])
        x, _ = ReLU().forward(x)
        x, _ = Linear().forward(x, arrays["linear3.weight"], arrays["linear3.bias"])
        state: dict[str, Any] = {
            "bn1.running_mean": mean,
            "bn1.running_var": var,
            "bn1.num_batches_tracked": tracked,
        }
        return x, state, None
