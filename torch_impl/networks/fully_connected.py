"""Twin of ``reference/networks/fully_connected.py``."""

from itertools import pairwise
from typing import Literal

from torch import nn

from torch_impl.activations.relu import ReLU
from torch_impl.layers.batch_norm import BatchNorm1d
from torch_impl.layers.dropout import Dropout
from torch_impl.layers.layer_norm import LayerNorm
from torch_impl.layers.linear import Linear
from torch_impl.networks.chain import Chain


class FullyConnectedNet(Chain):
    """{affine, [norm], ReLU, [dropout]} for every hidden layer, then affine."""

    def __init__(
        self,
        hidden_dims: tuple[int, ...] = (100, 100),
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        normalization: Literal["batch", "layer"] | None = None,
        dropout: float = 0.0,
        *,
        training: bool = True,
    ) -> None:
        layers: dict[str, nn.Module] = {}
        for i, (d_in, d_out) in enumerate(pairwise((input_dim, *hidden_dims)), start=1):
            layers[f"linear{i}"] = Linear(d_in, d_out)
            if normalization == "batch":
                layers[f"bn{i}"] = BatchNorm1d(d_out)
            elif normalization == "layer":
                layers[f"ln{i}"] = LayerNorm(d_out)
            layers[f"relu{i}"] = ReLU()
            if dropout > 0:
                layers[f"dropout{i}"] = Dropout(dropout)
        d_last = (input_dim, *hidden_dims)[-1]
        layers[f"linear{len(hidden_dims) + 1}"] = Linear(d_last, num_classes)
        super().__init__(layers, training)
