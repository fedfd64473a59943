"""The network of the PyTorch notebook's parts II to IV; twin: ``torch_impl/networks/two_conv_net.py``."""

from dataclasses import dataclass

from reference.networks.chain import Chain, Link
from reference.networks.links import affine, convolution, relu


@dataclass(frozen=True, slots=True)
class TwoConvNet(Chain):
    """5x5 conv, ReLU, 3x3 conv, ReLU, affine; both convolutions keep the size of the image.

    The notebook calls it a three-layer ConvNet, as assignment 2's own, which has another shape. It trains on
    pixels of deviation 1: see ``image_scale`` of a training.
    Source: CS231n, assignment 2, ``PyTorch.ipynb``, "Barebones PyTorch: Three-Layer ConvNet".

    >>> TwoConvNet().shapes(n=64)["linear3.weight"]
    (10, 16384)
    """

    input_dim: tuple[int, int, int] = (3, 32, 32)
    channel_1: int = 32
    channel_2: int = 16
    num_classes: int = 10

    def links(self) -> tuple[Link, ...]:
        c, h, w = self.input_dim
        return (
            convolution("conv1", c, self.channel_1, (5, 5), padding=(2, 2)),
            relu("relu1"),
            convolution("conv2", self.channel_1, self.channel_2, (3, 3), padding=(1, 1)),
            relu("relu2"),
            affine("linear3", self.channel_2 * h * w, self.num_classes),
        )
