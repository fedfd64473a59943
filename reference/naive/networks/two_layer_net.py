"""The definition of ``reference/networks/two_layer_net.py``, written out call by call."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jaxtyping import Float
from numpy import ndarray as Array

from reference.naive.activations.relu import ReLU
from reference.naive.layers.linear import Linear


@dataclass(frozen=True, slots=True)
class TwoLayerNet:
    """Affine, ReLU, affine.

    >>> import numpy as np
    >>> arrays = {"linear1.weight": np.array([[1.0], [-1.0]]), "linear1.bias": np.array([0.0, 0.0]),
    ...           "linear2.weight": np.array([[2.0, 3.0]]), "linear2.bias": np.array([1.0])}
    >>> TwoLayerNet(input_dim=1, hidden_dim=2, num_classes=1).forward(np.array([[5.0]]), arrays)[0]
    array([[11.]])
    """

    input_dim: int = 3 * 32 * 32
    hidden_dim: int = 100
    num_classes: int = 10
    training: bool = field(default=True, kw_only=True)

    def forward(
        self, x: Float[Array, "n *features"], arrays: Mapping[str, Array]
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], None]:
        x, _ = Linear().forward(x, arrays["linear1.weight"], arrays["linear1.bias"])
        x, _ = ReLU().forward(x)
        x, _ = Linear().forward(x, arrays["linear2.weight"], arrays["linear2.bias"])
        return x, {}, None
