"""Conv, ReLU, pool, affine, ReLU, affine; twin: ``torch_impl/networks/three_layer_conv_net.py``."""

from dataclasses import dataclass

from reference.networks.chain import Chain, Link
from reference.networks.links import affine, convolution, max_pool, output_size, relu


@dataclass(frozen=True, slots=True)
class ThreeLayerConvNet(Chain):
    """One convolution that keeps the size (odd ``filter_size``), 2x2 max pool, two affine layers.

    Links are numbered by layer, so that the course's W1, W2, W3 are the weights of ``conv1``,
    ``linear2`` and ``linear3`` (the affine ones transposed).
    Source: CS231n, assignment 2, ``ThreeLayerConvNet``.

    >>> ThreeLayerConvNet().shapes(n=50)["linear2.weight"]
    (100, 8192)
    """

    input_dim: tuple[int, int, int] = (3, 32, 32)
    num_filters: int = 32
    filter_size: int = 7
    hidden_dim: int = 100
    num_classes: int = 10

    def links(self) -> tuple[Link, ...]:
        c, h, w = self.input_dim
        k, padding = self.filter_size, (self.filter_size - 1) // 2
        h, w = (output_size(output_size(size, k, 1, padding), 2, 2) for size in (h, w))
        return (
            convolution("conv1", c, self.num_filters, (k, k), padding=(padding, padding)),
            relu("relu1"),
            max_pool("pool1"),
            affine("linear2", self.num_filters * h * w, self.hidden_dim),
            relu("relu2"),
            affine("linear3", self.hidden_dim, self.num_classes),
        )
