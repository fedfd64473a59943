"""Twin of ``reference/networks/chain.py``."""

from collections.abc import Mapping

from jaxtyping import Float
from torch import Tensor, nn

from torch_impl.layers.dropout import Dropout


class Chain(nn.Module):
    """Named modules in a row; the mask of a dropout is handed in as ``masks["<layer>.mask"]``."""

    def __init__(self, layers: Mapping[str, nn.Module], training: bool = True) -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.train(training)

    def forward(
        self, x: Float[Tensor, "n *features"], masks: Mapping[str, Tensor] | None = None
    ) -> Float[Tensor, "n d_out"]:
        for name, layer in self.named_children():
            mask = ((masks or {}).get(f"{name}.mask"),) if isinstance(layer, Dropout) else ()
            x = layer(x, *mask)
        return x
