"""Any number of affine layers; twin: ``torch_impl/networks/fully_connected.py``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reference.networks.chain import Chain, Link
from reference.networks.links import affine, batch_norm, dropout, layer_norm, relu


@dataclass(frozen=True, slots=True)
class FullyConnectedNet(Chain):
    """{affine, [norm], ReLU, [dropout]} for every hidden layer, then affine.

    ``dropout`` is the probability to drop, as in PyTorch; the course's notebooks since 2018
    name the probability to keep. Links are numbered by layer, as the course numbers W1, W2, …
    Source: CS231n, assignment 2, ``FullyConnectedNet``.

    >>> network = FullyConnectedNet((5, 4), input_dim=6, num_classes=3, normalization="batch")
    >>> [link.name for link in network.links()]
    ['linear1', 'bn1', 'relu1', 'linear2', 'bn2', 'relu2', 'linear3']
    """

    hidden_dims: tuple[int, ...] = (100, 100)
    input_dim: int = 3 * 32 * 32
    num_classes: int = 10
    normalization: Literal["batch", "layer"] | None = None
    dropout: float = 0.0

    def links(self) -> tuple[Link, ...]:
        last, d_in = len(self.hidden_dims) + 1, (self.input_dim, *self.hidden_dims)[-1]
        return *self.hidden(), affine(f"linear{last}", d_in, self.num_classes)

    def hidden(self) -> Iterator[Link]:
        """The links of the hidden layers."""
        d_in = self.input_dim
        for i, d in enumerate(self.hidden_dims, start=1):
            yield affine(f"linear{i}", d_in, d)
            if self.normalization == "batch":
                yield batch_norm(f"bn{i}", d)
            elif self.normalization == "layer":
                yield layer_norm(f"ln{i}", d)
            yield relu(f"relu{i}")
            if self.dropout > 0:
                yield dropout(f"dropout{i}", self.dropout, d)
            d_in = d
