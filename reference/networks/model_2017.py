"""The fixed model of 2017's PyTorch notebook; twin: ``torch_impl/networks/model_2017.py``."""

from dataclasses import dataclass

from reference.networks.chain import Chain, Link
from reference.networks.links import (
    affine,
    batch_norm,
    convolution,
    max_pool,
    output_size,
    relu,
)


@dataclass(frozen=True, slots=True)
class Model2017(Chain):
    """7x7 conv without padding, ReLU, batch norm, 2x2 max pool, affine, ReLU, affine.

    The normalisation stands after the ReLU, as the notebook asks.
    Source: CS231n 2017, assignment 2, ``PyTorch.ipynb``, "Training a specific model".

    >>> Model2017().shapes(n=64)["linear2.weight"]
    (1024, 5408)
    """

    input_dim: tuple[int, int, int] = (3, 32, 32)
    num_filters: int = 32
    filter_size: int = 7
    hidden_dim: int = 1024
    num_classes: int = 10

    def links(self) -> tuple[Link, ...]:
        c, h, w = self.input_dim
        k = self.filter_size
        h, w = (output_size(output_size(size, k), 2, stride=2) for size in (h, w))
        return (
            convolution("conv1", c, self.num_filters, (k, k)),
            relu("relu1"),
            batch_norm("bn1", self.num_filters, spatial=True),
            max_pool("pool1"),
            affine("linear2", self.num_filters * h * w, self.hidden_dim),
            relu("relu2"),
            affine("linear3", self.hidden_dim, self.num_classes),
        )
