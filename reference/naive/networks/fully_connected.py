"""The definition of ``reference/networks/fully_connected.py``, written out call by call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from jaxtyping import Float
from numpy import ndarray as Array

from reference.naive.activations.relu import ReLU
from reference.naive.layers.batch_norm import BatchNorm1d
from reference.naive.layers.dropout import Dropout
from reference.naive.layers.layer_norm import LayerNorm
from reference.naive.layers.linear import Linear


@dataclass(frozen=True, slots=True)
class FullyConnectedNet:
    """{affine, [norm], ReLU, [dropout]} for every hidden layer, then affine."""

    hidden_dims: tuple[int, ...] = (100, 100)
    input_dim: int = 3 * 32 * 32
    num_classes: int = 10
    normalization: Literal["batch", "layer"] | None = None
    dropout: float = 0.0
    training: bool = field(default=True, kw_only=True)

    def forward(
        self, x: Float[Array, "n *features"], arrays: Mapping[str, Array]
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], None]:
        state: dict[str, Any] = {}
        for i in range(1, len(self.hidden_dims) + 1):
            x, _ = Linear().forward(x, arrays[f"linear{i}.weight"], arrays[f"linear{i}.bias"])
            if self.normalization == "batch":
                x, mean, var, tracked, _ = BatchNorm1d(training=self.training).forward(
                    x,
                    arrays[f"bn{i}.weight"],
                    arrays[f"bn{i}.bias"],
                    arrays[f"bn{i}.running_mean"],
                    arrays[f"bn{i}.running_var"],
                    arrays[f"bn{i}.num_batches_tracked"],
                )
                state[f"bn{i}.running_mean"] = mean
                state[f"bn{i}.running_var"] = var
                state[f"bn{i}.num_batches_tracked"] = tracked
            if self.normalization == "layer":
                x, _ = LayerNorm().forward(x, arrays[f"ln{i}.weight"], arrays[f"ln{i}.bias"])
            x, _ = ReLU().forward(x)
            if self.dropout > 0:
                dropout = Dropout(self.dropout, self.training)
                x, _ = dropout.forward(x, arrays.get(f"dropout{i}.mask"))
        last = f"linear{len(self.hidden_dims) + 1}"
        x, _ = Linear().forward(x, arrays[f"{last}.weight"], arrays[f"{last}.bias"])
        return x, state, None
